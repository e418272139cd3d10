package kubernetes

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"edge-registry/local/plugins/rpc"
)

// writeFiles puts texts into a new directory.
func writeFiles(t *testing.T, texts map[string]string) string {
	t.Helper()
	directory := t.TempDir()
	for name, text := range texts {
		file := filepath.Join(directory, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return directory
}

// staging is an overlay over a base beside it, with a patch from outside its own directory.
var staging = map[string]string{
	"base/kustomization.yaml": "resources: [thing.yaml, service.yaml]\n",
	"base/service.yaml":       "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {ports: [{port: 80}]}}\n",
	"base/thing.yaml": `
{apiVersion: example.com/v1, kind: Thing, metadata: {name: thing}, spec: {size: 1.5, none: null}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec: {group: example.com, scope: Namespaced, names: {kind: Thing}}
`,
	"type.yaml": "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {type: NodePort}}\n",
	"staging/kustomization.yaml": `
namePrefix: staging-
resources: [../base]
labels: [{pairs: {stage: staging}}]
patches: [{path: ../type.yaml}]
secretGenerator: [{name: secret, literals: [a=geheim], options: {disableNameSuffixHash: true}}]
`,
}

func TestDirectoriesRegisterWhatTheyBuild(t *testing.T) {
	directory := filepath.Join(writeFiles(t, staging), "staging")
	made, err := construct(t, "kustomize/v2:Directory", properties{
		"directory": rpc.Secret{Value: directory}, "namespace": "space", "skipAwait": true,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"group", "group:space/staging-secret", "group:space/staging-thing", "group:space/staging-web",
		"group:things.example.com",
	}
	if slices.Sort(made.order); !slices.Equal(made.order, want) {
		t.Fatalf("expected %v, got %v", want, made.order)
	}
	service := toObject(decode(made.requests["group:space/staging-web"].GetObject()))
	if service.Object["spec"].(properties)["type"] != "NodePort" || service.GetLabels()["stage"] != "staging" ||
		!annotated(service, skipAwaitAnnotation) {
		t.Errorf("expected a patched service that is not waited for, got %v", service)
	}
	thing := made.requests["group:space/staging-thing"]
	if thing.GetParent() != "urn:group" || !slices.Equal(thing.GetDependencies(), []string{"urn:group:things.example.com"}) {
		t.Errorf("expected a child that needs its definition, got %v", thing)
	}
	if secrets := decode(made.requests["group:space/staging-secret"].GetObject()); !hasSecret(secrets["data"]) {
		t.Errorf("expected a secret, got %v", secrets)
	}
	if resources, _ := made.resources().([]any); len(resources) != 4 {
		t.Errorf("expected four resources that are no secret, got %v", made.response)
	}
	if found := made.response.GetStateDependencies()["resources"].GetUrns(); slices.Contains(found, "urn:source") {
		t.Errorf("expected resources not to depend on what the directory came from, got %v", found)
	}
}

func TestDirectoriesNameTheirResources(t *testing.T) {
	directory := filepath.Join(writeFiles(t, staging), "base")
	for prefix, want := range map[string]string{"": "home/web", "other": "other:home/web"} {
		made, err := construct(t, "kustomize/v2:Directory", properties{"directory": directory, "resourcePrefix": prefix})
		if err != nil || made.requests[want] == nil {
			t.Errorf("%q: expected %s, got %v, %v", prefix, want, made.order, err)
		}
	}
}

func TestDirectoriesRunPlugins(t *testing.T) {
	t.Setenv("KUSTOMIZE_PLUGIN_HOME", writeFiles(t, map[string]string{
		"example.com/v1/print/Print": "#!/bin/sh\necho '{apiVersion: v1, kind: ConfigMap, metadata: {name: '$2'}}'\n",
	}))
	directory := writeFiles(t, map[string]string{
		"kustomization.yaml": "generators: [print.yaml]\n",
		"print.yaml":         "{apiVersion: example.com/v1, kind: Print, metadata: {name: p}, argsOneLiner: printed}\n",
	})
	made, err := construct(t, "kustomize/v2:Directory", properties{"directory": directory})
	if err != nil || made.requests["group:home/printed"] == nil {
		t.Errorf("expected what the plugin printed, got %v, %v", made.order, err)
	}
}

func TestDirectoriesOfUnknownsAndBadOnes(t *testing.T) {
	told := &console{}
	made, err := constructWith(t, told, "kustomize/v2:Directory", properties{"directory": "x", "namespace": rpc.Unknown{}})
	if err != nil || len(made.order) != 1 || made.resources() != any(rpc.Unknown{}) ||
		len(made.response.GetStateDependencies()["resources"].GetUrns()) > 0 {
		t.Errorf("expected the component alone, got %v, %v", made, err)
	}
	if len(told.said) != 1 || told.said[0].GetUrn() != "urn:group" || told.said[0].GetSeverity() != warning ||
		told.said[0].GetMessage() != "Input properties have unknown values. Preview is incomplete." {
		t.Errorf("expected a warning at the component, got %v", told.said)
	}
	base := filepath.Join(writeFiles(t, staging), "base")
	unnamed := writeFiles(t, map[string]string{
		"kustomization.yaml": "resources: [list.yaml]\n", "list.yaml": "{apiVersion: v1, kind: PodList}\n",
	})
	for _, test := range []struct{ directory, refused, want string }{
		{"/none", "", "kustomize build error: must build at directory: not a valid directory:"},
		{filepath.Dir(base), "", "kustomize build error: unable to find one of 'kustomization.yaml'"},
		{unnamed, "", "Kubernetes resources require a .metadata.name:"},
		{base, "group:home/web", `marshaling properties: awaiting input property "resources": `},
	} {
		_, err := construct(t, "kustomize/v2:Directory", properties{"directory": test.directory}, test.refused)
		if err == nil || !strings.HasPrefix(strings.TrimPrefix(err.Error(), "rpc error: code = Unknown desc = "), test.want) {
			t.Errorf("expected %q, got %v", test.want, err)
		}
	}
}

func TestDirectoriesAreBuiltInTheUsualOrder(t *testing.T) {
	directory := writeFiles(t, map[string]string{
		"kustomization.yaml": "resources: [all.yaml]\nnamespace: space\n",
		"all.yaml": `
{apiVersion: v1, kind: Service, metadata: {name: web, labels: null}, spec: {ports: [{port: 80}]}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: space}}
`,
	})
	found, err := invoke(t, "kustomize:directory", properties{"directory": directory})
	want := []any{
		properties{"apiVersion": "v1", "kind": "Namespace", "metadata": properties{"name": "space"}},
		properties{
			"apiVersion": "v1", "kind": "Service", "metadata": properties{"labels": nil, "name": "web", "namespace": "space"},
			"spec": properties{"ports": []any{properties{"port": 80.0}}},
		},
	}
	if err != nil || !reflect.DeepEqual(found, properties{"result": want}) {
		t.Errorf("expected %v, got %v, %v", want, found, err)
	}
}
