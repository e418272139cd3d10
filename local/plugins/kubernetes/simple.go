package kubernetes

import (
	"fmt"
	"reflect"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
)

// simple is the readiness of an object whose own fields tell all.
type simple struct {
	subject
	resource string
	test     func(*subject) bool
}

func (s *simple) watched() []schema.GroupVersionResource {
	return []schema.GroupVersionResource{{Version: "v1", Resource: s.resource}}
}

func (s *simple) observe(change watch.EventType, o *object) error {
	if s.is(o) && change == watch.Deleted {
		return s.missing()
	}
	s.sees(change, o)
	return nil
}

// missing ends the wait with what the API server says of the object, unless it has been made anew.
func (s *simple) missing() error {
	client, err := s.op.cluster.of(s.changed)
	if err == nil {
		_, err = client.Get(s.op.running, s.changed.GetName(), metav1.GetOptions{})
	}
	if err != nil {
		return &waitError{err.Error(), nil, s.now}
	}
	return nil
}

func (s *simple) ready() bool       { return s.test(&s.subject) }
func (s *simple) reasons() []string { return nil }

func volumeReady(s *subject) bool {
	switch phase(s.now) {
	case "Available":
		s.op.progress.info("✅ PV marked available")
		return true
	case "Bound":
		s.op.progress.info("✅ PV has been bound")
		return true
	}
	return false
}

// claimReady wants a claim bound, unless its class waits for a pod: that pod may be made after the claim. As in the
// published plugin such a claim must then not be bound yet, unless it was updated.
func claimReady(s *subject) bool {
	if s.previous != nil && phase(s.now) == "Bound" {
		return true
	}
	mode, err := bindingMode(s)
	if err != nil {
		s.op.progress.warning(err.Error())
	}
	if mode == "WaitForFirstConsumer" {
		return phase(s.now) == "Pending"
	}
	return phase(s.now) == "Bound"
}

func bindingMode(s *subject) (string, error) {
	name, _, err := unstructured.NestedString(s.now.Object, "spec", "storageClassName")
	if err != nil {
		return "", err
	}
	if name == "" {
		return "", fmt.Errorf("no storage class found for %q", s.now.GetName())
	}
	classes := schema.GroupVersionResource{Group: "storage.k8s.io", Version: "v1", Resource: "storageclasses"}
	class, err := s.op.cluster.client.Resource(classes).Get(s.op.running, name, metav1.GetOptions{})
	if err != nil {
		return "", fmt.Errorf("getting storagclass %q: %w", name, err)
	}
	mode, _, err := unstructured.NestedString(class.Object, "volumeBindingMode")
	return mode, err
}

func replicasReady(s *subject) bool {
	wanted, specified := field(s.now, "spec", "replicas")
	available, known := field(s.now, "status", "availableReplicas")
	return specified && known && wanted == available
}

func quotaReady(s *subject) bool {
	wanted, specified := field(s.now, "spec", "hard")
	enforced, known := field(s.now, "status", "hard")
	return specified && known && reflect.DeepEqual(wanted, enforced)
}

func tokenReady(s *subject) bool {
	data, _, _ := unstructured.NestedMap(s.now.Object, "data")
	return len(data) > 0
}

func phase(o *object) string {
	text, _, _ := unstructured.NestedString(o.Object, "status", "phase")
	return text
}

func field(o *object, path ...string) (any, bool) {
	value, found, err := unstructured.NestedFieldNoCopy(o.Object, path...)
	return value, found && err == nil
}

// count is a number in the object, 0 if it is not there.
func count(o *object, path ...string) int64 {
	number, _, _ := unstructured.NestedInt64(o.Object, path...)
	return number
}
