package kubernetes

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
)

const revisionAnnotation = "deployment.kubernetes.io/revision"

// deployment is ready when its controller has seen the change, calls it available and rolled out, the current
// ReplicaSet has all its pods ready, and the claims its pods mount are bound.
type deployment struct {
	subject
	reconciled bool
	available  bool
	rolledOut  bool
	sets       map[string]*object // ReplicaSets by revision
	pods       podSet
	claims     map[types.UID]*object
	failures   []string
}

func newDeployment(s subject, reconciled bool) *deployment {
	return &deployment{
		subject: s, reconciled: reconciled,
		sets: map[string]*object{}, pods: podSet{}, claims: map[types.UID]*object{},
	}
}

func (d *deployment) watched() []schema.GroupVersionResource {
	return []schema.GroupVersionResource{deployments, replicaSets, pods, claims}
}

func (d *deployment) observe(change watch.EventType, o *object) error {
	switch o.GetKind() {
	case "Deployment":
		if d.sees(change, o) {
			d.judge()
		}
	case "ReplicaSet":
		revision := o.GetAnnotations()[revisionAnnotation]
		if d.owns(o) && change == watch.Deleted {
			delete(d.sets, revision)
		} else if d.owns(o) {
			d.sets[revision] = o
		}
	case "Pod":
		d.pods.observe(change, o)
	case "PersistentVolumeClaim":
		d.observeClaim(change, o)
	}
	return nil
}

func (d *deployment) judge() {
	d.failures = nil
	observed, found, _ := unstructured.NestedInt64(d.now.Object, "status", "observedGeneration")
	d.reconciled = d.reconciled || found && observed == d.now.GetGeneration()
	if d.revision() == "" {
		return
	}
	for _, c := range statusConditions(d.now) {
		holds := c.status == "True"
		switch c.kind {
		case "Progressing":
			d.rolledOut = holds && c.reason == "NewReplicaSetAvailable"
		case "Available":
			d.available = holds
		default:
			continue
		}
		if !holds && c.reason != "" {
			failure := fmt.Sprintf("[%s] %s", c.reason, c.message)
			d.failures = append(d.failures, failure)
			d.op.progress.warning(failure)
		}
	}
}

func (d *deployment) observeClaim(change watch.EventType, o *object) {
	if change == watch.Deleted {
		delete(d.claims, o.GetUID())
		return
	}
	volumes, _, _ := unstructured.NestedSlice(d.now.Object, "spec", "template", "spec", "volumes")
	for _, volume := range volumes {
		volume, _ := volume.(properties)
		if name, _, _ := unstructured.NestedString(volume, "persistentVolumeClaim", "claimName"); name == o.GetName() {
			d.claims[o.GetUID()] = o
		}
	}
}

func (d *deployment) revision() string { return d.now.GetAnnotations()[revisionAnnotation] }

func (d *deployment) ready() bool {
	if !d.reconciled {
		return false
	}
	podsReady := d.podsReady()
	unbound := d.unbound()
	for _, claim := range unbound {
		d.op.progress.warning(fmt.Sprintf("PersistentVolumeClaim: [%s] is not ready. status.phase currently at: %s",
			claim.GetName(), phase(claim)))
	}
	if !podsReady || !d.available || len(unbound) > 0 || d.revision() != "1" && !d.rolledOut {
		return false
	}
	d.op.progress.info("Deployment initialization complete")
	return true
}

// podsReady tells whether the ReplicaSet of the current revision has the pods it wants, and shows how many are there.
func (d *deployment) podsReady() bool {
	set, found := d.sets[d.revision()]
	if !found || d.revision() == "" {
		return false
	}
	wanted, specified, _ := unstructured.NestedInt64(set.Object, "spec", "replicas")
	if !specified {
		wanted = 1
	}
	ready := count(set, "status", "readyReplicas")
	switch {
	case ready < wanted:
		d.op.progress.info(fmt.Sprintf("Waiting for app ReplicaSet to be available (%d/%d Pods available)", ready, wanted))
		return false
	case wanted == 0:
		d.op.progress.warning(fmt.Sprintf("Replicas scaled to 0 for Deployment %q", d.now.GetName()))
	}
	return true
}

func (d *deployment) unbound() []*object {
	var found []*object
	for _, claim := range d.claims {
		if phase(claim) != "Bound" {
			found = append(found, claim)
		}
	}
	return found
}

func (d *deployment) troubles() []message { return d.pods.troubles(d.sets[d.revision()]) }

func (d *deployment) reasons() []string {
	all := d.failures
	if unbound := d.unbound(); len(unbound) > 0 {
		var names []string
		for _, claim := range unbound {
			names = append(names, claim.GetName())
		}
		all = append(all, fmt.Sprintf("Failed to bind PersistentVolumeClaim(s): %q", strings.Join(names, ",")))
	}
	first := d.revision() == "1"
	switch {
	case !d.available:
		all = append(all, "Minimum number of live Pods was not attained")
	case !first && !d.rolledOut, first && !d.podsReady():
		all = append(all, "Minimum number of Pods to consider the application live was not attained")
	case !d.podsReady():
		all = append(all, "Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live")
	}
	return append(all, texts(d.troubles())...)
}

type condition struct{ kind, status, reason, message string }

func statusConditions(o *object) []condition {
	raw, _, _ := unstructured.NestedSlice(o.Object, "status", "conditions")
	var all []condition
	for _, entry := range raw {
		if fields, isMap := entry.(properties); isMap {
			text := func(key string) string { value, _ := fields[key].(string); return value }
			all = append(all, condition{text("type"), text("status"), text("reason"), text("message")})
		}
	}
	return all
}
