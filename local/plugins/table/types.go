package table

import (
	"context"
	"fmt"
	"maps"
	"slices"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// typeNames are what the schema calls the kinds.
var typeNames = map[Kind]string{String: "string", Int: "integer", Bool: "boolean", List: "array", Set: "array", Map: "object", Object: "object", Objects: "array"}

// warnOfTypes tells of inputs that are not of the schema's types, in the older bridge's words. It refuses none of them:
// most can be converted.
func (p *Plugin) warnOfTypes(ctx context.Context, urn string, fields []Field, given map[string]any) {
	found := misfits(fields, given, "")
	if len(found) == 0 {
		return
	}
	found = append([]string{"Type checking failed: "}, found...)
	found = append(found, "Type checking is still experimental. If you believe that a warning is incorrect,\n"+
		"please let us know by creating an issue at https://github.com/pulumi/pulumi-terraform-bridge/issues.\n"+
		"This will become a hard error in the future.")
	for _, text := range found {
		p.Engine.Log(ctx, pulumirpc.LogSeverity_WARNING, urn, text)
	}
}

// misfits looks at what the fields know of; the rest is refused elsewhere.
func misfits(fields []Field, given map[string]any, path string) (found []string) {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		i := slices.IndexFunc(fields, func(field Field) bool { return field.Name == name && !field.Output })
		if i >= 0 {
			found = append(found, fields[i].misfits(given[name], path+name)...)
		}
	}
	return found
}

func (f *Field) misfits(value any, path string) (found []string) {
	if object, isObject := value.(map[string]any); isObject && f.Kind == Object {
		return misfits(f.Fields, object, path+".")
	} else if isObject && f.Kind == Map {
		for _, key := range slices.Sorted(maps.Keys(object)) {
			if key != defaulted {
				found = append(found, f.element().misfits(object[key], below(path, key))...)
			}
		}
		return found
	}
	if list, isList := value.([]any); isList && (f.Kind == List || f.Kind == Set || f.Kind == Objects) {
		for i, element := range list {
			found = append(found, f.element().misfits(element, fmt.Sprintf("%s[%d]", path, i))...)
		}
		return found
	}
	if f.fits(value) {
		return nil
	}
	return []string{fmt.Sprintf("Unexpected type at field %q: \n           expected %s type, got %s of type %s",
		path, typeNames[f.Kind], excerpt(value), typeOf(value))}
}

// fits tells whether a single value is of the kind, or a text or number that surely can be converted.
func (f *Field) fits(value any) bool {
	_, isNumber := value.(float64)
	_, isBool := value.(bool)
	text, isText := value.(string)
	switch {
	case value == nil || Unknown(value):
		return true
	case f.Kind == String:
		return isText || isNumber || isBool
	case f.Kind == Int:
		return isText || isNumber
	case f.Kind == Bool:
		return isBool || text == "true" || text == "false"
	}
	return false
}

// excerpt is a value's beginning, as the bridge prints it: an inner value in braces.
func excerpt(value any) string {
	text, isText := value.(string)
	if isText {
		text = fmt.Sprintf("%q", text)
	} else {
		text = braced(value)
	}
	if len(text) > 30 {
		return text[:27] + "..."
	}
	return text
}

func braced(value any) string {
	switch value := value.(type) {
	case map[string]any:
		texts := map[string]string{}
		for key, element := range value {
			texts[key] = braced(element)
		}
		return fmt.Sprintf("{%v}", texts)
	case []any:
		texts := make([]string, len(value))
		for i, element := range value {
			texts[i] = braced(element)
		}
		return fmt.Sprintf("{%v}", texts)
	}
	return fmt.Sprintf("{%v}", value)
}
