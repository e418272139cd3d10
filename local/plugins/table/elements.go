package table

import (
	"fmt"
	"slices"

	"edge-registry/local/plugins/rpc"
)

const nullElement = "Null value found in list: Null values are not allowed for this attribute value"

// elements gives those of a list or a set their type.
func (c *checker) elements(field *Field, list []any, path string) any {
	converted := slices.Clone(list)
	for i, element := range list {
		here, reason := path, nullElement
		if field.Kind == List {
			here = fmt.Sprintf("%s[%d]", path, i) // in a set there are no places
		}
		if element != nil {
			converted[i], reason = field.element().convert(element)
		}
		if reason != "" {
			c.report(here, "%s", reason)
		}
	}
	return converted
}

// objects checks each object of a list, which one alone need not be in.
func (c *checker) objects(field *Field, value any, path, wire string) any {
	list, isList := value.([]any)
	if Unknown(value) {
		return value
	} else if !isList {
		list = []any{value}
	}
	checked := slices.Clone(list)
	for i, element := range list {
		here := fmt.Sprintf("%s[%d]", path, i)
		switch element := element.(type) {
		case map[string]any:
			checked[i] = c.object(field.Fields, element, here+".", fmt.Sprintf("%s.%d.", wire, i))
		case rpc.Unknown:
		case nil:
			c.report(here, nullElement)
		case []any:
			c.report(here, "Expected Object Type. Expected object, got slice")
		case float64:
			c.report(here, "Expected Object Type. Expected object, got int")
		default:
			c.report(here, "Expected Object Type. Expected object, got %T", element)
		}
	}
	return checked
}
