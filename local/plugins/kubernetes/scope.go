package kubernetes

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// clusterScoped are the built-in kinds without a namespace, known even when the cluster cannot be asked.
var clusterScoped = strings.Fields(`APIService CertificateSigningRequest ClusterRole ClusterRoleBinding CSIDriver CSINode
	CustomResourceDefinition FlowSchema IngressClass MutatingWebhookConfiguration Namespace Node PersistentVolume
	PodSecurityPolicy PriorityClass PriorityLevelConfiguration RuntimeClass StorageClass ValidatingWebhookConfiguration
	VolumeAttachment`)

// inNamespaces are those with one.
var inNamespaces = strings.Fields(`Binding ConfigMap ControllerRevision CronJob CSIStorageCapacity DaemonSet Deployment
	Endpoints EndpointSlice Event HorizontalPodAutoscaler Ingress Job Lease LimitRange NetworkPolicy
	PersistentVolumeClaim Pod PodDisruptionBudget PodTemplate ReplicaSet ReplicationController ResourceQuota Role
	RoleBinding Secret Service ServiceAccount StatefulSet`)

// namespaced tells whether objects of the kind live in a namespace. Of a kind nobody knows yet (its CRD is still to be
// made) it is assumed; creation corrects it.
func (p *provider) namespaced(gvk schema.GroupVersionKind) bool {
	namespaced, known := p.scope(gvk)
	return namespaced || !known
}

// scope tells whether objects of the kind live in a namespace, if anybody knows.
func (p *provider) scope(gvk schema.GroupVersionKind) (namespaced, known bool) {
	if isBuiltIn(gvk.GroupVersion().String()) {
		kind := strings.TrimSuffix(gvk.Kind, "Patch")
		if namespaced = slices.Contains(inNamespaces, kind); namespaced || slices.Contains(clusterScoped, kind) {
			return namespaced, true
		}
		gvk.Kind = kind
	}
	if scope := p.definitions.scope(gvk.GroupKind()); scope != "" {
		return scope == "Namespaced", true
	}
	if p.cluster == nil {
		return false, false
	}
	mapping, err := p.cluster.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	return err == nil && mapping.Scope.Name() == meta.RESTScopeNameNamespace, err == nil
}

// definitions are the scopes of the custom kinds this program is about to define.
type definitions struct{ scopes sync.Map }

func (d *definitions) add(crd *object) error {
	kind := kindDefinedBy(crd)
	if kind.Group == "" {
		return fmt.Errorf("expected .spec.group")
	}
	if kind.Kind == "" {
		return fmt.Errorf("expected .spec.names.kind")
	}
	scope, _, _ := unstructured.NestedString(crd.Object, "spec", "scope")
	d.scopes.Store(kind, scope)
	return nil
}

func kindDefinedBy(crd *object) schema.GroupKind {
	group, _, _ := unstructured.NestedString(crd.Object, "spec", "group")
	kind, _, _ := unstructured.NestedString(crd.Object, "spec", "names", "kind")
	return schema.GroupKind{Group: group, Kind: kind}
}

func (d *definitions) scope(kind schema.GroupKind) string {
	scope, _ := d.scopes.Load(kind)
	text, _ := scope.(string)
	return text
}
