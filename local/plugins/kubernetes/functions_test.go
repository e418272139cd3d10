package kubernetes

import (
	"reflect"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
)

func invoke(t *testing.T, function string, arguments properties) (properties, error) {
	t.Helper()
	response, err := offline().Invoke(t.Context(), &pulumirpc.InvokeRequest{
		Tok: "kubernetes:" + function, Args: rpc.Encode(arguments),
	})
	return rpc.Decode(response.GetReturn()), err
}

func TestDecode(t *testing.T) {
	found, err := invoke(t, "yaml:decode", properties{
		"text": "{apiVersion: v1, kind: Pod, a: null}\n---\n---\n{apiVersion: v1, kind: Node}\n", "defaultNamespace": "space",
	})
	want := properties{"result": []any{
		properties{"apiVersion": "v1", "kind": "Pod", "a": nil, "metadata": properties{"namespace": "space"}},
		properties{"apiVersion": "v1", "kind": "Node"},
	}}
	if err != nil || !reflect.DeepEqual(found, want) {
		t.Errorf("expected %v, got %v, %v", want, found, err)
	}
}

func TestFunctionsRefuseBadArguments(t *testing.T) {
	for function, want := range map[string]string{
		"yaml:decode":    "missing required field 'text' of type string",
		"helm:template":  "kubernetes:helm:template needs the published kubernetes plugin: this one comes without Helm",
		"other:function": `unknown Invoke type "kubernetes:other:function"`,
	} {
		if _, err := invoke(t, function, properties{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: expected %q, got %v", function, want, err)
		}
	}
}
