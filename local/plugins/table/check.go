package table

import (
	"fmt"
	"regexp"
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
