package kubernetes

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// predecessors are the managers whose fields an update takes over: our own POST, and kubectl.
var predecessors = []struct {
	prefix    string
	operation metav1.ManagedFieldsOperationType
}{
	{"kubectl", metav1.ManagedFieldsOperationApply},
	{"kubectl", metav1.ManagedFieldsOperationUpdate},
	{"before-first-apply", metav1.ManagedFieldsOperationUpdate},
	{creator, metav1.ManagedFieldsOperationUpdate},
	{"pulumi-resource-kubernetes", metav1.ManagedFieldsOperationUpdate},
}

func isPredecessor(entry metav1.ManagedFieldsEntry) bool {
	for _, p := range predecessors {
		if entry.Operation == p.operation && entry.Subresource == "" && strings.HasPrefix(entry.Manager, p.prefix) {
			return true
		}
	}
	return false
}

// takeOver makes the fields of all predecessors ours, so that an apply can also remove them.
func (op *operation) takeOver(client dynamic.ResourceInterface, live *object) (*object, error) {
	if op.preview || isPatch(op.urn, live.GetKind()) {
		return live, nil
	}
	var ours *metav1.ManagedFieldsEntry
	var others []metav1.ManagedFieldsEntry
	entries := live.GetManagedFields()
	for i, entry := range entries {
		if entry.Manager == op.manager && entry.Operation == metav1.ManagedFieldsOperationApply {
			ours = &entries[i]
		}
	}
	taken := false
	for i, entry := range entries {
		switch {
		case ours == &entries[i]:
		case !isPredecessor(entry):
			others = append(others, entry)
		case ours == nil:
			entry.Manager, entry.Operation = op.manager, metav1.ManagedFieldsOperationApply
			ours, taken = &entry, true
		default:
			merged, err := union(ours.FieldsV1, entry.FieldsV1)
			if err != nil {
				return nil, fmt.Errorf("unable to merge managed fields: %w", err)
			}
			ours.FieldsV1, taken = merged, true
		}
	}
	if !taken {
		return live, nil
	}
	patch, err := json.Marshal([]properties{
		{"op": "replace", "path": "/metadata/managedFields", "value": append(others, *ours)},
	})
	if err != nil {
		return nil, err
	}
	return client.Patch(op.running, live.GetName(), types.JSONPatchType, patch, metav1.PatchOptions{})
}

func union(a, b *metav1.FieldsV1) (*metav1.FieldsV1, error) {
	first, err := fieldSet(a)
	if err != nil {
		return nil, err
	}
	second, err := fieldSet(b)
	if err != nil {
		return nil, err
	}
	text, err := first.Union(second).ToJSON()
	return &metav1.FieldsV1{Raw: text}, err
}

func fieldSet(fields *metav1.FieldsV1) (*fieldpath.Set, error) {
	set := &fieldpath.Set{}
	if fields == nil {
		return set, nil
	}
	return set, set.FromJSON(bytes.NewReader(fields.Raw))
}

// keepIgnored leaves ignored properties as they are: out of the request if only others manage them, else with their
// live value, for a field that is missing from an apply is removed.
func (op *operation) keepIgnored(inputs, live *object, ignored []string) error {
	ours, theirs := &fieldpath.Set{}, &fieldpath.Set{}
	for _, entry := range live.GetManagedFields() {
		set, err := fieldSet(entry.FieldsV1)
		if err != nil {
			return fmt.Errorf("unable to parse managed fields from resource %q: %w", live.GetName(), err)
		}
		if entry.Manager == op.manager {
			ours = ours.Union(withParents(set))
		} else {
			theirs = theirs.Union(withParents(set))
		}
	}
	for _, text := range ignored {
		parsed, err := resource.ParsePropertyPath(text)
		if err != nil {
			return fmt.Errorf("unable to parse ignoreField path %q: %w", text, err)
		}
		steps := strings.Split(parsed.String(), ".")
		parts := make([]any, len(steps))
		for i, step := range steps {
			parts[i] = step
		}
		path, err := fieldpath.MakePath(parts...)
		if err != nil {
			return fmt.Errorf("unable to normalize ignoreField path %q: %w", text, err)
		}
		if op.settings.serverSideApply && theirs.Has(path) && !ours.Has(path) {
			unstructured.RemoveNestedField(inputs.Object, steps...)
			continue
		}
		value, found, err := unstructured.NestedFieldCopy(live.Object, steps...)
		if err != nil {
			return fmt.Errorf("unable to parse field to ignore %q from live object: %w", text, err)
		}
		if found {
			if err := unstructured.SetNestedField(inputs.Object, value, steps...); err != nil {
				return fmt.Errorf("unable to set field %q with last used value: %w", text, err)
			}
		}
	}
	return nil
}

func withParents(set *fieldpath.Set) *fieldpath.Set {
	all := &fieldpath.Set{}
	set.Iterate(func(path fieldpath.Path) {
		for i := range path {
			all.Insert(path[:i+1])
		}
	})
	return all
}
