package kubernetes

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"k8s.io/apimachinery/pkg/api/meta"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table/tabletest"
)

// monitor notes what is registered.
type monitor struct {
	pulumirpc.UnimplementedResourceMonitorServer
	sync.Mutex
	requests map[string]*pulumirpc.RegisterResourceRequest
	order    []string
	refused  string // the name of what cannot be made
	response *pulumirpc.ConstructResponse
}

func (m *monitor) resources() any { return rpc.DecodeMarked(m.response.GetState())["resources"] }

func (m *monitor) RegisterResource(
	_ context.Context, request *pulumirpc.RegisterResourceRequest,
) (*pulumirpc.RegisterResourceResponse, error) {
	m.Lock()
	defer m.Unlock()
	m.requests[request.GetName()], m.order = request, append(m.order, request.GetName())
	if request.GetName() == m.refused {
		return nil, errors.New("refused")
	}
	return &pulumirpc.RegisterResourceResponse{Urn: "urn:" + request.GetName(), Id: "id"}, nil
}

// unknowing is the mapper of a cluster that serves nothing yet.
type unknowing struct{ meta.RESTMapper }

func (unknowing) Reset() {}

func construct(t *testing.T, kind string, inputs properties, refused ...string) (*monitor, error) {
	t.Helper()
	return constructWith(t, &console{}, kind, inputs, refused...)
}

func constructWith(t *testing.T, told *console, kind string, inputs properties, refused ...string) (*monitor, error) {
	t.Helper()
	noted := &monitor{requests: map[string]*pulumirpc.RegisterResourceRequest{}, refused: strings.Join(refused, "")}
	address := tabletest.Serve(t, func(server *grpc.Server) { pulumirpc.RegisterResourceMonitorServer(server, noted) })
	p := offline()
	told.attach(t, p)
	p.cluster = &cluster{mapper: unknowing{meta.NewDefaultRESTMapper(nil)}}
	p.settings.namespace = "home"
	var err error
	noted.response, err = p.Construct(t.Context(), &pulumirpc.ConstructRequest{
		Type: "kubernetes:" + kind, Name: "group", Parent: "urn:stack", Inputs: rpc.Encode(inputs),
		MonitorEndpoint: address, Providers: map[string]string{"kubernetes": "urn:provider::id"},
		InputDependencies: map[string]*pulumirpc.ConstructRequest_PropertyDependencies{
			"yaml": {Urns: []string{"urn:source"}}, "objs": {Urns: []string{"urn:source"}},
			"directory": {Urns: []string{"urn:source"}},
		},
	})
	return noted, err
}

const manifest = `
apiVersion: v1
kind: List
items:
  - {apiVersion: example.com/v1, kind: Thing, metadata: {name: thing, annotations: null}}
  - {apiVersion: v1, kind: Secret, metadata: {name: secret, namespace: space}, stringData: {a: geheim}}
---
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec: {group: example.com, scope: Cluster, names: {kind: Thing}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: space}}
`

func TestGroupsRegisterTheirObjects(t *testing.T) {
	file := filepath.Join(t.TempDir(), "some.yaml")
	if err := os.WriteFile(file, []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	settings := properties{
		"apiVersion": "core/v1", "kind": "ConfigMap", "data": properties{"n": 1.0}, "metadata": properties{
			"name": "settings", "annotations": properties{"config.kubernetes.io/depends-on": "/namespaces/space/Secret/secret"}},
	}
	made, err := construct(t, "yaml/v2:ConfigGroup", properties{
		"files": []any{filepath.Join(filepath.Dir(file), "*.yaml")}, "objs": []any{settings}, "skipAwait": true,
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct{ token, needs string }{
		"group:thing":              {"kubernetes:example.com/v1:Thing", "urn:group:things.example.com"},
		"group:space/secret":       {"kubernetes:core/v1:Secret", "urn:group:space"},
		"group:space":              {"kubernetes:core/v1:Namespace", ""},
		"group:home/settings":      {"kubernetes:core/v1:ConfigMap", "urn:group:space/secret"},
		"group:things.example.com": {"kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", ""},
	} {
		found := made.requests[name]
		if found.GetType() != want.token || strings.Join(found.GetDependencies(), " ") != want.needs ||
			found.GetParent() != "urn:group" || found.GetProvider() != "urn:provider::id" || !found.GetCustom() ||
			found.GetVersion() != "" || found.GetAdditionalSecretOutputs() != nil {
			t.Errorf("%s: expected %v, got %v", name, want, found)
		}
		if o := toObject(decode(found.GetObject())); !annotated(o, skipAwaitAnnotation) {
			t.Errorf("%s: expected it not to be waited for, got %v", name, o)
		}
	}
	if len(made.order) != 6 || slices.Index(made.order, "group:space") > slices.Index(made.order, "group:space/secret") {
		t.Errorf("expected what is needed first, got %v", made.order)
	}
	if secrets := decode(made.requests["group:space/secret"].GetObject()); !hasSecret(secrets["stringData"]) {
		t.Errorf("expected a secret, got %v", secrets)
	}
	if resources, _ := made.resources().([]any); len(resources) != 5 {
		t.Errorf("expected five resources, got %v", made.response)
	}
	found := made.response.GetStateDependencies()["resources"].GetUrns()
	if want := strings.Fields(`urn:group:home/settings urn:group:space urn:group:space/secret urn:group:thing
		urn:group:things.example.com urn:source`); !slices.Equal(found, want) {
		t.Errorf("expected resources to depend on %v, got %v", want, found)
	}
}

func TestResourcesOfSecretsAreSecret(t *testing.T) {
	for name, text := range map[string]any{"open": manifest, "secret": rpc.Secret{Value: manifest}} {
		made, err := construct(t, "yaml/v2:ConfigGroup", properties{"yaml": text})
		if _, marked := made.resources().(rpc.Secret); err != nil || marked != (name == "secret") {
			t.Errorf("%s: got %v, %v", name, made.resources(), err)
		}
	}
}

func TestKindsOfUnknownScope(t *testing.T) {
	told := &console{}
	made, err := constructWith(t, told, "yaml/v2:ConfigGroup", properties{"yaml": `
{apiVersion: example.com/v1, kind: Thing, metadata: {name: a}}
---
{apiVersion: example.com/v1, kind: Thing, metadata: {name: b}}
---
{apiVersion: example.com/v1, kind: Thing, metadata: {name: c, namespace: space}}
---
{apiVersion: v1, kind: Pod, metadata: {name: pod}}
`})
	want := []string{"group", "group:a", "group:b", "group:home/pod", "group:space/c"}
	slices.Sort(made.order)
	if err != nil || !slices.Equal(made.order, want) {
		t.Errorf("expected %v, got %v, %v", want, made.order, err)
	}
	if len(told.said) != 1 || told.said[0].GetUrn() != "" || told.said[0].GetSeverity() != warning ||
		!strings.Contains(told.said[0].GetMessage(), "without a namespace: example.com/v1, Kind=Thing. Set") {
		t.Errorf("expected one warning at the stack, got %v", told.said)
	}
}

func TestNullsAreNotSent(t *testing.T) {
	made, err := construct(t, "yaml/v2:ConfigGroup", properties{"yaml": `
apiVersion: example.com/v1
kind: Thing
metadata: {name: thing, namespace: space, labels: }
spec: {list: [null, {a: null, b: 1}], empty: {}}
`})
	if err != nil {
		t.Fatal(err)
	}
	want := properties{
		"apiVersion": "example.com/v1", "kind": "Thing", "metadata": properties{"name": "thing", "namespace": "space"},
		"spec": properties{"list": []any{nil, properties{"b": 1.0}}, "empty": properties{}},
	}
	if found := rpc.Decode(made.requests["group:space/thing"].GetObject()); !reflect.DeepEqual(found, want) {
		t.Errorf("expected %v, got %v", want, found)
	}
}

func TestAFailureStopsOnlyWhatNeedsIt(t *testing.T) {
	made, err := construct(t, "yaml/v2:ConfigGroup", properties{"yaml": manifest}, "group:space")
	if err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("expected the group to fail, got %v", err)
	}
	slices.Sort(made.order)
	if want := []string{"group", "group:space", "group:thing", "group:things.example.com"}; !slices.Equal(made.order, want) {
		t.Errorf("expected %v, got %v", want, made.order)
	}
}

func TestGroupsOfUnknownsAndBadOnes(t *testing.T) {
	made, err := construct(t, "yaml/v2:ConfigFile", properties{"file": rpc.Unknown{}})
	if err != nil || len(made.order) != 1 || made.resources() != any(rpc.Unknown{}) {
		t.Errorf("expected the component alone, got %v, %v", made, err)
	}
	for want, test := range map[string]struct {
		kind   string
		inputs properties
	}{
		`marshaling properties: awaiting input property "resources": reading YAML file from disk: open /none`: {"yaml/v2:ConfigFile", properties{"file": "/none"}},
		"Kubernetes resources require a kind and apiVersion:":                                                 {"yaml/v2:ConfigGroup", properties{"yaml": "a: 1"}},
		"Kubernetes resources require a .metadata.name:":                                                      {"yaml/v2:ConfigGroup", properties{"yaml": "{kind: A, apiVersion: v1}"}},
		"kubernetes:helm.sh/v4:Chart needs the published kubernetes plugin":                                   {"helm.sh/v4:Chart", properties{}},
		`unknown resource type "kubernetes:yaml:ConfigFile"`:                                                  {"yaml:ConfigFile", properties{}},
	} {
		if _, err := construct(t, test.kind, test.inputs); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("expected %q, got %v", want, err)
		}
	}
}
