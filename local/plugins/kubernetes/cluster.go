package kubernetes

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
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

// clusterScoped are the built-in kinds without a namespace, known even when the cluster cannot be asked.
var clusterScoped = map[string]bool{
	"APIService": true, "CertificateSigningRequest": true, "ClusterRole": true, "ClusterRoleBinding": true,
	"CSIDriver": true, "CSINode": true, "CustomResourceDefinition": true, "FlowSchema": true, "IngressClass": true,
	"MutatingWebhookConfiguration": true, "Namespace": true, "Node": true, "PersistentVolume": true,
	"PodSecurityPolicy": true, "PriorityClass": true, "PriorityLevelConfiguration": true, "RuntimeClass": true,
	"StorageClass": true, "ValidatingWebhookConfiguration": true, "VolumeAttachment": true,
}

// namespaced tells whether objects of the kind live in a namespace. Of a kind nobody knows yet (its CRD is still to be
// made) it is assumed; creation corrects it.
func (p *provider) namespaced(gvk schema.GroupVersionKind) bool {
	if isBuiltIn(gvk.GroupVersion().String()) {
		gvk.Kind = strings.TrimSuffix(gvk.Kind, "Patch")
		if clusterScoped[gvk.Kind] {
			return false
		}
	}
	if scope := p.definitions.scope(gvk.GroupKind()); scope != "" {
		return scope == "Namespaced"
	}
	if p.cluster == nil {
		return true
	}
	mapping, err := p.cluster.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	return err != nil || mapping.Scope.Name() == meta.RESTScopeNameNamespace
}

// definitions are the scopes of the custom kinds this program is about to define.
type definitions struct{ scopes sync.Map }

func (d *definitions) add(crd *object) error {
	group, _, _ := unstructured.NestedString(crd.Object, "spec", "group")
	kind, _, _ := unstructured.NestedString(crd.Object, "spec", "names", "kind")
	if group == "" {
		return fmt.Errorf("expected .spec.group")
	}
	if kind == "" {
		return fmt.Errorf("expected .spec.names.kind")
	}
	scope, _, _ := unstructured.NestedString(crd.Object, "spec", "scope")
	d.scopes.Store(schema.GroupKind{Group: group, Kind: kind}, scope)
	return nil
}

func (d *definitions) scope(kind schema.GroupKind) string {
	scope, _ := d.scopes.Load(kind)
	text, _ := scope.(string)
	return text
}
