package kubernetes

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"edge-registry/local/plugins/rpc"
)

// recorder takes patches down instead of sending them.
type recorder struct {
	dynamic.ResourceInterface
	patch []byte
}

func (r *recorder) Patch(
	_ context.Context, _ string, _ types.PatchType, data []byte, _ metav1.PatchOptions, _ ...string,
) (*object, error) {
	r.patch = data
	return &object{}, nil
}

func managedBySome(entries ...metav1.ManagedFieldsEntry) *object {
	o := &object{Object: properties{
		"kind": "Service", "metadata": properties{"labels": properties{"a": "live", "b": "live"}},
	}}
	o.SetManagedFields(entries)
	return o
}

func entry(manager, operation, fields string, subresource ...string) metav1.ManagedFieldsEntry {
	e := metav1.ManagedFieldsEntry{
		Manager: manager, Operation: metav1.ManagedFieldsOperationType(operation), APIVersion: "v1",
		FieldsType: "FieldsV1", FieldsV1: &metav1.FieldsV1{Raw: []byte(fields)},
	}
	if len(subresource) > 0 {
		e.Subresource = subresource[0]
	}
	return e
}

func TestTakeOver(t *testing.T) {
	const a, b, both = `{"f:a":{}}`, `{"f:b":{}}`, `{"f:a":{},"f:b":{}}`
	for name, test := range map[string]struct {
		before  []metav1.ManagedFieldsEntry
		after   []string // manager operation fields; none if nothing is sent
		preview bool
	}{
		"our own POST":           {before: []metav1.ManagedFieldsEntry{entry(creator, "Update", a)}, after: []string{"ours Apply " + a}},
		"and what we applied":    {before: []metav1.ManagedFieldsEntry{entry(creator, "Update", a), entry("ours", "Apply", b)}, after: []string{"ours Apply " + both}},
		"kubectl's":              {before: []metav1.ManagedFieldsEntry{entry("kubectl-edit", "Update", a), entry("kubectl", "Apply", b)}, after: []string{"ours Apply " + both}},
		"others' stay":           {before: []metav1.ManagedFieldsEntry{entry("other", "Apply", a), entry(creator, "Update", b)}, after: []string{"other Apply " + a, "ours Apply " + b}},
		"a status is not ours":   {before: []metav1.ManagedFieldsEntry{entry("kubectl", "Update", a, "status")}},
		"nothing to take":        {before: []metav1.ManagedFieldsEntry{entry("ours", "Apply", a)}},
		"nothing in a preview":   {before: []metav1.ManagedFieldsEntry{entry(creator, "Update", a)}, preview: true},
		"another run's creation": {before: []metav1.ManagedFieldsEntry{entry(creator+"-12345678", "Apply", a)}},
	} {
		t.Run(name, func(t *testing.T) {
			client := &recorder{}
			op := &operation{provider: offline(), preview: test.preview, manager: "ours"}
			if _, err := op.takeOver(client, managedBySome(test.before...)); err != nil {
				t.Fatal(err)
			}
			var patch []struct{ Value []metav1.ManagedFieldsEntry }
			if client.patch != nil {
				if err := json.Unmarshal(client.patch, &patch); err != nil {
					t.Fatal(err)
				}
			}
			var after []string
			for _, change := range patch {
				for _, e := range change.Value {
					after = append(after, e.Manager+" "+string(e.Operation)+" "+string(e.FieldsV1.Raw))
				}
			}
			if !slices.Equal(after, test.after) {
				t.Errorf("expected %q, got %q", test.after, after)
			}
		})
	}
}

func TestKeepIgnored(t *testing.T) {
	live := managedBySome(
		entry("ours", "Apply", `{"f:metadata":{"f:labels":{"f:a":{}}}}`),
		entry("other", "Apply", `{"f:metadata":{"f:labels":{"f:b":{}}}}`))
	inputs := &object{Object: properties{
		"metadata": properties{"labels": properties{"a": "new", "b": "new", "c": "new"}},
	}}
	op := &operation{provider: offline(), manager: "ours"}
	ignored := []string{"metadata.labels.a", "metadata.labels.b", "metadata.labels.c"}
	if err := op.keepIgnored(inputs, live, ignored); err != nil {
		t.Fatal(err)
	}
	if found := inputs.GetLabels(); found["a"] != "live" || found["c"] != "new" || len(found) != 2 {
		t.Errorf("expected a as it is, b left to the other, c as wanted; got %v", found)
	}
}

func TestForce(t *testing.T) {
	wanted := &object{Object: properties{"metadata": properties{}}}
	forced := &object{Object: properties{"metadata": properties{"annotations": properties{patchForceAnnotation: "true"}}}}
	applied := managedBySome(entry("ours", "Apply", `{}`))
	posted := managedBySome(entry(creator, "Update", `{}`))
	for name, test := range map[string]struct {
		inputs, live *object
		preview      bool
		force        bool
	}{
		"an update":                       {wanted, applied, false, false},
		"an update the program forces":    {forced, applied, false, true},
		"of what was made before applies": {wanted, managedBySome(), false, true},
		"a creation":                      {wanted, nil, false, false},
		"a preview of a creation":         {wanted, nil, true, true},
		"a preview of the first update":   {wanted, posted, true, true},
		"a preview of a later one":        {wanted, applied, true, false},
	} {
		op := &operation{provider: New(&rpc.Engine{}).(*provider), preview: test.preview}
		if force := op.forces(test.inputs, test.live); force != test.force {
			t.Errorf("%s: expected force %v, got %v", name, test.force, force)
		}
	}
}
