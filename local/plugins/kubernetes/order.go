package kubernetes

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// identification tells the objects of a group apart.
type identification struct {
	kind            schema.GroupKind
	namespace, name string
}

func identificationOf(o *object) identification {
	return identification{o.GroupVersionKind().GroupKind(), o.GetNamespace(), o.GetName()}
}

// needs are what an object waits for, if the group has it: its namespace, the definition of its kind, and what its
// annotation says.
func needs(of *object, definitions map[schema.GroupKind]identification) ([]identification, error) {
	needed := []identification{{kind: schema.GroupKind{Kind: "Namespace"}, name: of.GetNamespace()}}
	if definition, defined := definitions[of.GroupVersionKind().GroupKind()]; defined {
		needed = append(needed, definition)
	}
	for _, text := range strings.Split(of.GetAnnotations()["config.kubernetes.io/depends-on"], ",") {
		parts := strings.Split(strings.TrimSpace(text), "/")
		switch {
		case len(parts) == 1 && parts[0] == "":
		case len(parts) == 3:
			needed = append(needed, identification{schema.GroupKind{Group: parts[0], Kind: parts[1]}, "", parts[2]})
		case len(parts) == 5 && parts[1] == "namespaces":
			needed = append(needed, identification{schema.GroupKind{Group: parts[0], Kind: parts[3]}, parts[2], parts[4]})
		default:
			return nil, fmt.Errorf("invalid \"config.kubernetes.io/depends-on\" annotation: failed to parse object reference: %q", text)
		}
	}
	return needed, nil
}

// inOrder puts each object behind those of the group that it needs.
func inOrder(objects []*object) (ordered []*object, needed map[identification][]identification, err error) {
	definitions := map[schema.GroupKind]identification{}
	waiting := map[identification]bool{}
	for _, one := range objects {
		waiting[identificationOf(one)] = true
		if isCRD(one) {
			group, _, _ := unstructured.NestedString(one.Object, "spec", "group")
			kind, _, _ := unstructured.NestedString(one.Object, "spec", "names", "kind")
			definitions[schema.GroupKind{Group: group, Kind: kind}] = identificationOf(one)
		}
	}
	needed = map[identification][]identification{}
	for _, one := range objects {
		all, err := needs(one, definitions)
		if err != nil {
			return nil, nil, err
		}
		id := identificationOf(one)
		needed[id] = slices.DeleteFunc(all, func(other identification) bool { return other == id || !waiting[other] })
	}
	for len(objects) > 0 {
		var stage, later []*object
		for _, one := range objects {
			if slices.ContainsFunc(needed[identificationOf(one)], func(other identification) bool { return waiting[other] }) {
				later = append(later, one)
			} else {
				stage = append(stage, one)
			}
		}
		if len(stage) == 0 {
			return nil, nil, errors.New("cyclic dependency between the objects")
		}
		for _, one := range stage {
			delete(waiting, identificationOf(one))
		}
		ordered, objects = append(ordered, stage...), later
	}
	return ordered, needed, nil
}
