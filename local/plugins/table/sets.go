package table

import (
	"slices"
	"strings"

	"edge-registry/local/plugins/rpc"
)

// coerceSet drops what is there twice. A set of which an element is unknown is unknown.
func coerceSet(list []any) (any, error) {
	coerced, err := coerceList(list)
	if err != nil {
		return nil, err
	}
	set := []any{}
	for _, element := range coerced {
		if Unknown(element) {
			return rpc.Unknown{}, nil
		}
		if !slices.Contains(set, element) {
			set = append(set, element)
		}
	}
	return set, nil
}

// sortSets gives sets the order in which a program gets them, whatever order the inputs had.
func (r *Resource) sortSets(state Values) {
	for _, field := range r.Fields {
		set, known := state[field.Name].([]any)
		if known && field.Kind == Set {
			state[field.Name] = slices.SortedFunc(slices.Values(set), byText)
		}
	}
}

func byText(a, b any) int {
	first, _ := a.(string)
	second, _ := b.(string)
	return strings.Compare(first, second)
}

// missingFrom gives the places of what one set has and the other has not.
func missingFrom(other, set []any) map[int]bool {
	places := map[int]bool{}
	for i, element := range set {
		if !slices.Contains(other, element) {
			places[i] = true
		}
	}
	return places
}

// compareSets notes what must be removed from the old set and added to make the new one, in the places that the state
// and the inputs have them in.
func (d details) compareSets(path string, old, new any, replaces bool) {
	oldSet, _ := old.([]any)
	newSet, _ := new.([]any)
	if len(oldSet) == 0 || len(newSet) == 0 {
		d.compare(path, old, new, replaces)
		return
	}
	d.noteEdits(path, missingFrom(newSet, oldSet), missingFrom(oldSet, newSet), replaces)
}
