package kubernetes

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
)

func TestObjectsAreRendered(t *testing.T) {
	p, told := offline(), &console{}
	told.attach(t, p)
	p.settings.renderTo = filepath.Join(t.TempDir(), "out")
	const urn = "urn:pulumi:s::p::kubernetes:core/v1:Secret::n"
	inputs := func(value string) properties {
		return properties{"apiVersion": "v1", "kind": "Secret", "metadata": properties{"name": "n"}, "data": properties{"a": rpc.Secret{Value: value}}}
	}
	if preview, err := p.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urn, Properties: rpc.Encode(inputs("YQ==")), Preview: true}); err != nil || preview.GetId() != "" {
		t.Fatalf("expected a preview to write nothing, got %v, %v", preview, err)
	}
	made, err := p.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urn, Properties: rpc.Encode(inputs("YQ=="))})
	if err != nil || made.GetId() != "n" {
		t.Fatalf("expected an object, got %v, %v", made, err)
	}
	file := filepath.Join(p.settings.renderTo, "1-manifest", "v1-secret-default-n.yaml")
	expect := func(value string) {
		t.Helper()
		want := "apiVersion: v1\ndata:\n  a: " + value + "\nkind: Secret\nmetadata:\n  name: \"n\"\n"
		if text, err := os.ReadFile(file); err != nil || string(text) != want {
			t.Errorf("expected %q, got %q, %v", want, text, err)
		}
	}
	expect("YQ==")
	if state := decode(made.GetProperties()); !hasSecret(state["data"]) || state[inputsKey] == nil {
		t.Errorf("expected a state with secrets and inputs, got %v", state)
	}
	changed, err := p.Update(t.Context(), &pulumirpc.UpdateRequest{Urn: urn, Id: "n", Olds: made.GetProperties(), News: rpc.Encode(inputs("Yg=="))})
	if err != nil {
		t.Fatal(err)
	}
	expect("Yg==")
	warned := []string{}
	for _, said := range told.said {
		if said.GetSeverity() == warning {
			warned = append(warned, fmt.Sprint(said.GetMessage(), " ", said.GetEphemeral()))
		}
	}
	if text := "rendered file " + file + " contains a secret value in plaintext "; !slices.Equal(warned, []string{text + "false", text + "true"}) {
		t.Errorf("expected a lasting warning and a passing one, got %q", warned)
	}
	if _, err := p.Delete(t.Context(), &pulumirpc.DeleteRequest{Urn: urn, Id: "n", Properties: changed.GetProperties()}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("expected the file to be gone, got %v", err)
	}
	crd := &object{Object: properties{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": properties{"name": "a.b"}}}
	if found := (settings{renderTo: "out"}).fileOf(crd); found != "out/0-crd/apiextensions.k8s.io_v1-customresourcedefinition-default-a.b.yaml" {
		t.Errorf("expected a file for a definition, got %s", found)
	}
}

func TestRenderingGoesWithoutACluster(t *testing.T) {
	t.Setenv("KUBECONFIG", "/ambient")
	for want, arguments := range map[string]properties{
		"[]": {"renderYamlToDirectory": "out", "alwaysRender": "true", "kubeconfig": "/ambient"},
		`[property:"context" reason:"\"context\" arg is not compatible with \"renderYamlToDirectory\" arg"]`:       {"renderYamlToDirectory": "out", "context": "c"},
		`[property:"alwaysRender" reason:"\"alwaysRender\" requires \"renderYamlToDirectory\" to be set"]`:         {"alwaysRender": true},
		`[property:"kubeconfig" reason:"\"kubeconfig\" arg is not compatible with \"renderYamlToDirectory\" arg"]`: {"renderYamlToDirectory": "out", "kubeconfig": "/other"},
	} {
		found := []string{}
		for _, failure := range rendering(arguments) {
			found = append(found, fmt.Sprintf("property:%q reason:%q", failure.GetProperty(), failure.GetReason()))
		}
		if fmt.Sprint(found) != want {
			t.Errorf("%v: expected %s, got %v", arguments, want, found)
		}
	}
}
