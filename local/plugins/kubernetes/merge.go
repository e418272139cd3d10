package kubernetes

import (
	"encoding/json"
	"reflect"
)

// mergePatch is the RFC 7386 patch that makes from look like to. Lists are replaced whole: the patch overstates what
// changed in them, which describe sorts out.
func mergePatch(from, to properties) properties {
	patch := properties{}
	for key, value := range to {
		old, found := from[key]
		oldMap, wasMap := old.(properties)
		newMap, isMap := value.(properties)
		switch {
		case found && wasMap && isMap:
			if nested := mergePatch(oldMap, newMap); len(nested) > 0 {
				patch[key] = nested
			}
		case !found || !reflect.DeepEqual(old, value):
			patch[key] = value
		}
	}
	for key := range from {
		if _, found := to[key]; !found {
			patch[key] = nil
		}
	}
	return patch
}

// plain is the object as JSON has it: all numbers alike, nothing shared.
func plain(from *object) (properties, error) {
	text, err := json.Marshal(from.Object)
	if err != nil {
		return nil, err
	}
	var copied properties
	err = json.Unmarshal(text, &copied)
	return copied, err
}
