package kubernetes

import (
	"errors"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"edge-registry/local/plugins/rpc"
)

func TestDeletionOfWhatIsGone(t *testing.T) {
	configMap := schema.GroupVersionKind{Version: "v1", Kind: "ConfigMap"}
	gone := apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, "space")
	state := rpc.Encode(properties{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": properties{"name": "name", "namespace": "space"},
		inputsKey: properties{"apiVersion": "v1", "kind": "ConfigMap"},
	})
	for name, test := range map[string]struct {
		kind  string
		serve []schema.GroupVersionKind
		apply bool
		fails bool
	}{
		"an object":                              {kind: "ConfigMap", serve: []schema.GroupVersionKind{configMap}, apply: true},
		"a patch's fields cannot be given up":    {kind: "ConfigMapPatch", serve: []schema.GroupVersionKind{configMap}, apply: true, fails: true},
		"a patch made without server-side apply": {kind: "ConfigMapPatch", serve: []schema.GroupVersionKind{configMap}},
		"a patch whose kind is gone":             {kind: "ConfigMapPatch", apply: true},
	} {
		p := (&stub{err: gone}).against(test.serve...)
		p.settings.serverSideApply = test.apply
		_, err := p.Delete(t.Context(), &pulumirpc.DeleteRequest{
			Urn: "urn:pulumi:s::p::kubernetes:core/v1:" + test.kind + "::n", Id: "space/name", Properties: state,
		})
		if test.fails != errors.Is(err, error(gone)) || !test.fails && err != nil {
			t.Errorf("%s: expected failure %v, got %v", name, test.fails, err)
		}
	}
}

func TestReleasesAreNotTakenForGone(t *testing.T) {
	_, err := (&stub{}).against().Delete(t.Context(), &pulumirpc.DeleteRequest{
		Urn: "urn:pulumi:s::p::kubernetes:helm.sh/v3:Release::n", Id: "space/name",
		Properties: rpc.Encode(properties{"name": "name", "namespace": "space"}),
	})
	if want := "kubernetes:helm.sh/v3:Release needs the published kubernetes plugin"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("expected %q, got %v", want, err)
	}
}
