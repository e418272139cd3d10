package kubernetes

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

// statefulSetReadiness wants all pods ready and of the newest revision; pods that are only replaced when someone
// deletes them (OnDelete) may stay old.
type statefulSetReadiness struct {
	subject
	pods podSet
}

func (s *statefulSetReadiness) watched() []schema.GroupVersionResource {
	return []schema.GroupVersionResource{statefulSets, pods}
}

func (s *statefulSetReadiness) observe(change watch.EventType, o *object) error {
	if o.GetKind() == "Pod" {
		s.pods.observe(change, o)
	} else {
		s.sees(change, o)
	}
	return nil
}

// rollout tells how far the set is; nothing counts before its controller has seen the change.
func (s *statefulSetReadiness) rollout() (replicas, revision bool, done, wanted int64) {
	generation := s.now.GetGeneration()
	if generation == 0 || count(s.now, "status", "observedGeneration") < generation {
		return false, false, 0, 0
	}
	wanted = count(s.now, "spec", "replicas")
	ready := count(s.now, "status", "readyReplicas")
	replicas = wanted == ready && wanted == count(s.now, "status", "replicas")
	current, newest := s.revisions()
	revision = current != "" && current == newest
	strategy, _, _ := unstructured.NestedString(s.now.Object, "spec", "updateStrategy", "type")
	if generation > 1 && strategy == "OnDelete" {
		revision = true
	} else {
		replicas = replicas && wanted == count(s.now, "status", "currentReplicas")
	}
	if revision {
		return replicas, revision, ready, wanted
	}
	return replicas, revision, min(ready, count(s.now, "status", "updatedReplicas")), wanted
}

func (s *statefulSetReadiness) revisions() (current, newest string) {
	current, _, _ = unstructured.NestedString(s.now.Object, "status", "currentRevision")
	newest, _, _ = unstructured.NestedString(s.now.Object, "status", "updateRevision")
	return current, newest
}

func (s *statefulSetReadiness) ready() bool {
	replicas, revision, done, wanted := s.rollout()
	switch {
	case replicas && revision:
		s.op.progress.info("StatefulSet initialization complete")
		return true
	case s.now.GetGeneration() <= 1:
		s.op.progress.info(fmt.Sprintf("[1/2] Waiting for StatefulSet to create Pods (%d/%d Pods ready)", done, wanted))
	case !replicas:
		s.op.progress.info(fmt.Sprintf("[1/3] Waiting for StatefulSet update to roll out (%d/%d Pods ready)", done, wanted))
	default:
		s.op.progress.info("[2/3] Waiting for StatefulSet to update .status.currentRevision")
	}
	return false
}

func (s *statefulSetReadiness) troubles() []message { return s.pods.troubles(s.now) }

func (s *statefulSetReadiness) reasons() []string {
	var all []string
	replicas, revision, done, wanted := s.rollout()
	if !replicas {
		all = append(all, fmt.Sprintf("%d out of %d replicas succeeded readiness checks", done, wanted))
	}
	if !revision {
		current, newest := s.revisions()
		all = append(all, fmt.Sprintf("StatefulSet controller failed to advance from revision %q to revision %q",
			current, newest))
	}
	return append(all, texts(s.troubles())...)
}

// daemonSet is ready when kstatus says so: on every node that should have it.
type daemonSet struct{ subject }

func (d *daemonSet) watched() []schema.GroupVersionResource {
	return []schema.GroupVersionResource{daemonSets, pods}
}

func (d *daemonSet) observe(change watch.EventType, o *object) error {
	if o.GetKind() != "Pod" {
		d.sees(change, o)
	} else if d.owns(o) && change != watch.Deleted {
		for _, trouble := range warnings(checkPod(o)) {
			d.op.progress.say(trouble)
		}
	}
	return nil
}

func (d *daemonSet) ready() bool {
	ready, _ := computedReady(&d.subject)
	return ready
}

func (d *daemonSet) reasons() []string { return nil }

// computedReady asks kstatus, which knows the conventions of most kinds.
func computedReady(s *subject) (bool, error) {
	result, err := status.Compute(s.now)
	if err != nil {
		s.op.progress.warning("couldn't get status: " + err.Error())
		return false, err
	}
	s.op.progress.info(result.Message)
	return result.Status == status.CurrentStatus, nil
}

// job is ready when it has succeeded.
type job struct {
	subject
	checks []check
	found  []message // what went wrong so far, in order
}

func (j *job) watched() []schema.GroupVersionResource {
	return []schema.GroupVersionResource{jobs, pods}
}

func (j *job) observe(change watch.EventType, o *object) error {
	switch {
	case o.GetKind() == "Pod" && j.owns(o) && change != watch.Deleted:
		for _, trouble := range warnings(checkPod(o)) {
			j.note(trouble)
			if !strings.Contains(trouble.text, "containers with unready status") { // normal while a Job runs
				j.op.progress.say(trouble)
			}
		}
	case j.is(o):
		j.checks = checkJob(o)
		for _, trouble := range warnings(j.checks) {
			j.note(trouble)
			j.now = o
			text := fmt.Sprintf("Resource '%s' was created but failed to initialize", o.GetName())
			return &waitError{text, j.reasons(), o}
		}
		j.now = o
	}
	return nil
}

func (j *job) note(m message) {
	if !slices.Contains(j.found, m) {
		j.found = append(j.found, m)
	}
}

func (j *job) ready() bool {
	for _, c := range j.checks {
		j.op.progress.info(c.waiting)
	}
	return len(j.checks) > 0 && j.checks[len(j.checks)-1].ok
}

func (j *job) reasons() []string { return texts(j.found) }

// checkJob goes through a job's steps up to the first that is not done.
func checkJob(o *object) []check {
	_, started, _ := unstructured.NestedString(o.Object, "status", "startTime")
	start := check{ok: started, waiting: fmt.Sprintf("Waiting for Job %q to start", qualified(o))}
	if !started {
		return []check{start}
	}
	finish := check{waiting: fmt.Sprintf("Waiting for Job %q to succeed (Active: %d | Succeeded: %d | Failed: %d)",
		qualified(o), count(o, "status", "active"), count(o, "status", "succeeded"), count(o, "status", "failed"))}
	for _, c := range statusConditions(o) {
		switch {
		case c.status != "True":
		case c.kind == "Complete":
			finish.ok = true
		case c.kind == "Failed" && slices.Contains([]string{"BackoffLimitExceeded", "DeadlineExceeded"}, c.reason):
			finish.trouble = message{failure, fmt.Sprintf("[%s] %s", c.reason, c.message)}
		}
	}
	finish.ok = finish.ok && finish.trouble == message{}
	return []check{start, finish}
}
