package table

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"edge-registry/local/plugins/rpc"
)

// Change plans what takes a recorded state, if any, to new inputs.
func (r *Resource) Change(old, new map[string]any) (prior, planned Values, replaced []string, err error) {
	if old != nil {
		if prior, err = Coerce(r.Fields, old); err != nil {
			return nil, nil, nil, err
		}
	}
	inputs, err := Coerce(r.Fields, new)
	if err != nil {
		return nil, nil, nil, err
	}
	planned, replaced, err = r.plan(inputs, prior)
	return prior, planned, replaced, err
}

func (r *Resource) refresh(old map[string]any) (Values, error) {
	state, err := Coerce(r.Fields, old)
	if err == nil && r.Read != nil {
		err = r.Read(state)
	}
	return state, err
}

// hide encrypts what the schema calls secret.
func (r *Resource) hide(properties map[string]any) map[string]any {
	hidden := maps.Clone(properties)
	for _, field := range r.Fields {
		if value, present := hidden[field.Name]; present && field.Secret && !isUnknown(value) {
			hidden[field.Name] = rpc.Secret{Value: value}
		}
	}
	return hidden
}

// record makes the outputs that go to the state file. The schema's version goes along, so that a published plugin
// that takes the stack over does not mistake the state for an ancient one and make bcrypt hashes anew.
func (r *Resource) record(state Values) map[string]any {
	outputs := r.hide(state)
	if r.Version != 0 {
		outputs["__meta"] = fmt.Sprintf(`{"schema_version":"%d"}`, r.Version)
	}
	return outputs
}

func (r *Resource) id(state Values) string {
	if r.ID != "" {
		return state.Text(r.ID)
	}
	return state.Text("id")
}

// Inputs are what a program would say to get an imported state.
func (r *Resource) Inputs(state Values) map[string]any { return inputsOf(r.Fields, state) }

func inputsOf(fields []Field, state map[string]any) map[string]any {
	inputs := map[string]any{}
	for _, field := range fields {
		value, present := state[field.Name]
		if object, isObject := value.(map[string]any); isObject && field.Kind == Object {
			value = inputsOf(field.Fields, object)
		}
		if present && !field.Output && (field.Required || !IsZero(value)) {
			inputs[field.Name] = value
		}
	}
	return inputs
}

// IsZero tells whether a value is as good as none.
func IsZero(value any) bool {
	switch value := value.(type) {
	case []any:
		return len(value) == 0
	case map[string]any:
		return len(value) == 0
	}
	return value == nil || value == "" || value == false || value == 0.0
}

// RefreshInputs gives the old inputs their refreshed values, and adds none. Under __defaults older bridges remember
// which inputs the program left out: one that is no longer what it was is no default.
func RefreshInputs(old, state map[string]any) map[string]any {
	inputs := map[string]any{}
	for name, value := range old {
		if new, present := state[name]; present {
			inputs[name] = refreshInput(value, new)
		}
	}
	if names, _ := old["__defaults"].([]any); len(names) > 0 {
		inputs["__defaults"] = slices.DeleteFunc(slices.Clone(names), func(name any) bool {
			text, _ := name.(string)
			return !reflect.DeepEqual(old[text], inputs[text])
		})
	}
	return inputs
}

func refreshInput(old, new any) any {
	oldMap, oldIsMap := old.(map[string]any)
	newMap, newIsMap := new.(map[string]any)
	if oldIsMap && newIsMap {
		return RefreshInputs(oldMap, newMap)
	}
	return new
}
