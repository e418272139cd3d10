// Package table makes a plugin out of tables that say what each resource takes and gives.
//
// The published plugins are Terraform providers behind a bridge; what a program can see of that is rebuilt here:
// which defaults reach the state, what an update leaves alone, which change replaces, how a difference is told.
package table

import (
	"context"
	"errors"

	"edge-registry/local/plugins/rpc"
)

// Kind is what a property holds.
type Kind int

// The kinds of properties; lists, sets and maps hold strings. Objects are a list, which functions and resources of the
// older bridge have.
const (
	String Kind = iota
	Int
	Bool
	List
	Set
	Map
	Object
	Objects
)

// Field is one property of a resource.
type Field struct {
	Name string
	Kind Kind
	// Wire is the name in messages, where it is not Name in snake case.
	Wire string
	// Required must be given, Output is given by the plugin alone, Computed by the plugin if it is not given.
	Required, Output, Computed bool
	// Doc ends the sentence about a missing required property.
	Doc string
	// Default is used when nothing is given, and shows in state.
	Default any
	// AutoName makes a name out of the resource's when nothing is given. Only the older bridge does.
	AutoName bool
	// Conflicts are the inputs that must not be given as well. Only the older bridge knows them.
	Conflicts []string
	// Stable outputs survive an update; the others are unknown until it is done.
	Stable bool
	// Secret outputs are encrypted in state.
	Secret bool
	// Replace decides whether a change needs a new resource; nil never does.
	Replace func(old, new any) bool
	// Valid rules hold for a known value, or for each element of a list.
	Valid []Rule
	// Fields are the properties of an Object, or of each of Objects.
	Fields []Field
}

// element is what a list, a set or a map holds.
func (f *Field) element() *Field {
	if f.Kind == Objects {
		return &Field{Kind: Object, Fields: f.Fields}
	}
	return &Field{}
}

// Resource is one type of resource. Only Create must be there: by default a resource lives in the state alone.
type Resource struct {
	// Version of the state's schema, which the published plugin upgrades from.
	Version int
	Fields  []Field
	// Upgrade brings a recorded state of any version up to this one: what older versions did not record is no change.
	Upgrade func(version int, state Values) error
	// ID is the property that is the id, if it is not called that.
	ID string
	// Warn tells what is allowed but should not be done.
	Warn func(ctx context.Context, inputs Values)
	// Plan adjusts a planned state; what it returns must be replaced whatever its Field says.
	Plan func(inputs, prior, planned Values) (replace []string, err error)
	// Create fills in what is computed. It returns Gone if what was made is not there.
	Create func(ctx context.Context, state Values) error
	// Update returns Gone if there is nothing to update any more.
	Update func(ctx context.Context, prior, state Values) error
	Read   func(ctx context.Context, state Values) (exists bool, err error)
	Delete func(ctx context.Context, state Values) error
	// Import makes the state that Read completes from an id; nil if the type cannot be imported.
	Import func(id string) (Values, error)
}

// Gone is the error of what was deleted by others.
var Gone = errors.New("the resource does not exist")

// Values are the properties of one resource, by name.
type Values map[string]any

// Text is a string property, "" if absent.
func (v Values) Text(name string) string { text, _ := v[name].(string); return text }

// Int is a number property, 0 if absent.
func (v Values) Int(name string) int64 { number, _ := v[name].(float64); return int64(number) }

// Bool is a boolean property, false if absent.
func (v Values) Bool(name string) bool { flag, _ := v[name].(bool); return flag }

// Object is an object property, empty if absent.
func (v Values) Object(name string) Values { object, _ := v[name].(map[string]any); return object }

// Objects is a property that lists objects, empty if absent.
func (v Values) Objects(name string) []Values {
	list, _ := v[name].([]any)
	objects := make([]Values, 0, len(list))
	for _, element := range list {
		object, _ := element.(map[string]any)
		objects = append(objects, object)
	}
	return objects
}

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

// Unknown tells whether a value will only be known once something else has been made.
func Unknown(value any) bool { _, unknown := value.(rpc.Unknown); return unknown }

// Empty tells whether a value is as good as none.
func Empty(value any) bool {
	switch value := value.(type) {
	case []any:
		return len(value) == 0
	case map[string]any:
		return len(value) == 0
	}
	return value == nil || value == "" || value == false || value == 0.0
}
