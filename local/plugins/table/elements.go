package table

import (
	"fmt"
	"slices"
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
			converted[i], reason = (&Field{}).convert(element)
		}
		if reason != "" {
			c.report(here, "%s", reason)
		}
	}
	return converted
}
