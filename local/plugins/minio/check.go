package minio

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
)

// checkObject gives the inputs their types, and says what is wrong with them in the published plugin's words.
// path is for the program's names, wire for the plugin's own.
func checkObject(fields []table.Field, given map[string]any, resource, path, wire string) (table.Values, []string) {
	inputs, reasons := table.Values{}, []string{}
	report := func(property, reason string) {
		reasons = append(reasons, fmt.Sprintf("%s. Examine values at '%s.%s%s'.", reason, resource, path, property))
	}
	known := map[string]bool{}
	for _, field := range fields {
		known[field.Name] = true
		value, present := given[field.Name]
		switch {
		case value == nil:
			if field.Required {
				report(field.Name, fmt.Sprintf("Missing required argument. The argument %q is required, but no definition was found.", wire+field.WireName()))
			} else if present {
				inputs[field.Name] = nil
			}
		case field.Output:
			report(field.Name, fmt.Sprintf("Value for unconfigurable attribute. Can't configure a value for %q: its value will be decided automatically based on the result of applying this configuration.", wire+field.WireName()))
			inputs[field.Name] = value
		case field.Kind == table.Object:
			object, reason := asObject(value)
			if reason != "" {
				report(field.Name, reason)
				inputs[field.Name] = value
			} else if object == nil {
				inputs[field.Name] = value
			} else {
				nested, nestedReasons := checkObject(field.Fields, object, resource, path+field.Name+".", wire+field.WireName()+".0.")
				nested["__defaults"] = []any{}
				inputs[field.Name], reasons = map[string]any(nested), append(reasons, nestedReasons...)
			}
		default:
			coerced, reason := checkValue(field, value)
			inputs[field.Name] = coerced
			for _, rule := range field.Valid {
				if _, unknown := coerced.(rpc.Unknown); reason == "" && !unknown {
					_, reason = rule(wire+field.WireName(), coerced, given)
				}
			}
			if reason != "" {
				report(field.Name, reason)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !known[name] && name != "__defaults" {
			report(name, "Invalid or unknown key")
			inputs[name] = given[name]
		}
	}
	return inputs, reasons
}

// asObject also takes a list of one, which is what an object is to the published plugin.
func asObject(value any) (object map[string]any, reason string) {
	if list, isList := value.([]any); isList && len(list) == 1 {
		value = list[0]
	}
	switch value := value.(type) {
	case map[string]any:
		return value, ""
	case rpc.Unknown:
		return nil, ""
	case string:
		return nil, "Expected Object Type. Expected object, got string"
	}
	return nil, fmt.Sprintf("Expected Object Type. Expected object, got %T", value)
}

func checkValue(field table.Field, value any) (coerced any, reason string) {
	text, isText := value.(string)
	switch value.(type) {
	case rpc.Unknown:
		return value, ""
	case map[string]any:
		return value, "Attribute must be a single value, not a map"
	case []any:
		if field.Kind != table.List {
			return value, "Attribute must be a single value, not a list"
		}
		return value, ""
	}
	switch {
	case field.Kind == table.List:
		return []any{value}, ""
	case field.Kind == table.Bool && isText:
		flag, err := strconv.ParseBool(text)
		if err != nil {
			return value, "cannot parse '' as bool: " + err.Error()
		}
		return flag, ""
	case field.Kind == table.String && !isText:
		return fmt.Sprint(value), ""
	case field.Kind == table.Int && isText:
		number, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return value, fmt.Sprintf("%s: %v", field.Name, err)
		}
		return float64(number), ""
	}
	if number, isNumber := value.(float64); isNumber && field.Kind == table.Int {
		return math.Trunc(number), ""
	}
	return value, ""
}
