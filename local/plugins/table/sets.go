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
func sortSets(fields []Field, values Values) {
	for _, field := range fields {
		if set, known := values[field.Name].([]any); known && field.Kind == Set {
			values[field.Name] = slices.SortedFunc(slices.Values(set), byText)
		} else if field.Kind == Objects {
			for _, object := range values.Objects(field.Name) {
				sortSets(field.Fields, object)
			}
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
