package table

import (
	"maps"
	"reflect"
	"slices"

	"edge-registry/local/plugins/rpc"
)

// plan gives the state that inputs would lead to, and the fields whose change needs a new resource.
// A nil prior is a resource that does not exist yet.
func (r *Resource) plan(inputs, prior Values) (planned Values, replaced []string, err error) {
	planned = r.propose(inputs, prior)
	if prior == nil || !reflect.DeepEqual(planned, prior) {
		r.forget(inputs, prior, planned)
	}
	if r.Plan != nil {
		if replaced, err = r.Plan(inputs, prior, planned); err != nil {
			return nil, nil, err
		}
	}
	if prior == nil {
		return planned, nil, nil
	}
	for _, field := range r.Fields {
		old, new := prior[field.Name], planned[field.Name]
		if field.Replace != nil && !reflect.DeepEqual(old, new) && field.Replace(old, new) {
			replaced = append(replaced, field.Name)
		}
	}
	return planned, replaced, nil
}

// propose takes each field from the inputs, else its default, else (if computed) what it was.
func (r *Resource) propose(inputs, prior Values) Values {
	planned := Values{}
	for _, field := range r.Fields {
		value, given := inputs[field.Name]
		if !given && field.Default != nil {
			value = field.Default
		} else if !given && (field.Computed || field.Output) {
			value = prior[field.Name]
		}
		if value != nil {
			planned[field.Name] = value
		}
		if field.Kind == Objects {
			field.proposeInside(planned.Objects(field.Name), prior)
		}
	}
	return planned
}

// proposeInside gives the objects of a list what was in the same place of what is computed, and of what is as good as
// none. Nothing is known of the computed while there is no resource; an object that comes to one is shown without it.
func (f *Field) proposeInside(planned []Values, prior Values) {
	olds := prior.Objects(f.Name)
	for i, object := range planned {
		for _, inside := range f.Fields {
			old, computed := at(olds, i)[inside.Name], inside.Computed || inside.Output
			switch {
			case !Empty(object[inside.Name]):
			case computed && prior == nil:
				object[inside.Name] = rpc.Unknown{}
			case old != nil && (computed || Empty(old)):
				object[inside.Name] = old
			}
		}
	}
}

// forget makes unknown what a change computes anew: nobody can tell before it is done.
func (r *Resource) forget(inputs, prior, planned Values) {
	for _, field := range r.Fields {
		_, given := inputs[field.Name]
		kept := field.Stable && prior != nil
		if (field.Computed || field.Output) && field.Default == nil && !given && !kept {
			planned[field.Name] = rpc.Unknown{}
		}
	}
}

// wholeMaps takes a map of which an element is unknown for unknown, and one that was there and is not given for empty, as
// the older bridge does.
func wholeMaps(fields []Field, inputs, prior Values) {
	for _, field := range fields {
		elements, given := inputs[field.Name].(map[string]any)
		_, had := prior[field.Name].(map[string]any)
		switch {
		case field.Kind == Objects:
			olds := prior.Objects(field.Name)
			for i, object := range inputs.Objects(field.Name) {
				wholeMaps(field.Fields, object, at(olds, i))
			}
		case field.Kind != Map:
		case given && slices.ContainsFunc(slices.Collect(maps.Values(elements)), Unknown):
			inputs[field.Name] = rpc.Unknown{}
		case had && inputs[field.Name] == nil:
			inputs[field.Name] = map[string]any{}
		}
	}
}
