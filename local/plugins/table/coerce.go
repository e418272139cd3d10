package table

import (
	"fmt"
	"strconv"
)

// Coerce gives the known fields of properties the types of their fields, and drops what is absent.
func Coerce(fields []Field, properties map[string]any) (Values, error) {
	values := Values{}
	for i := range fields {
		field := &fields[i]
		value, err := field.coerce(properties[field.Name])
		if err != nil {
			return nil, fmt.Errorf("objectEncoder failed on property %q: %w", field.WireName(), err)
		}
		if value != nil {
			values[field.Name] = value
		}
	}
	return values, nil
}

func (f *Field) coerce(value any) (any, error) {
	if value == nil || Unknown(value) {
		return value, nil
	}
	switch f.Kind {
	case String:
		return coerceString(value)
	case Int:
		return coerceNumber(value)
	case Bool:
		if _, ok := value.(bool); !ok {
			return nil, fmt.Errorf("Expected a Boolean")
		}
		return value, nil
	case List, Set, Objects:
		list, ok := value.([]any)
		if !ok {
			return nil, fmt.Errorf("Expected an Array PropertyValue")
		}
		switch f.Kind {
		case Set:
			return coerceSet(list)
		case Objects:
			return f.coerceObjects(list)
		}
		return coerceList(list)
	case Map:
		return coerceMap(value)
	default:
		object, ok := value.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("Expected an Object PropertyValue, found %s", typeOf(value))
		}
		values, err := Coerce(f.Fields, object)
		return map[string]any(values), err
	}
}

func coerceString(value any) (any, error) {
	switch value := value.(type) {
	case nil, string:
		return value, nil
	case bool:
		return strconv.FormatBool(value), nil
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64), nil
	}
	if Unknown(value) {
		return value, nil
	}
	return nil, fmt.Errorf("Expected a string, got: %s", typeOf(value))
}

func coerceNumber(value any) (any, error) {
	text, isText := value.(string)
	if number, ok := value.(float64); ok {
		return number, nil
	} else if isText && text == "" {
		return nil, nil
	} else if number, err := strconv.ParseFloat(text, 64); err == nil {
		return number, nil
	}
	return nil, fmt.Errorf("Expected a Number, got %s", typeOf(value))
}

// typeOf names a value's type, never the value: it may be a secret.
func typeOf(value any) string {
	switch value.(type) {
	case bool:
		return "bool"
	case float64:
		return "number"
	case string:
		return "string"
	case []any:
		return "[]"
	}
	return "object"
}

func coerceList(list []any) ([]any, error) {
	coerced := make([]any, len(list))
	for i, element := range list {
		value, err := coerceString(element)
		if err != nil {
			return nil, fmt.Errorf("encList failed while encoding element %d: %w", i, err)
		}
		coerced[i] = value
	}
	return coerced, nil
}

// coerceObjects takes a list of which an object is unknown for unknown, as the older bridge does.
func (f *Field) coerceObjects(list []any) (any, error) {
	coerced := make([]any, len(list))
	for i, element := range list {
		if Unknown(element) {
			return element, nil
		}
		object, ok := element.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("Expected an Object PropertyValue, found %s", typeOf(element))
		}
		values, err := Coerce(f.Fields, object)
		if err != nil {
			return nil, err
		}
		coerced[i] = map[string]any(values)
	}
	return coerced, nil
}

func coerceMap(value any) (any, error) {
	object, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("Expected an Object PropertyValue, found %s", typeOf(value))
	}
	coerced := map[string]any{}
	for key, element := range object {
		if key == defaulted {
			continue // of an imported map
		}
		value, err := coerceString(element)
		if err != nil {
			return nil, fmt.Errorf("encMap failed on %q: %w", key, err)
		}
		coerced[key] = value
	}
	return coerced, nil
}
