package table

import (
	"fmt"
	"maps"
	"math"
	"strconv"

	"edge-registry/local/plugins/rpc"
)

// convert gives a value the field's type where its text or number allows it.
func (f *Field) convert(value any) (converted any, reason string) {
	object, isObject := value.(map[string]any)
	if f.Kind == Map && isObject {
		object = maps.Clone(object)
		maps.DeleteFunc(object, func(_ string, element any) bool { return element == nil })
		converted, err := coerceMap(object)
		if err != nil {
			reason = err.Error()
		}
		return converted, reason
	} else if f.Kind == Map && !Unknown(value) {
		return nil, "Attribute must be a map"
	}
	switch value := value.(type) {
	case rpc.Unknown:
		return value, ""
	case map[string]any:
		return nil, "Attribute must be a single value, not a map"
	case []any:
		if f.Kind == List || f.Kind == Set {
			return value, ""
		}
		return nil, "Attribute must be a single value, not a list"
	case string:
		return f.convertText(value)
	case float64:
		if f.Kind == Int {
			return math.Trunc(value), ""
		}
	}
	switch f.Kind {
	case Object:
		return nil, fmt.Sprintf("Expected Object Type. Expected object, got %T", value)
	case List, Set:
		return []any{value}, ""
	case String:
		return fmt.Sprint(value), ""
	}
	return value, ""
}

func (f *Field) convertText(text string) (converted any, reason string) {
	var err error
	switch f.Kind {
	case Bool:
		if converted, err = strconv.ParseBool(text); err != nil {
			return nil, fmt.Sprintf("cannot parse '' as bool: %v", err)
		}
		return converted, ""
	case Int:
		number, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fmt.Sprintf("%s: %v", f.WireName(), err)
		}
		return float64(number), ""
	case Object:
		return nil, "Expected Object Type. Expected object, got string"
	case List, Set:
		return []any{text}, ""
	}
	return text, ""
}
