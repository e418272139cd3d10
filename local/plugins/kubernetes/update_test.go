package kubernetes

import (
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

func TestPatchesWithoutServerSideApply(t *testing.T) {
	const service = `{"apiVersion":"v1","kind":"Service","metadata":{"name":"n"},`
	const annotated = `{"apiVersion":"v1","kind":"Service","metadata":{"name":"n","annotations":{"other":"x",
		"kubectl.kubernetes.io/last-applied-configuration":"{}"}},`
	for name, test := range map[string]struct {
		live, old, wanted string
		kind              types.PatchType
		patch             string
	}{
		"by the list's key": {
			live: service + `"spec":{"ports":[{"port":1},{"port":2}]}}`, old: service + `"spec":{"ports":[{"port":1}]}}`,
			wanted: service + `"spec":{"ports":[{"port":3}]}}`, kind: types.StrategicMergePatchType,
			patch: `{"spec":{"$setElementOrder/ports":[{"port":3}],"ports":[{"port":3},{"$patch":"delete","port":1}]}}`},
		"a list without its key": {
			live: service + `"spec":{"ports":[{"port":1}]}}`, old: service + `"spec":{"ports":[{"port":1}]}}`,
			wanted: service + `"spec":{"ports":[{"name":"a"}]}}`, kind: types.MergePatchType,
			patch: `{"spec":{"ports":[{"name":"a"}]}}`},
		"an annotation of older plugins": {
			live: annotated + `"spec":{}}`, old: service + `"spec":{}}`, wanted: service + `"spec":{"type":"NodePort"}}`,
			kind:  types.StrategicMergePatchType,
			patch: `{"metadata":{"annotations":null},"spec":{"type":"NodePort"}}`},
		"an annotation of the program's": {
			live: annotated + `"spec":{}}`, old: annotated + `"spec":{}}`, wanted: annotated + `"spec":{}}`,
			kind:  types.StrategicMergePatchType,
			patch: `{}`},
	} {
		live := toObject(parse(t, test.live))
		cluster := &stub{answer: live}
		p := cluster.against(schema.GroupVersionKind{Version: "v1", Kind: "Service"})
		p.settings.serverSideApply = false
		op := p.operation("urn:pulumi:s::p::kubernetes:core/v1:Service::n", true, 0)
		_, err := op.update(toObject(parse(t, test.wanted)), toObject(parse(t, test.old)), live, nil)
		if err != nil || cluster.kind != test.kind || !equalJSON(parse(t, string(cluster.patch)), parse(t, test.patch)) {
			t.Errorf("%s: expected %s %s, got %s %s, %v", name, test.kind, test.patch, cluster.kind, cluster.patch, err)
		}
	}
}
