package kubernetes

import (
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/status"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"edge-registry/local/plugins/rpc"
)

func TestCreationThatWaitsForNonsense(t *testing.T) {
	inputs := properties{"apiVersion": "v1", "kind": "ConfigMap", "metadata": properties{
		"name": "name", "namespace": "space", "annotations": properties{waitForAnnotation: "nonsense"}}}
	p := (&stub{answer: toObject(inputs)}).against(schema.GroupVersionKind{Version: "v1", Kind: "ConfigMap"})
	_, err := p.Create(t.Context(), &pulumirpc.CreateRequest{Urn: "urn", Properties: rpc.Encode(inputs)})
	const want = `resource "urn" was not successfully created by the Kubernetes API server: expected a "jsonpath="`
	if err == nil || !strings.HasPrefix(err.Error(), want) || len(status.Convert(err).Details()) > 0 {
		t.Errorf("expected %q and no state, got %v", want, err)
	}
}
