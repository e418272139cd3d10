package kubernetes

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
)

func parse(t *testing.T, text string) properties {
	t.Helper()
	var parsed properties
	if err := json.Unmarshal([]byte(text), &parsed); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return parsed
}

func offline() *provider {
	p := New(&rpc.Engine{}).(*provider)
	p.settings = variables{}.settings()
	return p
}

// diff runs the request as the engine would, after old was created and answered with live.
func diff(t *testing.T, p *provider, live, old, wanted properties, ignored ...string) *pulumirpc.DiffResponse {
	t.Helper()
	source := toProperties(&object{Object: old})
	state := checkpoint(toObject(old), toObject(live), source, "", "manager")
	response, err := p.Diff(context.Background(), &pulumirpc.DiffRequest{
		Urn:  "urn:pulumi:s::p::kubernetes:x/v1:" + old["kind"].(string) + "::name",
		Olds: state, News: rpc.Encode(wanted), IgnoreChanges: ignored,
	})
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func TestDiff(t *testing.T) {
	const (
		configMap = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"n","namespace":"d"},"data":`
		service   = `{"apiVersion":"v1","kind":"Service","metadata":{"name":"n","namespace":"d"},"spec":`
		podSpec   = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"n","namespace":"d"},"spec":`
		workload  = `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"n","namespace":"d"},"spec":`
		claim     = `{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"n","namespace":"d"},"spec":`
		binding   = `{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"n","namespace":"d"},"roleRef":`
		custom    = `{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"n","namespace":"d"},"spec":`
	)
	for name, test := range map[string]struct {
		old, live, wanted string
		changes           string // path=KIND, sorted; empty if none
		inPlace           bool
		ignored           []string
	}{
		"nothing changed":          {old: configMap + `{"a":"1"}}`, wanted: configMap + `{"a":"1"}}`},
		"what others added":        {old: configMap + `{"a":"1"}}`, live: configMap + `{"a":"1","b":"2"}}`, wanted: configMap + `{"a":"1"}}`},
		"a ConfigMap's data":       {old: configMap + `{"a":"1"}}`, wanted: configMap + `{"a":"2"}}`, changes: "data.a=UPDATE_REPLACE"},
		"drift":                    {old: configMap + `{"a":"1"}}`, live: configMap + `{"a":"9"}}`, wanted: configMap + `{"a":"1"}}`, changes: "data.a=UPDATE_REPLACE"},
		"ignored":                  {old: configMap + `{"a":"1"}}`, wanted: configMap + `{"a":"2"}}`, ignored: []string{"data.a"}},
		"ignored with dots":        {old: configMap + `{"a.b":"1"}}`, wanted: configMap + `{"a.b":"2"}}`, ignored: []string{`data["a.b"]`}},
		"not ignored with dashes":  {old: configMap + `{"a-b":"1"}}`, wanted: configMap + `{"a-b":"2"}}`, ignored: []string{`data["a-b"]`}, changes: "data.a-b=UPDATE_REPLACE"},
		"a key with dots":          {old: configMap + `{"a.b":"1"}}`, wanted: configMap + `{"a.b":"2"}}`, changes: `data["a.b"]=UPDATE_REPLACE`},
		"a key more, a key less":   {old: configMap + `{"a":"1"}}`, wanted: configMap + `{"b":"1"}}`, changes: "data.a=DELETE_REPLACE data.b=ADD_REPLACE"},
		"a list element":           {old: service + `{"ports":[{"port":80},{"port":81}]}}`, wanted: service + `{"ports":[{"port":80},{"port":82}]}}`, changes: "spec.ports[1].port=UPDATE", inPlace: true},
		"a shorter list":           {old: service + `{"ports":[{"port":80},{"port":81}]}}`, wanted: service + `{"ports":[{"port":80}]}}`, changes: "spec.ports[1]=DELETE", inPlace: true},
		"a longer list":            {old: service + `{"ports":[{"port":80}]}}`, wanted: service + `{"ports":[{"port":80},{"port":81}]}}`, changes: "spec.ports[1]=ADD", inPlace: true},
		"a field less in a list":   {old: service + `{"ports":[{"port":80,"name":"a"}]}}`, wanted: service + `{"ports":[{"port":80}]}}`, changes: "spec.ports[0].name=DELETE", inPlace: true},
		"a service's address":      {old: service + `{"clusterIP":"1.1.1.1"}}`, wanted: service + `{"clusterIP":"None"}}`, changes: "spec.clusterIP=UPDATE_REPLACE"},
		"a pod's image":            {old: podSpec + `{"containers":[{"name":"c","image":"a"}]}}`, wanted: podSpec + `{"containers":[{"name":"c","image":"b"}]}}`, changes: "spec.containers[0].image=UPDATE_REPLACE"},
		"a pod's container's name": {old: podSpec + `{"containers":[{"name":"c"}]}}`, wanted: podSpec + `{"containers":[{"name":"d"}]}}`, changes: "spec.containers[0].name=UPDATE", inPlace: true},
		"a container more":         {old: podSpec + `{"containers":[{"name":"c"}]}}`, wanted: podSpec + `{"containers":[{"name":"c"},{"name":"d","image":"x"}]}}`, changes: "spec.containers[1]=ADD_REPLACE"},
		"a deployment's image":     {old: workload + `{"template":{"spec":{"containers":[{"name":"c","image":"a"}]}}}}`, wanted: workload + `{"template":{"spec":{"containers":[{"name":"c","image":"b"}]}}}}`, changes: "spec.template.spec.containers[0].image=UPDATE", inPlace: true},
		"a deployment's selector":  {old: workload + `{"selector":{"matchLabels":{"a":"1"}}}}`, wanted: workload + `{"selector":{"matchLabels":{"a":"2"}}}}`, changes: "spec.selector.matchLabels.a=UPDATE_REPLACE"},
		"another spelling":         {old: claim + `{"resources":{"requests":{"storage":"1024Mi"}}}}`, live: claim + `{"resources":{"requests":{"storage":"1Gi"}}}}`, wanted: claim + `{"resources":{"requests":{"storage":"1024Mi"}}}}`},
		"a claim's class":          {old: claim + `{"storageClassName":"a"}}`, wanted: claim + `{"storageClassName":"b"}}`, changes: "spec.storageClassName=UPDATE_REPLACE"},
		"a claim's first class":    {old: claim + `{"accessModes":["ReadWriteOnce"]}}`, wanted: claim + `{"accessModes":["ReadWriteOnce"],"storageClassName":"b"}}`, changes: "spec.storageClassName=ADD_REPLACE"},
		"a claim's size":           {old: claim + `{"resources":{"requests":{"storage":"1Gi"}}}}`, wanted: claim + `{"resources":{"requests":{"storage":"2Gi"}}}}`, changes: "spec.resources.requests.storage=UPDATE", inPlace: true},
		"a binding's role":         {old: binding + `{"name":"a"}}`, wanted: binding + `{"name":"b"}}`, changes: "roleRef.name=UPDATE_REPLACE"},
		"a custom object":          {old: custom + `{"a":1,"b":null}}`, live: custom + `{"a":1}}`, wanted: custom + `{"a":2}}`, changes: "spec.a=UPDATE", inPlace: true},
	} {
		t.Run(name, func(t *testing.T) {
			old := parse(t, test.old)
			live := old
			if test.live != "" {
				live = parse(t, test.live)
			}
			response := diff(t, offline(), live, old, parse(t, test.wanted), test.ignored...)
			var changes []string
			for path, change := range response.DetailedDiff {
				changes = append(changes, path+"="+change.Kind.String())
			}
			slices.Sort(changes)
			if found := strings.Join(changes, " "); found != test.changes {
				t.Errorf("expected changes %q, got %q", test.changes, found)
			}
			replaces := test.changes != "" && !test.inPlace
			if (len(response.Replaces) > 0) != replaces || response.DeleteBeforeReplace != replaces {
				t.Errorf("expected replacement %v, got %v, delete first: %v",
					replaces, response.Replaces, response.DeleteBeforeReplace)
			}
		})
	}
}

func TestReplacementOfSecrets(t *testing.T) {
	const secret = `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"n","namespace":"d"},`
	old := parse(t, secret+`"data":{"a":"MQ=="},"type":"Opaque"}`)
	for name, test := range map[string]struct {
		mutable bool
		wanted  string
		replace []string
	}{
		"data":                  {false, `"data":{"a":"Mg=="},"type":"Opaque"}`, []string{"data.a"}},
		"data, mutable":         {true, `"data":{"a":"Mg=="},"type":"Opaque"}`, nil},
		"stringData":            {false, `"stringData":{"a":"2"},"type":"Opaque"}`, []string{"data.a"}},
		"the same by text":      {false, `"stringData":{"a":"1"},"type":"Opaque"}`, nil},
		"the same, line broken": {false, `"data":{"a":"MQ==\n"},"type":"Opaque"}`, nil},
		"type, mutable":         {true, `"data":{"a":"MQ=="},"type":"other"}`, []string{"type"}},
		"immutable though":      {true, `"data":{"a":"Mg=="},"type":"Opaque","immutable":true}`, []string{"data.a"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := offline()
			p.settings.secretMutable = test.mutable
			response := diff(t, p, old, old, parse(t, secret+test.wanted))
			if !slices.Equal(response.Replaces, test.replace) {
				t.Errorf("expected %v, got %v", test.replace, response.Replaces)
			}
		})
	}
}

func TestDeleteBeforeReplace(t *testing.T) {
	object := func(metadata string) properties {
		return parse(t, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{`+metadata+`},"data":{"a":"1"}}`)
	}
	changed := func(metadata string) properties {
		o := object(metadata)
		o["data"] = properties{"a": "2"}
		return o
	}
	fixed, auto := `"name":"n","namespace":"d"`, `"name":"n","namespace":"d","annotations":{"pulumi.com/autonamed":"true"}`
	for name, test := range map[string]struct {
		old, wanted properties
		first       bool
	}{
		"a fixed name":      {object(fixed), changed(fixed), true},
		"a generated name":  {object(auto), changed(auto), false},
		"another name":      {object(fixed), changed(`"name":"m","namespace":"d"`), false},
		"another namespace": {object(fixed), changed(`"name":"n","namespace":"e"`), false},
	} {
		response := diff(t, offline(), test.old, test.old, test.wanted)
		if len(response.Replaces) == 0 || response.DeleteBeforeReplace != test.first {
			t.Errorf("%s: expected delete first %v, got %v", name, test.first, response)
		}
	}
}

func TestUnknowns(t *testing.T) {
	old := parse(t, `{"apiVersion":"v1","kind":"Service","metadata":{"name":"n","namespace":"d"},"spec":{"selector":{"a":"1"}}}`)
	wanted := parse(t, `{"apiVersion":"v1","kind":"Service","metadata":{"name":"n","namespace":"d"},"spec":{"selector":{"a":"1"}}}`)
	wanted["spec"].(properties)["selector"].(properties)["a"] = rpc.Unknown{}
	wanted["spec"].(properties)["externalName"] = rpc.Unknown{}
	response := diff(t, offline(), old, old, wanted)
	if found := response.DetailedDiff; len(found) != 2 ||
		found["spec.selector.a"].GetKind() != pulumirpc.PropertyDiff_UPDATE ||
		found["spec.externalName"].GetKind() != pulumirpc.PropertyDiff_ADD {
		t.Errorf("expected an update and an addition, got %v", found)
	}
}

// grow makes a random value; small alphabets make collisions, and so interesting pairs, likely.
func grow(random *rand.Rand, depth int) any {
	switch kind := random.IntN(6); {
	case kind < 2 && depth > 0:
		grown := properties{}
		for range random.IntN(4) {
			grown[string(rune('a'+random.IntN(4)))] = grow(random, depth-1)
		}
		return grown
	case kind == 2 && depth > 0:
		grown := []any{}
		for range random.IntN(3) {
			grown = append(grown, grow(random, depth-1))
		}
		return grown
	case kind == 3:
		return float64(random.IntN(3))
	}
	return string(rune('x' + random.IntN(3)))
}

func growMap(random *rand.Rand) properties {
	for {
		if grown, is := grow(random, 4).(properties); is {
			return grown
		}
	}
}

func applyPatch(to, patch properties) properties {
	merged := properties{}
	for key, value := range to {
		merged[key] = value
	}
	for key, value := range patch {
		inner, isMap := value.(properties)
		old, wasMap := merged[key].(properties)
		switch {
		case value == nil:
			delete(merged, key)
		case isMap && wasMap:
			merged[key] = applyPatch(old, inner)
		default:
			merged[key] = value
		}
	}
	return merged
}

func TestProperties(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		a, b := growMap(random), growMap(random)
		patch := mergePatch(a, b)
		if patched := applyPatch(a, patch); !reflect.DeepEqual(patched, b) {
			t.Fatalf("patch of %v to %v gives %v", a, b, patched)
		}
		if found := describe(mergePatch(a, a), a, a, nil); len(found) != 0 {
			t.Fatalf("%v differs from itself: %v", a, found)
		}
		if found := describe(patch, a, b, nil); len(patch) > 0 && len(found) == 0 {
			t.Fatalf("nothing is said of the change of %v to %v", a, b)
		}
		pruned := prune(a, b).(properties)
		if !reflect.DeepEqual(prune(pruned, b), pruned) {
			t.Fatalf("pruning %v to %v is not stable", a, b)
		}
		if whole := prune(a, a); !reflect.DeepEqual(whole, a) {
			t.Fatalf("pruning %v to itself gives %v", a, whole)
		}
		for key := range pruned {
			if _, wanted := b[key]; !wanted {
				t.Fatalf("%s of %v is not in %v", key, pruned, b)
			}
		}
	}
}
