package kubernetes

import (
	"fmt"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
)

// cluster is a connection to an API server that answered. What it serves is asked once, when first needed.
type cluster struct {
	client       dynamic.Interface
	mapper       meta.ResettableRESTMapper
	major, minor int
}

func connect(config *rest.Config) (*cluster, error) {
	server, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, err
	}
	version, err := server.ServerVersion()
	if err != nil {
		// The published plugin asks for the schema as well: ask, to fail in its words.
		if _, failure := server.OpenAPISchema(); failure != nil {
			err = failure
		}
		return nil, fmt.Errorf("unable to load schema information from the API server: %w", err)
	}
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	major, _ := strconv.Atoi(version.Major)
	minor, _ := strconv.Atoi(strings.TrimSuffix(version.Minor, "+"))
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(server))
	return &cluster{client, mapper, major, minor}, nil
}

// serves tells whether the API server knows the object's kind.
func (c *cluster) serves(gvk schema.GroupVersionKind) bool {
	if c == nil {
		return false
	}
	_, err := c.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	return err == nil
}

// of is the collection the object belongs to. A kind unknown so far may come from a CRD made a moment ago.
func (c *cluster) of(o *object) (dynamic.ResourceInterface, error) {
	gvk := o.GroupVersionKind()
	mapping, err := c.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	if err != nil {
		c.mapper.Reset()
		if mapping, err = c.mapper.RESTMapping(gvk.GroupKind(), gvk.Version); err != nil {
			return nil, err
		}
	}
	if mapping.Scope.Name() != meta.RESTScopeNameNamespace {
		return c.client.Resource(mapping.Resource), nil
	}
	return c.client.Resource(mapping.Resource).Namespace(namespaceOr(o.GetNamespace())), nil
}

func namespaceOr(namespace string) string {
	if namespace == "" {
		return "default"
	}
	return namespace
}
