package kubernetes

import (
	"strings"
	"testing"
)

func TestWhatIsGoneIsSaidToBe(t *testing.T) {
	for _, test := range []struct {
		group, version, kind string
		minor                int
		removal, deprecation string
	}{
		{"policy", "v1beta1", "PodDisruptionBudget", 34, `apiVersion "policy/v1beta1/PodDisruptionBudget" was removed in Kubernetes 1.25. Use "policy/v1/PodDisruptionBudget" instead.`, ""},
		{"apiextensions.k8s.io", "v1beta1", "CustomResourceDefinition", 34, `apiVersion "apiextensions.k8s.io/v1beta1/CustomResourceDefinition" was removed in Kubernetes 1.22. Use "apiextensions.k8s.io/v1/CustomResourceDefinition" instead.`, ""},
		{"apiextensions.k8s.io", "v1beta1", "CustomResourceDefinition", 20, "", "apiextensions.k8s.io/v1beta1/CustomResourceDefinition is deprecated by apiextensions.k8s.io/v1/CustomResourceDefinition and not supported by Kubernetes v1.22+ clusters."},
		{"policy", "v1beta1", "PodSecurityPolicy", 34, `apiVersion "policy/v1beta1/PodSecurityPolicy" was removed in Kubernetes 1.25. Use "policy/v1beta1/PodSecurityPolicy" instead.`, ""},
		{"autoscaling", "v2beta2", "HorizontalPodAutoscaler", 34, `apiVersion "autoscaling/v2beta2/HorizontalPodAutoscaler" was removed in Kubernetes 1.26. Use "autoscaling/v2/HorizontalPodAutoscaler" instead.`, ""},
		{"autoscaling", "v2beta1", "HorizontalPodAutoscaler", 24, "", "autoscaling/v2beta1/HorizontalPodAutoscaler is deprecated by autoscaling/v2/HorizontalPodAutoscaler and not supported by Kubernetes v1.25+ clusters."},
		{"example.com", "v1", "Thing", 34, "", ""},
		{"", "v1", "ConfigMap", 34, "", ""},
	} {
		c, gvk := &cluster{major: 1, minor: test.minor}, kindAt(test.group, test.version, test.kind)
		removal, _, _ := strings.Cut(c.removal(gvk), "\nSee https://git.k8s.io/kubernetes/CHANGELOG/")
		if removal != test.removal {
			t.Errorf("%v: expected %q, got %q", gvk, test.removal, removal)
		}
		if deprecation := c.deprecation(gvk); test.removal == "" && deprecation != test.deprecation {
			t.Errorf("%v: expected %q, got %q", gvk, test.deprecation, deprecation)
		}
	}
}
