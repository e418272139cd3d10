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

func (c *cluster) atLeast(major, minor int) bool {
	return c.major > major || c.major == major && c.minor >= minor
}

// removal says that the cluster no longer serves the kind.
func (c *cluster) removal(gvk schema.GroupVersionKind) string {
	typed, _ := scheme.Scheme.New(gvk)
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
	typed, err := scheme.Scheme.New(gvk)
	if err != nil {
		return ""
	}
	newer := successor(typed, gvk)
	newerType, _ := scheme.Scheme.New(newer)
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
