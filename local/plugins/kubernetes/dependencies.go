package kubernetes

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

const dependsOnAnnotation = "config.kubernetes.io/depends-on"

// dependencies are what the objects of a group wait for: all of the group.
type dependencies map[identification][]identification

// dependenciesOf finds what each object needs: its namespace and the definition of its kind, if the group has them, and
// what its annotation says.
func dependenciesOf(objects map[identification]*object) (dependencies, error) {
	definitions := map[schema.GroupKind]identification{}
	for id, one := range objects {
		if isCRD(one) {
			definitions[kindDefinedBy(one)] = id
		}
	}
	found, failures := dependencies{}, []error{}
	for _, id := range sorted(objects) {
		namespace := identification{kind: schema.GroupKind{Kind: "Namespace"}, name: id.namespace}
		for _, other := range []identification{namespace, definitions[id.kind]} {
			if objects[other] != nil {
				found[id] = append(found[id], other)
			}
		}
		chosen, err := dependsOn(objects[id], objects)
		if err != nil {
			failures = append(failures, fmt.Errorf("invalid object: %q: %w", id, err))
		}
		found[id] = append(found[id], chosen...)
	}
	return found, errors.Join(failures...)
}

// dependsOn is what the object's annotation says it waits for: others of its group, each once.
func dependsOn(of *object, group map[identification]*object) ([]identification, error) {
	text, given := of.GetAnnotations()[dependsOnAnnotation]
	if !given {
		return nil, nil
	}
	invalid := func(err error) error { return fmt.Errorf("invalid %q annotation: %w", dependsOnAnnotation, err) }
	var all []identification
	var failures []error
	for i, reference := range strings.Split(text, ",") {
		other, err := parseReference(strings.TrimSpace(reference))
		if err != nil {
			return nil, invalid(fmt.Errorf("failed to parse object reference (index: %d): %w", i, err))
		}
		edge := identificationOf(of).reference() + " -> " + other.reference()
		switch {
		case slices.Contains(all, other):
			failures = append(failures, invalid(errors.New("duplicate dependency: "+edge)))
		case group[other] == nil:
			failures = append(failures, invalid(errors.New("external dependency: "+edge)))
		}
		all = append(all, other)
	}
	return all, errors.Join(failures...)
}

func parseReference(text string) (identification, error) {
	parts := strings.Split(text, "/")
	switch {
	case len(parts) == 3:
		return identification{schema.GroupKind{Group: parts[0], Kind: parts[1]}, "", parts[2]}, nil
	case len(parts) == 5 && parts[1] == "namespaces":
		return identification{schema.GroupKind{Group: parts[0], Kind: parts[3]}, parts[2], parts[4]}, nil
	case len(parts) == 5:
		return identification{}, fmt.Errorf("missing %q field: %q", "namespaces", text)
	}
	return identification{}, fmt.Errorf("expected 3 or 5 fields, found %d: %q", len(parts), text)
}

// reference is how an annotation names the object.
func (id identification) reference() string {
	if id.namespace == "" {
		return strings.Join([]string{id.kind.Group, id.kind.Kind, id.name}, "/")
	}
	return strings.Join([]string{id.kind.Group, "namespaces", id.namespace, id.kind.Kind, id.name}, "/")
}

// String is how errors name the object.
func (id identification) String() string {
	return strings.Join([]string{id.namespace, id.name, id.kind.Group, id.kind.Kind}, "_")
}
