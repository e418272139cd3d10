package tls

import (
	"encoding/json"
	"reflect"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
)

func TestTheSchemaDescribesTheResources(t *testing.T) {
	response, err := New(&rpc.Engine{}).GetSchema(t.Context(), &pulumirpc.GetSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Name, Version string
		Types         map[string]struct{ Properties map[string]map[string]any }
		Resources     map[string]struct {
			Properties, InputProperties map[string]map[string]any
			Required, RequiredInputs    []string
		}
	}
	if err := json.Unmarshal([]byte(response.GetSchema()), &schema); err != nil {
		t.Fatal(err)
	}
	const subject = "tls:index/CertRequestSubject:CertRequestSubject"
	request := schema.Resources["tls:index/certRequest:CertRequest"]
	for name, want := range map[string]map[string]any{
		"privateKeyPem": {"type": "string", "secret": true},
		"dnsNames":      {"type": "array", "items": map[string]any{"type": "string"}},
		"subject":       {"$ref": "#/types/" + subject},
	} {
		if found := request.InputProperties[name]; !reflect.DeepEqual(found, want) {
			t.Errorf("%s: expected %v, got %v", name, want, found)
		}
	}
	if found := schema.Types[subject].Properties["streetAddresses"]["type"]; found != "array" {
		t.Errorf("expected a list of streets, got %v", found)
	}
	if !reflect.DeepEqual(request.RequiredInputs, []string{"privateKeyPem"}) || request.InputProperties["certRequestPem"] != nil {
		t.Errorf("expected one required input and no outputs, got %v, %v", request.RequiredInputs, request.InputProperties)
	}
	if schema.Resources["tls:index/privateKey:PrivateKey"].Properties["publicKeyPem"]["type"] != "string" || schema.Name != "tls" {
		t.Errorf("expected outputs, got %v", schema)
	}
}
