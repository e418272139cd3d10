package kubernetes

import (
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/watch"

	"edge-registry/local/plugins/rpc"
)

// seen makes the readiness of the first object and shows it all of them, as a refresh does.
func seen(t *testing.T, texts ...string) trial {
	t.Helper()
	p := New(&rpc.Engine{}).(*provider)
	first := &object{Object: parse(t, texts[0])}
	trial, err := p.operation("urn", false, 0).readiness(first, nil, true)
	if err != nil || trial.readiness == nil {
		t.Fatalf("expected a readiness, got %v, %v", trial, err)
	}
	for _, text := range texts {
		o := &object{Object: integers(parse(t, text)).(properties)}
		if err := trial.observe(watch.Added, o); err != nil && trial.ready() {
			t.Fatalf("ready in spite of %v", err)
		}
	}
	return trial
}

// integers are what the API server's numbers are decoded to.
func integers(value any) any {
	switch value := value.(type) {
	case properties:
		for key, element := range value {
			value[key] = integers(element)
		}
	case []any:
		for i, element := range value {
			value[i] = integers(element)
		}
	case float64:
		return int64(value)
	}
	return value
}

const (
	deploymentText = `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"n","namespace":"d","uid":"u","generation":2,
		"annotations":{"deployment.kubernetes.io/revision":"REV"}},
		"spec":{"template":{"spec":{"volumes":[{"persistentVolumeClaim":{"claimName":"c"}}]}}},
		"status":{"observedGeneration":2,"conditions":[{"type":"Available","status":"AVAIL","reason":"r","message":"m"},
		{"type":"Progressing","status":"True","reason":"WHY"}]}}`
	replicaSetText = `{"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"rs","namespace":"d","uid":"rs","ownerReferences":[{"uid":"u"}],
		"annotations":{"deployment.kubernetes.io/revision":"REV"}},"spec":{"replicas":2},"status":{"readyReplicas":READY}}`
	podText = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"d","ownerReferences":[{"uid":"OWNER"}]},"status":{
		"conditions":[{"type":"PodScheduled","status":"True"},{"type":"Initialized","status":"True"},
		{"type":"Ready","status":"False","reason":"ContainersNotReady","message":"containers with unready status: [c]"}],
		"containerStatuses":[{"name":"c","ready":false,"state":{"waiting":{"reason":"ImagePullBackOff","message":"Back-off pulling image"}}}]}}`
	claimText = `{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"c","namespace":"d","uid":"c"},"status":{"phase":"PHASE"}}`
	podReason = "[Pod d/p]: containers with unready status: [c][ImagePullBackOff] Back-off pulling image"
)

func with(text string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(text) }

func TestDeploymentReadiness(t *testing.T) {
	const unattained = "Minimum number of live Pods was not attained"
	for name, test := range map[string]struct {
		objects []string
		ready   bool
		reasons []string
	}{
		"rolled out": {objects: []string{
			with(deploymentText, "REV", "2", "AVAIL", "True", "WHY", "NewReplicaSetAvailable"),
			with(replicaSetText, "REV", "2", "READY", "2")}, ready: true},
		"first revision needs no roll-out": {objects: []string{
			with(deploymentText, "REV", "1", "AVAIL", "True", "WHY", "ReplicaSetUpdated"),
			with(replicaSetText, "REV", "1", "READY", "2")}, ready: true},
		"rolling": {objects: []string{
			with(deploymentText, "REV", "2", "AVAIL", "True", "WHY", "ReplicaSetUpdated"),
			with(replicaSetText, "REV", "2", "READY", "2")},
			reasons: []string{"Minimum number of Pods to consider the application live was not attained"}},
		"too few pods, and why": {objects: []string{
			with(deploymentText, "REV", "2", "AVAIL", "True", "WHY", "NewReplicaSetAvailable"),
			with(replicaSetText, "REV", "2", "READY", "1"), with(podText, "OWNER", "rs")},
			reasons: []string{"Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live", podReason}},
		"another's pod": {objects: []string{
			with(deploymentText, "REV", "2", "AVAIL", "False", "WHY", "NewReplicaSetAvailable"), with(podText, "OWNER", "x")},
			reasons: []string{"[r] m", unattained}},
		"only the old ReplicaSet": {objects: []string{
			with(deploymentText, "REV", "2", "AVAIL", "True", "WHY", "NewReplicaSetAvailable"),
			with(replicaSetText, "REV", "1", "READY", "2")},
			reasons: []string{"Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live"}},
		"an unbound claim": {objects: []string{
			with(deploymentText, "REV", "1", "AVAIL", "True", "WHY", "NewReplicaSetAvailable"),
			with(replicaSetText, "REV", "1", "READY", "2"), with(claimText, "PHASE", "Pending")},
			reasons: []string{`Failed to bind PersistentVolumeClaim(s): "c"`}},
		"a bound claim": {objects: []string{
			with(deploymentText, "REV", "1", "AVAIL", "True", "WHY", "NewReplicaSetAvailable"),
			with(replicaSetText, "REV", "1", "READY", "2"), with(claimText, "PHASE", "Bound")}, ready: true},
	} {
		t.Run(name, func(t *testing.T) { expect(t, seen(t, test.objects...), test.ready, test.reasons) })
	}
}

func expect(t *testing.T, of trial, ready bool, reasons []string) {
	t.Helper()
	if of.ready() != ready {
		t.Errorf("expected ready %v, got reasons %q", ready, of.reasons())
	}
	if !ready && !slices.Equal(of.reasons(), reasons) {
		t.Errorf("expected reasons %q, got %q", reasons, of.reasons())
	}
}

func TestStatefulSetReadiness(t *testing.T) {
	const text = `{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"n","namespace":"d","uid":"u","generation":GEN},
		"spec":{"replicas":2,"updateStrategy":{"type":"STRATEGY"}},"status":{"observedGeneration":SEEN,"replicas":2,"readyReplicas":READY,
		"currentReplicas":CUR,"updatedReplicas":1,"currentRevision":"OLD","updateRevision":"b"}}`
	for name, test := range map[string]struct {
		pairs   []string
		ready   bool
		reasons []string
	}{
		"created":             {pairs: []string{"GEN", "1", "SEEN", "1", "READY", "2", "CUR", "2", "OLD", "b", "STRATEGY", "x"}, ready: true},
		"not seen yet":        {pairs: []string{"GEN", "2", "SEEN", "1", "READY", "2", "CUR", "2", "OLD", "b", "STRATEGY", "x"}, reasons: []string{"0 out of 0 replicas succeeded readiness checks", `StatefulSet controller failed to advance from revision "b" to revision "b"`}},
		"rolling":             {pairs: []string{"GEN", "2", "SEEN", "2", "READY", "2", "CUR", "1", "OLD", "a", "STRATEGY", "x"}, reasons: []string{"1 out of 2 replicas succeeded readiness checks", `StatefulSet controller failed to advance from revision "a" to revision "b"`}},
		"old pods, on delete": {pairs: []string{"GEN", "2", "SEEN", "2", "READY", "2", "CUR", "0", "OLD", "a", "STRATEGY", "OnDelete"}, ready: true},
		"one not ready":       {pairs: []string{"GEN", "1", "SEEN", "1", "READY", "1", "CUR", "2", "OLD", "b", "STRATEGY", "x"}, reasons: []string{"1 out of 2 replicas succeeded readiness checks"}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, seen(t, with(text, test.pairs...)), test.ready, test.reasons) })
	}
}

func TestJobAndPodReadiness(t *testing.T) {
	const job = `{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"n","namespace":"d","uid":"u"},"status":{"startTime":"t","conditions":[
		{"type":"KIND","status":"True","reason":"BackoffLimitExceeded","message":"too often"}]}}`
	expect(t, seen(t, with(job, "KIND", "Complete")), true, nil)
	expect(t, seen(t, with(job, "KIND", "Failed")), false, []string{"[BackoffLimitExceeded] too often"})
	expect(t, seen(t, with(job, "KIND", "Suspended")), false, nil)
	expect(t, seen(t, with(podText, "OWNER", "x")), false, []string{podReason})
	expect(t, seen(t, with(podText, `"Ready","status":"False"`, `"Ready","status":"True"`)), true, nil)
	expect(t, seen(t, with(podText, `"conditions"`, `"phase":"Succeeded","conditions"`)), true, nil)
}

func TestServiceReadiness(t *testing.T) {
	const (
		service   = `{"apiVersion":"v1","kind":"Service","metadata":{"name":"n","namespace":"d"},"spec":{"type":"TYPE","clusterIP":"HOST","selector":SELECTOR},"status":{"loadBalancer":{"ingress":ADDRESS}}}`
		endpoints = `{"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"n","namespace":"d"},"subsets":[{"addresses":[1],"notReadyAddresses":WAITING}]}`
		targets   = "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match labels on any Pods"
		address   = "Service was not allocated an IP address; does your cloud provider support this?"
	)
	cluster := []string{"TYPE", "ClusterIP", "HOST", "1.1.1.1", "SELECTOR", `{"a":"b"}`, "ADDRESS", "[]"}
	for name, test := range map[string]struct {
		objects []string
		settled bool
		ready   bool
		reasons []string
	}{
		"endpoints ready":                {objects: []string{with(service, cluster...), with(endpoints, "WAITING", "[]")}, settled: true, ready: true},
		"endpoints just changed":         {objects: []string{with(service, cluster...), with(endpoints, "WAITING", "[]")}},
		"an endpoint not ready":          {objects: []string{with(service, cluster...), with(endpoints, "WAITING", "[1]")}, settled: true},
		"nothing selected":               {objects: []string{with(service, append([]string{`{"a":"b"}`, "{}", "SELECTOR", "{}"}, cluster...)...)}, ready: true},
		"headless":                       {objects: []string{with(service, append([]string{"HOST", "None"}, cluster...)...)}, ready: true},
		"a name elsewhere":               {objects: []string{with(service, append([]string{"TYPE", "ExternalName"}, cluster...)...)}, ready: true},
		"load balancer without address":  {objects: []string{with(service, append([]string{"TYPE", "LoadBalancer"}, cluster...)...)}, settled: true, reasons: []string{targets, address}},
		"load balancer with its address": {objects: []string{with(service, append([]string{"TYPE", "LoadBalancer", "ADDRESS", "[1]"}, cluster...)...), with(endpoints, "WAITING", "[]")}, settled: true, ready: true},
	} {
		t.Run(name, func(t *testing.T) {
			trial := seen(t, test.objects...)
			if test.settled {
				trial.readiness.(settler).settle()
			}
			expect(t, trial, test.ready, test.reasons)
		})
	}
}

func TestIngressReadiness(t *testing.T) {
	const (
		ingress   = `{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"n","namespace":"d"},"spec":{"rules":[{"host":"h","http":{"paths":[{"backend":{"service":{"name":"s"}}}]}}]},"status":{"loadBalancer":{"ingress":ADDRESS}}}`
		endpoints = `{"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"s","namespace":"d"}}`
		external  = `{"apiVersion":"v1","kind":"Service","metadata":{"name":"s","namespace":"d"},"spec":{"type":"ExternalName"}}`
		unbacked  = "Ingress has at least one rule with an unavailable target endpoint."
	)
	there := with(ingress, "ADDRESS", "[1]")
	expect(t, seen(t, there, endpoints), true, nil)
	expect(t, seen(t, there, external), true, nil)
	expect(t, seen(t, there), false, []string{unbacked})
	unaddressed := seen(t, with(ingress, "ADDRESS", "[]"), endpoints)
	if unaddressed.ready() || len(unaddressed.reasons()) != 1 {
		t.Errorf("expected to miss an address only, got %q", unaddressed.reasons())
	}
}

func TestDaemonSetReadiness(t *testing.T) {
	const text = `{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"n","namespace":"d","uid":"u","generation":1},"status":{"observedGeneration":1,
		"desiredNumberScheduled":2,"currentNumberScheduled":2,"updatedNumberScheduled":2,"numberAvailable":HAVE,"numberReady":HAVE}}`
	expect(t, seen(t, with(text, "HAVE", "2")), true, nil)
	expect(t, seen(t, with(text, "HAVE", "1")), false, nil)
}

func TestConditions(t *testing.T) {
	const text = `{"kind":"X","metadata":{"generation":2},"spec":{"a":"b"},"status":{"observedGeneration":OBS,"phase":"Up","conditions":[{"type":"Ready","status":"True"}]}}`
	for expression, ready := range map[string]bool{
		"jsonpath={.status.phase}=Up":                                   true,
		"jsonpath={.status.phase}=Down":                                 false,
		"jsonpath={.status.phase}":                                      true,
		"jsonpath={.status.none}":                                       false,
		`jsonpath={.status.conditions[?@.type=="Ready"].status}=True`:   true,
		`jsonpath={.status.conditions[?(@.type=='Ready')].status}=True`: true,
		`jsonpath={ $['status']['phase'] }=Up`:                          true,
		"condition=Ready":                                               true,
		"condition=ready=true":                                          true,
		"condition=Ready=False":                                         false,
		"condition=Other":                                               false,
		`["condition=Ready","jsonpath={.status.phase}=Up"]`:             true,
		`["condition=Ready","jsonpath={.status.phase}=Nowhere"]`:        false,
	} {
		for observed, current := range map[string]bool{"2": true, "1": false} {
			p := New(&rpc.Engine{}).(*provider)
			o := &object{Object: integers(parse(t, with(text, "OBS", observed))).(properties)}
			parsed, err := parseConditions(subject{op: p.operation("urn", false, 0), changed: o, now: o}, expression)
			if err != nil {
				t.Fatalf("%s: %v", expression, err)
			}
			if met := parsed.ready(); met != (ready && current) {
				t.Errorf("%s, generation %s observed: expected %v, got %v", expression, observed, ready && current, met)
			}
		}
	}
	for wrong, want := range map[string]string{
		"[]": "at least one condition must be specified", "nonsense": `expected a "jsonpath=" or "condition=" prefix, got "nonsense"`,
		"jsonpath=.a": ".a should be wrapped in brackets { ... }", "jsonpath={.a}=": "{.a}= requires a value",
		"jsonpath='{.a}'": "'{.a}' should omit shell quotes", "jsonpath={.a}=b=c": `format should be {.path}=value or {.path}, got "{.a}=b=c"`,
	} {
		if _, err := parseConditions(subject{}, wrong); err == nil || err.Error() != want {
			t.Errorf("%s: expected %q, got %v", wrong, want, err)
		}
	}
}

// A claim is waited for five minutes, whatever the program says, as by the published plugin.
func TestSomeWaitsAreFixed(t *testing.T) {
	p := New(&rpc.Engine{}).(*provider)
	for kind, want := range map[string]string{
		"PersistentVolume": "5m0s", "PersistentVolumeClaim": "5m0s", "ReplicationController": "10m0s", "ResourceQuota": "1m0s", "Secret": "5s",
	} {
		text := `{"apiVersion":"v1","kind":"` + kind + `","metadata":{"name":"n"},"type":"kubernetes.io/service-account-token"}`
		trial, err := p.operation("urn", false, 3).readiness(&object{Object: parse(t, text)}, nil, false)
		if err != nil || !trial.fixed || trial.patience.String() != want || trial.timeout != "Timeout occurred polling for 'n'" {
			t.Errorf("%s: expected %s and no choice, got %s, %v, %v", kind, want, trial.patience, trial.fixed, err)
		}
	}
}
