package table

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var capital = regexp.MustCompile(`([a-z0-9])([A-Z])`)

// WireName is the name in messages.
func (f *Field) WireName() string {
	if f.Wire != "" {
		return f.Wire
	}
	return strings.ToLower(capital.ReplaceAllString(f.Name, "${1}_${2}"))
}

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
	case List:
		list, ok := value.([]any)
		if !ok {
			return nil, fmt.Errorf("Expected an Array PropertyValue")
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

func coerceList(list []any) (any, error) {
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

func coerceMap(value any) (any, error) {
	object, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("Expected an Object PropertyValue, found %s", typeOf(value))
	}
	coerced := map[string]any{}
	for key, element := range object {
		value, err := coerceString(element)
		if err != nil {
			return nil, fmt.Errorf("encMap failed on %q: %w", key, err)
		}
		coerced[key] = value
	}
	return coerced, nil
}

// check says what is wrong with the inputs, in the published plugins' words.
func (r *Resource) check(name string, inputs Values) (reasons []string) {
	for i := range r.Fields {
		field := &r.Fields[i]
		value, given := inputs[field.Name]
		if !given {
			if field.Required {
				reasons = append(reasons, missing(field))
			}
			continue
		}
		if field.Output {
			reasons = append(reasons, fmt.Sprintf("%s. Examine values at '%s.%s'.", readOnly, name, field.Name))
			continue
		}
		// A boolean's rules look at others, too: it is false to them while it is unknown.
		if !Unknown(value) || field.Kind == Bool {
			reasons = append(reasons, field.invalid(name, value, inputs)...)
		}
	}
	return reasons
}

const readOnly = "Invalid Configuration for Read-Only Attribute. Cannot set value for this attribute as the provider has " +
	"marked it as read-only. Remove the configuration line setting the value.\n\nRefer to the provider documentation or " +
	"contact the provider developers for additional information about configurable and read-only attributes that are supported."

func missing(field *Field) string {
	reason := fmt.Sprintf("Missing required property '%s'", field.Name)
	if field.Doc != "" {
		reason += ": " + field.Doc
	}
	return reason
}

// invalid checks a value, or each element of a list.
func (f *Field) invalid(name string, value any, inputs Values) (reasons []string) {
	rules := f.Valid
	if f.Kind == Int {
		rules = append([]Rule{whole}, rules...)
	}
	report := func(suffix string, value any) {
		for _, rule := range rules {
			if summary, detail := rule(f.WireName()+suffix, value, inputs); summary != "" {
				reasons = append(reasons, fmt.Sprintf("%s. %s. Examine values at '%s.%s%s'.", summary, detail, name, f.Name, suffix))
			}
		}
	}
	list, isList := value.([]any)
	if !isList {
		report("", value)
	}
	for i, element := range list {
		if element != nil && !Unknown(element) {
			report(fmt.Sprintf("[%d]", i), element)
		}
	}
	return reasons
}
