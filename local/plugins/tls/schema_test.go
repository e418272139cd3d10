package tls

import (
	"encoding/json"
	"reflect"
	"regexp"
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
		Types         map[string]struct {
			Properties map[string]map[string]any
			Required   []string
		}
		Functions map[string]struct {
			Inputs, Outputs struct {
				Properties map[string]map[string]any
				Required   []string
			}
		}
		Provider  struct{ InputProperties map[string]map[string]any }
		Meta      struct{ ModuleFormat string }
		Resources map[string]struct {
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
	if parts := regexp.MustCompile(schema.Meta.ModuleFormat).FindStringSubmatch("index/certRequest"); len(parts) != 2 || parts[1] != "index" {
		t.Errorf("expected the module of a token to be index, got %q", parts)
	}
	lookup := schema.Functions["tls:index/getCertificate:getCertificate"]
	const certificate = "tls:index/getCertificateCertificate:getCertificateCertificate"
	for name, want := range map[string]map[string]any{
		"certificates": {"type": "array", "items": map[string]any{"$ref": "#/types/" + certificate}},
		"id":           {"type": "string"},
		"verifyChain":  {"type": "boolean"},
	} {
		if found := lookup.Outputs.Properties[name]; !reflect.DeepEqual(found, want) {
			t.Errorf("%s: expected %v, got %v", name, want, found)
		}
	}
	if !reflect.DeepEqual(lookup.Outputs.Required, []string{"certificates", "id"}) || len(lookup.Inputs.Properties) != 3 || len(lookup.Inputs.Required) > 0 {
		t.Errorf("expected what is asked and what is found, got %v", lookup)
	}
	if len(schema.Types[certificate].Required) != 12 {
		t.Errorf("expected a whole certificate, got %v", schema.Types[certificate])
	}
	const proxy = "tls:index/ProviderProxy:ProviderProxy"
	if schema.Provider.InputProperties["proxy"]["$ref"] != "#/types/"+proxy || schema.Types[proxy].Properties["password"]["secret"] != true {
		t.Errorf("expected a proxy, got %v", schema.Provider)
	}
}

// A certificate's description must be what the schema says.
func TestTheLookupGivesWhatTheSchemaSays(t *testing.T) {
	_, made := client(t, "SelfSignedCert").Create(map[string]any{"privateKeyPem": newKey(t, "ECDSA"), "allowedUses": []any{}, "validityPeriodHours": 1.0})
	certificate, err := parseCertificate(made.Text("certPem"))
	if err != nil {
		t.Fatal(err)
	}
	described, _ := describeCertificate(certificate)
	for _, field := range certificateResults[0].Fields {
		if _, given := described[field.Name]; !given || len(described) != len(certificateResults[0].Fields) {
			t.Errorf("expected %s among %v", field.Name, described)
		}
	}
}
