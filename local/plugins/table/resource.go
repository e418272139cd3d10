// Package table makes a plugin out of tables that say what each resource takes and gives.
//
// The published plugins are Terraform providers behind a bridge; what a program can see of that is rebuilt here:
// which defaults reach the state, what an update leaves alone, which change replaces, how a difference is told.
package table

import "edge-registry/local/plugins/rpc"

// Kind is what a property holds.
type Kind int

// The kinds of properties; lists and maps hold strings.
const (
	String Kind = iota
	Int
	Number
	Bool
	List
	Map
	Object
)

// Field is one property of a resource.
type Field struct {
	Name string
	Kind Kind
	// Wire is the name in messages and state upgrades, where it is not Name in snake case.
	Wire string
	// Required must be given, Output is given by the plugin alone, Computed by the plugin if it is not given.
	Required, Output, Computed bool
	// Doc ends the sentence about a missing required property.
	Doc string
	// Default is used when nothing is given, and shows in state.
	Default any
	// Stable outputs survive an update; the others are unknown until it is done.
	Stable bool
	// Secret outputs are encrypted in state.
	Secret bool
	// Replace decides whether a change needs a new resource; nil never does.
	Replace func(old, new any) bool
	// Valid rules hold for a known value, or for each element of a list.
	Valid []Rule
	// Fields are the properties of an Object.
	Fields []Field
}

// Resource is one type of resource.
type Resource struct {
	// Version of the state's schema, which the published plugin upgrades from.
	Version int
	Fields  []Field
	// Plan adjusts a planned state; what it returns must be replaced whatever its Field says.
	Plan func(inputs, prior, planned Values) (replace []string, err error)
	// ID is the property that is the id, if it is not called that.
	ID string
	// Create fills in what is computed.
	Create func(state Values, warn func(string)) error
	// Read refreshes a state; nil leaves it as it is.
	Read func(state Values) error
	// Import makes the state from an id; nil if the type cannot be imported.
	Import func(id string) (Values, error)
	// Warn tells what is allowed but should not be done.
	Warn func(inputs Values, warn func(string))
}

// Values are the properties of one resource, by name.
type Values map[string]any

// Text is a string property, "" if absent.
func (v Values) Text(name string) string { text, _ := v[name].(string); return text }

// Int is a number property, 0 if absent.
func (v Values) Int(name string) int64 { number, _ := v[name].(float64); return int64(number) }

// Bool is a boolean property, false if absent.
func (v Values) Bool(name string) bool { flag, _ := v[name].(bool); return flag }

// Strings is a list property, empty if absent.
func (v Values) Strings(name string) []string {
	list, _ := v[name].([]any)
	texts := make([]string, 0, len(list))
	for _, element := range list {
		text, _ := element.(string)
		texts = append(texts, text)
	}
	return texts
}

// Always is the Replace of a property that cannot be updated.
func Always(_, _ any) bool { return true }

func isUnknown(value any) bool { _, unknown := value.(rpc.Unknown); return unknown }
