package kubernetes

import (
	"fmt"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"

	"edge-registry/local/plugins/rpc"
)

func TestWhatStartsTheClockAgain(t *testing.T) {
	const job = `{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"n","namespace":"d","uid":"u"}}`
	const event = `{"apiVersion":"v1","kind":"Event","metadata":{"name":"e","namespace":"d","ownerReferences":[{"uid":"u"}]}}`
	const deployment = `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"n","namespace":"d","uid":"u"}}`
	ready := with(podText, "OWNER", "u", `"Ready","status":"False"`, `"Ready","status":"True"`)
	for name, test := range map[string]struct {
		of, seen string
		restarts bool
	}{
		"a Job of itself":          {job, job, true},
		"a Job of its pod's wants": {job, with(podText, "OWNER", "u"), true},
		"a Job of a sound pod":     {job, ready, false},
		"a Job of another's pod":   {job, with(podText, "OWNER", "x"), false},
		"a Job of an Event":        {job, event, false},
		"a Pod of itself":          {ready, ready, true},
		"a Pod of an Event":        {ready, event, false},
		"a Deployment":             {deployment, deployment, false},
	} {
		seenOf := seen(t, test.of)
		if found := seenOf.restarts(&object{Object: parse(t, test.seen)}); found != test.restarts {
			t.Errorf("%s: expected %v, got %v", name, test.restarts, found)
		}
	}
}

func TestAnObjectThatVanishes(t *testing.T) {
	claims := schema.GroupVersionKind{Version: "v1", Kind: "PersistentVolumeClaim"}
	claim := &object{Object: parse(t, with(claimText, "PHASE", "Pending"))}
	gone := apierrors.NewNotFound(schema.GroupResource{Resource: "persistentvolumeclaims"}, "c")
	for want, err := range map[string]error{`persistentvolumeclaims "c" not found`: gone, "": nil} {
		p := (&stub{answer: claim, err: err}).against(claims)
		r, _ := p.operation("urn", false, 0).readiness(claim, nil, false)
		found := r.observe(watch.Deleted, claim)
		if text := fmt.Sprint(found); want != "" && text != want || want == "" && found != nil {
			t.Errorf("expected %q, got %v", want, found)
		}
	}
}

func TestAConditionOnWhatIsNoTextYet(t *testing.T) {
	for phase, want := range map[string]string{
		`{"a":1}`: `"{.status.phase}" has a non-primitive value (map[a:1])`, `"Down"`: timedOut,
	} {
		op := New(&rpc.Engine{}).(*provider).operation("urn", false, 0)
		before := &object{Object: parse(t, `{"apiVersion":"example.com/v1","kind":"X","metadata":{"name":"x","annotations":
			{"pulumi.com/waitFor":"jsonpath={.status.phase}=Up"}}}`)}
		r, err := op.readiness(before, nil, false)
		if err != nil {
			t.Fatal(err)
		}
		o := before.DeepCopy()
		o.Object["status"] = parse(t, `{"phase":`+phase+`}`)
		if err := r.observe(watch.Modified, o); err != nil || r.ready() {
			t.Errorf("%s: expected the wait to go on, got %v", phase, err)
		}
		if _, err := op.last(r, r.timeout); err == nil || err.Error() != want {
			t.Errorf("%s: expected %q, got %v", phase, want, err)
		}
	}
}
