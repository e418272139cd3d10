package table

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"edge-registry/local/plugins/rpc"
)

// change plans what takes a recorded state, if any, to new inputs.
func (p *Plugin) change(r *Resource, old, new map[string]any) (prior, planned Values, replaced []string, err error) {
	if old != nil {
		if prior, err = r.recorded(old); err != nil {
			return nil, nil, nil, err
		}
	}
	inputs, err := Coerce(r.Fields, new)
	if err != nil {
		return nil, nil, nil, err
	}
	if p.Legacy {
		wholeMaps(r.Fields, inputs, prior)
	}
	planned, replaced, err = r.plan(inputs, prior)
	return prior, planned, replaced, err
}

// hide encrypts what the schema calls secret.
func (r *Resource) hide(properties map[string]any) map[string]any {
	hidden := maps.Clone(properties)
	for _, field := range r.Fields {
		if value, present := hidden[field.Name]; present && field.Secret && !Unknown(value) {
			hidden[field.Name] = rpc.Secret{Value: value}
		}
	}
	return hidden
}

// outputs are what the program gets. A legacy plugin shows what is not set as null, and objects as an empty list.
func (p *Plugin) outputs(resource *Resource, state Values) map[string]any {
	outputs := resource.hide(state)
	sortSets(resource.Fields, outputs)
	if p.Legacy {
		showAbsent(resource.Fields, outputs)
	}
	return outputs
}

func showAbsent(fields []Field, values Values) {
	for _, field := range fields {
		_, set := values[field.Name]
		switch {
		case field.Kind == Objects && set:
			for _, object := range values.Objects(field.Name) {
				showAbsent(field.Fields, object)
			}
		case field.Kind == Objects:
			values[field.Name] = []any{}
		case !set:
			values[field.Name] = nil
		}
	}
}

// record makes the outputs that go to the state file. The schema's version goes along, so that a published plugin
// that takes the stack over does not mistake the state for an ancient one and make bcrypt hashes anew.
func (p *Plugin) record(resource *Resource, state Values) map[string]any {
	outputs := p.outputs(resource, state)
	if resource.Version != 0 {
		outputs["__meta"] = fmt.Sprintf(`{"schema_version":"%d"}`, resource.Version)
	}
	return outputs
}

func (r *Resource) id(state Values) string {
	if r.ID != "" {
		return state.Text(r.ID)
	}
	return state.Text("id")
}

// importInputs are what a program would say to get an imported state. Only the older bridge knows the defaults.
func importInputs(fields []Field, state map[string]any, legacy bool) map[string]any {
	inputs := map[string]any{}
	for _, field := range fields {
		value, present := state[field.Name]
		spare := Empty(value) || legacy && field.Default != nil && value == field.Default
		if present && !field.Output && (field.Required || !spare) {
			inputs[field.Name] = importInput(&field, value, legacy)
		} else if legacy && field.Default != nil && !present {
			inputs[field.Name] = nil // to the older bridge null is not the default
		}
	}
	if legacy {
		inputs[defaulted] = []any{}
	}
	return inputs
}

func importInput(field *Field, value any, legacy bool) any {
	object, isObject := value.(map[string]any)
	list, isList := value.([]any)
	switch {
	case isObject && field.Kind == Object:
		return importInputs(field.Fields, object, legacy)
	case isObject && legacy:
		inputs := maps.Clone(object)
		inputs[defaulted] = []any{} // the older bridge takes a map for an object here
		return inputs
	case isList && field.Kind == Objects:
		inputs := make([]any, len(list))
		for i, element := range list {
			inputs[i] = importInput(field.element(), element, legacy)
		}
		return inputs
	}
	return value
}

// refreshInputs gives the old inputs their refreshed values, and adds none, nor to a list.
func refreshInputs(old, state map[string]any) map[string]any {
	inputs := map[string]any{}
	for name, value := range old {
		if new, present := state[name]; present {
			inputs[name] = refreshInput(value, new)
		}
	}
	// An input that is no longer what it was is no default any more.
	names, _ := old[defaulted].([]any)
	names = slices.DeleteFunc(slices.Clone(names), func(name any) bool {
		text, _ := name.(string)
		return !reflect.DeepEqual(old[text], inputs[text])
	})
	if len(names) > 0 {
		inputs[defaulted] = names
	}
	return inputs
}

func refreshInput(old, new any) any {
	oldMap, oldIsMap := old.(map[string]any)
	newMap, newIsMap := new.(map[string]any)
	oldList, oldIsList := old.([]any)
	newList, newIsList := new.([]any)
	switch {
	case oldIsMap && newIsMap:
		return refreshInputs(oldMap, newMap)
	case oldIsList && newIsList:
		refreshed := []any{}
		for i := range min(len(oldList), len(newList)) {
			refreshed = append(refreshed, refreshInput(oldList[i], newList[i]))
		}
		return refreshed
	}
	return new
}
