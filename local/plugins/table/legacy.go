package table

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"edge-registry/local/plugins/rpc"
)

// defaulted is the input under which the older bridge remembers which ones the program left out.
const defaulted = "__defaults"

// legacyCheck gives the inputs their types and defaults, and says what is wrong in the older bridge's words.
func (r *Resource) legacyCheck(
	name string, request *pulumirpc.CheckRequest, given map[string]any,
) (inputs map[string]any, reasons []string, err error) {
	check := checker{resource: name, request: request, olds: rpc.Decode(request.GetOlds())}
	inputs = check.object(r.Fields, given, "", "")
	return inputs, check.reasons, check.err
}

type checker struct {
	resource string
	request  *pulumirpc.CheckRequest
	olds     map[string]any // the recorded inputs
	reasons  []string
	err      error
}

// fallback is what an input that is left out becomes, nil if it stays out: what it fell back to before, else a name that
// is made, else the default unless that is as good as none. A refresh forgets which inputs those were if there were none;
// then all may have been.
func (c *checker) fallback(field *Field, given map[string]any) any {
	names, recorded := c.olds[defaulted].([]any)
	old, had := c.olds[field.Name]
	switch {
	case field.Default == nil && !field.AutoName || len(field.conflicting(given)) > 0:
		return nil
	case had && (!recorded || slices.Contains(names, any(field.Name))):
		return old
	case field.AutoName:
		return c.autoname()
	case Empty(field.Default):
		return nil
	}
	return field.Default
}

func (c *checker) report(path, format string, arguments ...any) {
	reason := fmt.Sprintf(format, arguments...)
	c.reasons = append(c.reasons, fmt.Sprintf("%s. Examine values at '%s.%s'.", reason, c.resource, path))
}

// object checks the fields of one object; path is for the program's names, wire for the plugin's own.
func (c *checker) object(fields []Field, given map[string]any, path, wire string) map[string]any {
	inputs, defaults := map[string]any{}, []any{}
	unknown := maps.Clone(given)
	delete(unknown, defaulted)
	for i := range fields {
		field := &fields[i]
		delete(unknown, field.Name)
		here, wired := path+field.Name, wire+field.WireName()
		value := given[field.Name]
		var fallback any
		if value == nil {
			fallback = c.fallback(field, given)
		}
		switch {
		case fallback != nil:
			inputs[field.Name], defaults = c.value(field, fallback, given, here, wired), append(defaults, field.Name)
		case value == nil && field.Required:
			c.report(here, "Missing required argument. The argument %q is required, but no definition was found.", wired)
		case value == nil:
		case field.Output:
			c.report(here, "Value for unconfigurable attribute. Can't configure a value for %q: its value will be decided automatically based on the result of applying this configuration.", wired)
		default:
			inputs[field.Name] = c.value(field, value, given, here, wired)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(unknown)) {
		inputs[name] = unknown[name]
		c.report(path+name, "Invalid or unknown key")
	}
	inputs[defaulted] = defaults
	return inputs
}

func (c *checker) value(field *Field, value any, given map[string]any, path, wire string) any {
	if list, isList := value.([]any); isList && field.Kind == Object && len(list) == 1 {
		value = list[0] // an object is a list of one to the older bridge
	}
	if object, isObject := value.(map[string]any); isObject && field.Kind == Object {
		return c.object(field.Fields, object, path+".", wire+".0.")
	}
	if field.Kind == Objects {
		return c.objects(field, value, path, wire)
	}
	if list, isList := value.([]any); isList && (field.Kind == List || field.Kind == Set) {
		return c.elements(field, list, path)
	}
	converted, reason := field.convert(value)
	if reason != "" {
		c.report(path, "%s", reason)
		return value
	}
	for _, rule := range field.Valid {
		if _, reason := rule(wire, converted, given); reason != "" && !Unknown(converted) {
			c.report(path, "%s", reason)
		}
	}
	for _, other := range field.conflicting(given) {
		if !Unknown(given[other]) {
			c.report(path, "Conflicting configuration arguments. %q: conflicts with %s", wire, (&Field{Name: other}).WireName())
		}
	}
	return converted
}

// conflicting are the inputs that are given though they must not be beside this one.
func (f *Field) conflicting(given map[string]any) []string {
	return slices.DeleteFunc(slices.Clone(f.Conflicts), func(other string) bool { return given[other] == nil })
}

// ignoreTimeout says that a limit has no effect. Only the older bridge does.
func (p *Plugin) ignoreTimeout(ctx context.Context, urn, operation string, seconds float64) {
	if p.Legacy && seconds != 0 {
		p.Engine.Log(ctx, pulumirpc.LogSeverity_WARNING, urn, fmt.Sprintf("Resource does not support customTimeouts, ignoring: %s=%s",
			operation, time.Duration(seconds*float64(time.Second))))
	}
}

// failure is an error as the plugin's bridge words it. The older one keeps what was made in state, for the next up to
// repair; what has no id was not made.
func (p *Plugin) failure(resource *Resource, state Values, doing string, err error) error {
	if !p.Legacy {
		return err
	}
	reasons := []error{err}
	if joined, several := err.(interface{ Unwrap() []error }); several {
		reasons = joined.Unwrap()
	}
	text := fmt.Sprintf("%d error%s occurred:\n", len(reasons), map[bool]string{true: "s"}[len(reasons) > 1])
	for _, reason := range reasons {
		text += fmt.Sprintf("\t* %v\n", reason)
	}
	text += "\n"
	if state != nil && state.Text("id") == "" {
		return errors.New(text)
	}
	text = doing + ": " + text
	if state == nil {
		return errors.New(text)
	}
	detailed, err := status.New(codes.Unknown, text).WithDetails(&pulumirpc.ErrorResourceInitFailed{
		Id: state.Text("id"), Properties: rpc.Encode(known(p.outputs(resource, state)).(map[string]any)), Reasons: []string{text},
	})
	if err != nil {
		return err
	}
	return detailed.Err()
}

// known gives what of a value is known. After a failure no more becomes known, and the engine, which takes nothing unknown
// there, would keep the resource without its id.
func known(value any) any {
	switch value := value.(type) {
	case rpc.Unknown:
		return nil
	case rpc.Secret:
		return rpc.Secret{Value: known(value.Value)}
	case []any:
		list := make([]any, len(value))
		for i, element := range value {
			list[i] = known(element)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(value))
		for name, property := range value {
			object[name] = known(property)
		}
		return object
	case Values:
		return known(map[string]any(value))
	}
	return value
}
