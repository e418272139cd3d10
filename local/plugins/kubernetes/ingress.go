package kubernetes

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
)

// ingress is ready when a controller has given it an address and there are endpoints for each of its paths.
type ingress struct {
	subject
	settlement
	endpoints map[string]bool
	external  map[string]bool // services that need no endpoints
}

func newIngress(s subject) *ingress {
	return &ingress{subject: s, endpoints: map[string]bool{}, external: map[string]bool{}}
}

func (i *ingress) watched() []schema.GroupVersionResource {
	return []schema.GroupVersionResource{ingresses, services, endpoints}
}

// begin also stops waiting for endpoints of which none was ever seen: a path may lead to something else.
func (i *ingress) begin(again func(time.Duration)) {
	i.again = again
	again(time.Minute)
	i.op.progress.info("[1/3] Finding a matching service for each Ingress path")
}

func (i *ingress) observe(change watch.EventType, o *object) error {
	there := change != watch.Deleted
	switch o.GetKind() {
	case "Ingress":
		i.sees(change, o)
	case "Service":
		kind, _, _ := unstructured.NestedString(o.Object, "spec", "type")
		i.external[o.GetName()] = there && kind == "ExternalName"
	case "Endpoints":
		i.endpoints[o.GetName()] = there
		i.stir()
	}
	return nil
}

func (i *ingress) backed() bool {
	rules, _, _ := unstructured.NestedSlice(i.now.Object, "spec", "rules")
	for _, rule := range rules {
		rule, _ := rule.(properties)
		host, _ := rule["host"].(string)
		paths, _, _ := unstructured.NestedSlice(rule, "http", "paths")
		for _, path := range paths {
			path, _ := path.(properties)
			name, _, _ := unstructured.NestedString(path, "backend", "service", "name")
			if name == "" || i.external[name] || i.endpoints[name] {
				continue
			}
			if !i.quiet {
				return false
			}
			where, _ := path["path"].(string)
			text := fmt.Sprintf("%q", host+where)
			if host+where == "" {
				text = `"" (default path)`
			}
			i.op.progress.warning(fmt.Sprintf("No matching service found for ingress rule: %s -> %q", text, name))
		}
	}
	return true
}

func (i *ingress) ready() bool {
	switch {
	case !i.backed():
	case len(loadBalancer(i.now)) > 0:
		i.op.progress.info("Ingress initialization complete")
		return true
	default:
		i.op.progress.info("[2/3] Waiting for update of .status.loadBalancer with hostname/IP")
	}
	return false
}

func (i *ingress) reasons() []string {
	var all []string
	if !i.backed() {
		all = append(all, "Ingress has at least one rule with an unavailable target endpoint.")
	}
	if len(loadBalancer(i.now)) == 0 {
		all = append(all, "Ingress .status.loadBalancer field was not updated with a hostname/IP address. "+
			"\n    for more information about this error, see https://pulumi.io/xdv72s")
	}
	return all
}
