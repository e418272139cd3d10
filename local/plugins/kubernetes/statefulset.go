package kubernetes

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
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
