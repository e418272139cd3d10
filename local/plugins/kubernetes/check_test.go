package kubernetes

import (
	"context"
	"encoding/base64"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
)

func runCheck(t *testing.T, p *provider, kind string, request *pulumirpc.CheckRequest, news properties) (properties, error) {
	t.Helper()
	request.Urn = "urn:pulumi:s::p::a:b:C$kubernetes:" + kind + "::logical"
	request.News = rpc.Encode(news)
	response, err := p.Check(context.Background(), request)
	return decode(response.GetInputs()), err
}

func nameIn(inputs properties) (name string, marked bool) {
	o := toObject(inputs)
	return o.GetName(), annotated(o, autonamedAnnotation)
}

func TestNames(t *testing.T) {
	const kind = "core/v1:ConfigMap"
	unnamed := func() properties { return properties{"apiVersion": "v1", "kind": "ConfigMap"} }
	named := func(name any) properties {
		return properties{"apiVersion": "v1", "kind": "ConfigMap", "metadata": properties{"name": name}}
	}
	first, err := runCheck(t, offline(), kind, &pulumirpc.CheckRequest{RandomSeed: []byte("seed")}, unnamed())
	name, marked := nameIn(first)
	if err != nil || !marked || !regexp.MustCompile(`^logical-[0-9a-f]{8}$`).MatchString(name) {
		t.Errorf("expected logical-<8 hex>, marked, got %q, %v, %v", name, marked, err)
	}
	if again, _ := runCheck(t, offline(), kind, &pulumirpc.CheckRequest{RandomSeed: []byte("seed")}, unnamed()); again != nil {
		if other, _ := nameIn(again); other != name {
			t.Errorf("expected one seed to give one name, got %q and %q", name, other)
		}
	}
	later, _ := runCheck(t, offline(), kind, &pulumirpc.CheckRequest{Olds: rpc.Encode(first)}, unnamed())
	if kept, marked := nameIn(later); kept != name || !marked {
		t.Errorf("expected the name %q to be kept, got %q", name, kept)
	}
	if given, marked := nameIn(must(runCheck(t, offline(), kind, &pulumirpc.CheckRequest{}, named("mine")))); given != "mine" || marked {
		t.Errorf("expected the given name, got %q, marked %v", given, marked)
	}
	unknown := must(runCheck(t, offline(), kind, &pulumirpc.CheckRequest{}, named(rpc.Unknown{})))
	if !hasUnknown(unknown) {
		t.Errorf("expected the name to stay unknown, got %v", unknown)
	}
	for mode, expected := range map[pulumirpc.CheckRequest_AutonamingOptions_Mode]string{
		pulumirpc.CheckRequest_AutonamingOptions_ENFORCE: "proposed",
		pulumirpc.CheckRequest_AutonamingOptions_PROPOSE: "proposed",
		pulumirpc.CheckRequest_AutonamingOptions_DISABLE: "",
	} {
		request := &pulumirpc.CheckRequest{
			Autonaming: &pulumirpc.CheckRequest_AutonamingOptions{Mode: mode, ProposedName: "proposed"},
		}
		inputs, err := runCheck(t, offline(), kind, request, unnamed())
		if name, _ := nameIn(inputs); name != expected || (err == nil) != (expected != "") {
			t.Errorf("%v: expected %q, got %q, %v", mode, expected, name, err)
		}
	}
}

func must(inputs properties, err error) properties {
	if err != nil {
		panic(err)
	}
	return inputs
}

func TestCheck(t *testing.T) {
	p := offline()
	p.settings.namespace = "home"
	for kind, expected := range map[string]string{
		"core/v1:ConfigMap": "home", "core/v1:Namespace": "", "rbac.authorization.k8s.io/v1:ClusterRole": "",
		"example.com/v1:Thing": "home", "core/v1:NodePatch": "",
	} {
		gvk, _ := kindOf("urn:pulumi:s::p::kubernetes:" + kind + "::n")
		news := properties{
			"apiVersion": gvk.GroupVersion().String(), "kind": strings.TrimSuffix(gvk.Kind, "Patch"),
			"metadata": properties{"name": "n"},
		}
		if found := toObject(must(runCheck(t, p, kind, &pulumirpc.CheckRequest{}, news))).GetNamespace(); found != expected {
			t.Errorf("%s: expected namespace %q, got %q", kind, expected, found)
		}
	}
	for name, test := range map[string]struct{ kind, refusal string }{
		"a list":           {"core/v1:ConfigMapList", "list resources exist"},
		"an unnamed patch": {"core/v1:ConfigMapPatch", "require the `.metadata.name`"},
		"helm":             {"helm.sh/v3:Release", "needs the published kubernetes plugin"},
		"no version":       {"yaml:ConfigFile", `apiVersion does not have both a group and a version: "yaml"`},
	} {
		_, err := runCheck(t, p, test.kind, &pulumirpc.CheckRequest{}, properties{"apiVersion": "v1", "kind": "ConfigMap"})
		if err == nil || !strings.Contains(err.Error(), test.refusal) {
			t.Errorf("%s: expected %q, got %v", name, test.refusal, err)
		}
	}
}

func TestSecretsStaySecret(t *testing.T) {
	const plainText = "geheim"
	wire := func(state properties) string { return rpc.Encode(state).String() }
	news := properties{
		"apiVersion": "v1", "kind": "Secret", "metadata": properties{"name": "n"},
		"stringData": properties{"a": plainText},
	}
	checked := must(runCheck(t, offline(), "core/v1:Secret", &pulumirpc.CheckRequest{}, news))
	if _, marked := checked["data"].(rpc.Secret); !marked {
		t.Errorf("expected data to be secret, got %s", wire(checked))
	}
	if found := toObject(checked).Object["data"].(properties)["a"]; found != base64.StdEncoding.EncodeToString([]byte(plainText)) {
		t.Errorf("expected stringData folded into data, got %v", found)
	}
	source := properties{
		"kind": "X", "a": rpc.Secret{Value: plainText}, "b": properties{"c": rpc.Secret{Value: "1"}, "d": "open"},
		"list": []any{"open", rpc.Secret{Value: plainText}},
	}
	live := toObject(source)
	live.Object["server"] = "open"
	state := decode(checkpoint(toObject(source), live, source, "v1", "m"))
	inner := state[inputsKey].(properties)
	for _, place := range []properties{state, inner} {
		for _, key := range []string{"a", "list"} {
			if _, marked := place[key].(rpc.Secret); !marked {
				t.Errorf("expected %s to be secret in %v", key, place)
			}
		}
		nested := place["b"].(properties)
		if _, marked := nested["c"].(rpc.Secret); !marked || nested["d"] != "open" {
			t.Errorf("expected only b.c to be secret, got %v", nested)
		}
	}
	inputs, back := parseCheckpoint(state)
	if back.Object["a"] != plainText || inputs.Object["a"] != plainText || back.Object["server"] != "open" {
		t.Errorf("expected the state to come back, got %v and %v", inputs, back)
	}
}

func TestNormalize(t *testing.T) {
	for name, test := range map[string]struct{ from, to string }{
		"quantities": {
			`{"apiVersion":"v1","kind":"LimitRange","spec":{"limits":[{"type":"Container","default":{"cpu":"0.5","memory":"1024Mi"}}]}}`,
			`{"apiVersion":"v1","kind":"LimitRange","spec":{"limits":[{"type":"Container","default":{"cpu":"500m","memory":"1Gi"}}]}}`},
		"nothing": {
			`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"uid":"u","labels":{},"resourceVersion":"1"},"data":{"a":"1"},"immutable":null}`,
			`{"apiVersion":"v1","kind":"ConfigMap","metadata":{},"data":{"a":"1"}}`},
		"a field of Kubernetes 1.36": {
			`{"apiVersion":"v1","kind":"Pod","spec":{"schedulingGroup":{"podGroupName":"g"}}}`,
			`{"apiVersion":"v1","kind":"Pod","spec":{"schedulingGroup":{"podGroupName":"g"}}}`},
		"a custom object is left alone": {
			`{"apiVersion":"example.com/v1","kind":"Thing","spec":{"cpu":"0.5","none":null}}`,
			`{"apiVersion":"example.com/v1","kind":"Thing","spec":{"cpu":"0.5","none":null}}`},
		"what the API server will refuse": {
			`{"apiVersion":"v1","kind":"ConfigMap","data":{"a":1}}`, `{"apiVersion":"v1","kind":"ConfigMap","data":{"a":1}}`},
		"a CRD's old default": {
			`{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","spec":{"preserveUnknownFields":false},"status":{}}`,
			`{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","spec":{}}`},
	} {
		if found := normalize(toObject(parse(t, test.from))); !equalJSON(found.Object, parse(t, test.to)) {
			t.Errorf("%s: expected %s, got %v", name, test.to, found.Object)
		}
	}
	dashes := toObject(properties{"a": []any{properties{"x_kubernetes_list_type": "map"}}})
	if back := toProperties(dashes); !equalJSON(back, properties{"a": []any{properties{"x_kubernetes_list_type": "map"}}}) ||
		!equalJSON(dashes.Object, properties{"a": []any{properties{"x-kubernetes-list-type": "map"}}}) {
		t.Errorf("expected dashes for the API server, got %v and back %v", dashes.Object, back)
	}
}

func equalJSON(a, b properties) bool { return len(mergePatch(must(plain(&object{Object: a})), b)) == 0 }

func TestDiffConfig(t *testing.T) {
	kubeconfig := func(server, token string) string {
		return `{"clusters":[{"name":"c","cluster":{"server":"` + server + `"}},{"name":"c2","cluster":{"server":"https://other"}}],
			"users":[{"name":"u","user":{"token":"` + token + `"}}],"current-context":"x",
			"contexts":[{"name":"x","context":{"cluster":"c","user":"u"}},{"name":"y","context":{"cluster":"c2","user":"u"}}]}`
	}
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(kubeconfig("https://a", "1")), 0o600); err != nil {
		t.Fatal(err)
	}
	base := properties{"kubeconfig": kubeconfig("https://a", "1")}
	for name, test := range map[string]struct {
		olds, news properties
		replaces   string
	}{
		"the same":                  {base, base, ""},
		"new credentials":           {base, properties{"kubeconfig": kubeconfig("https://a", "2")}, ""},
		"another address":           {base, properties{"kubeconfig": kubeconfig("https://b", "1")}, "kubeconfig"},
		"a file that says the same": {base, properties{"kubeconfig": file}, ""},
		"another context":           {base, properties{"kubeconfig": base["kubeconfig"], "context": "y"}, "context"},
		"not known yet":             {base, properties{"kubeconfig": rpc.Unknown{}}, "kubeconfig"},
		"another namespace":         {base, properties{"kubeconfig": base["kubeconfig"], "namespace": "n"}, ""},
		"vouched for": {
			properties{"kubeconfig": kubeconfig("https://a", "1"), "clusterIdentifier": "i"},
			properties{"kubeconfig": kubeconfig("https://b", "1"), "clusterIdentifier": "i"}, ""},
		"another identifier": {properties{"clusterIdentifier": "i"}, properties{"clusterIdentifier": "j"}, "clusterIdentifier"},
	} {
		response, err := offline().DiffConfig(context.Background(),
			&pulumirpc.DiffRequest{Olds: rpc.Encode(test.olds), News: rpc.Encode(test.news)})
		if err != nil || strings.Join(response.Replaces, " ") != test.replaces {
			t.Errorf("%s: expected to replace for %q, got %v, %v", name, test.replaces, response, err)
		}
	}
}
