package kubernetes

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
)

// What Kubernetes' own types tell about their API version.
type (
	introduced  interface{ APILifecycleIntroduced() (major, minor int) }
	removed     interface{ APILifecycleRemoved() (major, minor int) }
	replacement interface {
		APILifecycleReplacement() schema.GroupVersionKind
	}
)

// former is a kind that Kubernetes' types no longer tell of.
type former struct {
	minor int // of the version 1.x that removed it
	next  schema.GroupVersionKind
}

func (f former) APILifecycleRemoved() (major, minor int)          { return 1, f.minor }
func (f former) APILifecycleReplacement() schema.GroupVersionKind { return f.next }

func kindAt(group, version, kind string) schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: group, Version: version, Kind: kind}
}

// formers are the ones that manifests of old still use. What has no successor is its own, as in the published plugin.
var formers = map[schema.GroupVersionKind]former{
	kindAt("apiextensions.k8s.io", "v1beta1", "CustomResourceDefinition"): {22, kindAt("apiextensions.k8s.io", "v1", "CustomResourceDefinition")},
	kindAt("autoscaling", "v2beta1", "HorizontalPodAutoscaler"):           {25, kindAt("autoscaling", "v2", "HorizontalPodAutoscaler")},
	kindAt("autoscaling", "v2beta2", "HorizontalPodAutoscaler"):           {26, kindAt("autoscaling", "v2", "HorizontalPodAutoscaler")},
	kindAt("batch", "v2alpha1", "CronJob"):                                {21, kindAt("batch", "v1", "CronJob")},
	kindAt("extensions", "v1beta1", "PodSecurityPolicy"):                  {16, kindAt("policy", "v1beta1", "PodSecurityPolicy")},
	kindAt("policy", "v1beta1", "PodSecurityPolicy"):                      {25, kindAt("policy", "v1beta1", "PodSecurityPolicy")},
	kindAt(rbac, "v1alpha1", "ClusterRole"):                               {20, kindAt(rbac, "v1", "ClusterRole")},
	kindAt(rbac, "v1alpha1", "ClusterRoleBinding"):                        {20, kindAt(rbac, "v1", "ClusterRoleBinding")},
	kindAt(rbac, "v1alpha1", "Role"):                                      {20, kindAt(rbac, "v1", "Role")},
	kindAt(rbac, "v1alpha1", "RoleBinding"):                               {20, kindAt(rbac, "v1", "RoleBinding")},
	kindAt("scheduling.k8s.io", "v1alpha1", "PriorityClass"):              {17, kindAt("scheduling.k8s.io", "v1", "PriorityClass")},
}

const rbac = "rbac.authorization.k8s.io"

// lifecycle is what tells of the kind's versions, nil if nothing does.
func lifecycle(gvk schema.GroupVersionKind) any {
	if known, found := formers[gvk]; found {
		return known
	}
	if typed, err := scheme.Scheme.New(gvk); err == nil {
		return typed
	}
	return nil
}

func (c *cluster) atLeast(major, minor int) bool {
	return c.major > major || c.major == major && c.minor >= minor
}

// removal says that the cluster no longer serves the kind.
func (c *cluster) removal(gvk schema.GroupVersionKind) string {
	typed := lifecycle(gvk)
	gone, known := typed.(removed)
	if !known {
		return ""
	}
	major, minor := gone.APILifecycleRemoved()
	if !c.atLeast(major, minor) {
		return ""
	}
	return fmt.Sprintf("apiVersion %q was removed in Kubernetes %d.%d. Use %q instead.\n"+
		"See https://git.k8s.io/kubernetes/CHANGELOG/CHANGELOG-%d.%d.md#deprecation for more information.",
		kindText(gvk), major, minor, kindText(successor(typed, gvk)), major, minor)
}

// deprecation says that the cluster serves a newer version of the kind.
func (c *cluster) deprecation(gvk schema.GroupVersionKind) string {
	typed := lifecycle(gvk)
	newer := successor(typed, gvk)
	newerType := lifecycle(newer)
	if newer == gvk {
		return ""
	}
	if since, known := newerType.(introduced); known {
		if major, minor := since.APILifecycleIntroduced(); !c.atLeast(major, minor) {
			return ""
		}
	}
	text := fmt.Sprintf("%s is deprecated by %s", kindText(gvk), kindText(newer))
	if gone, known := typed.(removed); known {
		major, minor := gone.APILifecycleRemoved()
		return text + fmt.Sprintf(" and not supported by Kubernetes v%d.%d+ clusters.", major, minor)
	}
	return text + "."
}

func successor(typed any, gvk schema.GroupVersionKind) schema.GroupVersionKind {
	if replaced, known := typed.(replacement); known {
		return replaced.APILifecycleReplacement()
	}
	return gvk
}

func kindText(gvk schema.GroupVersionKind) string {
	return gvk.GroupVersion().String() + "/" + gvk.Kind
}
