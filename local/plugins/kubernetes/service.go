package kubernetes

import (
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
)

// settling is how long endpoints must be left alone before they are believed.
const settling = 10 * time.Second

// settlement knows whether the endpoints have come to rest.
type settlement struct {
	quiet bool
	again func(after time.Duration)
}

func (s *settlement) settle() { s.quiet = true }

func (s *settlement) stir() {
	s.quiet = false
	if s.again != nil {
		s.again(settling)
	}
}

// service is ready when it has its address and no endpoint that is not ready. No endpoint at all will do.
type service struct {
	subject
	settlement
	seen             bool
	reached, pending bool // some endpoint is ready; some is not
}

func newService(s subject) *service { return &service{subject: s} }

func (s *service) begin(again func(time.Duration)) {
	s.again = again
	s.op.progress.info("[1/3] Finding Pods to direct traffic to")
}

func (s *service) watched() []schema.GroupVersionResource {
	return []schema.GroupVersionResource{services, endpoints}
}

func (s *service) observe(change watch.EventType, o *object) error {
	switch {
	case o.GetName() != s.changed.GetName():
	case o.GetKind() == "Service":
		s.seen = change != watch.Deleted
		if s.seen {
			s.now = o
		}
	case o.GetKind() == "Endpoints":
		s.stir()
		s.reached, s.pending = false, false
		if change == watch.Deleted {
			return nil
		}
		subsets, _, _ := unstructured.NestedSlice(o.Object, "subsets")
		for _, subset := range subsets {
			subset, _ := subset.(properties)
			addresses, _ := subset["addresses"].([]any)
			waiting, _ := subset["notReadyAddresses"].([]any)
			s.reached = s.reached || len(addresses) > 0
			s.pending = s.pending || len(waiting) > 0
		}
	}
	return nil
}

func (s *service) kind() string {
	kind, _, _ := unstructured.NestedString(s.changed.Object, "spec", "type")
	return kind
}

// addressed tells whether the service exists and a load balancer has got its address.
func (s *service) addressed() bool {
	return s.seen && (s.kind() != "LoadBalancer" || len(loadBalancer(s.now)) > 0)
}

func loadBalancer(o *object) []any {
	addresses, _, _ := unstructured.NestedSlice(o.Object, "status", "loadBalancer", "ingress")
	return addresses
}

func (s *service) headless() bool {
	address, _, _ := unstructured.NestedString(s.now.Object, "spec", "clusterIP")
	return address == "None"
}

// forPods tells whether the service's endpoints are pods that will come.
func (s *service) forPods() bool {
	pods, _, _ := unstructured.NestedMap(s.now.Object, "spec", "selector")
	return len(pods) > 0 && !s.headless() && s.kind() != "ExternalName"
}

func (s *service) ready() bool {
	switch {
	case !s.forPods():
		return s.addressed()
	case s.addressed() && s.quiet && !s.pending:
		s.op.progress.info("Service initialization complete")
		return true
	case s.quiet && s.reached:
		s.op.progress.info("[2/3] Attempting to allocate IP address to Service")
	}
	return false
}

func (s *service) reasons() []string {
	var all []string
	if s.headless() || s.kind() == "ExternalName" {
		return all
	}
	if !s.reached {
		all = append(all, "Service does not target any Pods. Selected Pods may not be ready, or "+
			"field '.spec.selector' may not match labels on any Pods")
	}
	if s.kind() == "LoadBalancer" && !s.addressed() {
		all = append(all, "Service was not allocated an IP address; does your cloud provider support this?")
	}
	return all
}
