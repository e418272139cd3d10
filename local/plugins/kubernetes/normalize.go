package kubernetes

import (
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
)

// readOnly are the fields of metadata that the API server writes: never inputs.
var readOnly = []string{
	"creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "managedFields",
	"resourceVersion", "uid",
}

// normalize gives inputs the spelling the API server answers with (cpu "0.5" becomes "500m", an empty map goes), so
// that a difference in spelling is not taken for a change.
func normalize(from *object) *object {
	if !hasUnknown(from.Object) && isBuiltIn(from.GetAPIVersion()) {
		from = &object{Object: prune(respell(from).Object, from.Object).(properties)}
	}
	for _, field := range readOnly {
		unstructured.RemoveNestedField(from.Object, "metadata", field)
	}
	return from
}

func respell(from *object) *object {
	switch {
	case isCRD(from):
		if preserve, found, _ := unstructured.NestedBool(from.Object, "spec", "preserveUnknownFields"); found && !preserve {
			unstructured.RemoveNestedField(from.Object, "spec", "preserveUnknownFields")
		}
		unstructured.RemoveNestedField(from.Object, "status")
		return from
	case isCore(from, "Secret"):
		return normalizeSecret(from)
	}
	typed, err := scheme.Scheme.New(from.GroupVersionKind())
	if err != nil {
		return from
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(from.Object, typed); err != nil {
		return from // The API server will say what is wrong, better than we can.
	}
	respelled, err := runtime.DefaultUnstructuredConverter.ToUnstructured(typed)
	if err != nil {
		return from
	}
	return &object{Object: respelled}
}

// prune keeps of live only what shape has too, element by element: what the cluster added is nobody's drift.
func prune(live, shape any) any {
	if live == nil || shape == nil || reflect.TypeOf(live) != reflect.TypeOf(shape) {
		return live
	}
	switch shape := shape.(type) {
	case properties:
		live, kept := live.(properties), properties{}
		for key, value := range live {
			if wanted, found := shape[key]; found {
				kept[key] = prune(value, wanted)
			}
		}
		return kept
	case []any:
		return pruneList(live.([]any), shape)
	}
	return live
}

func pruneList(live, shape []any) []any {
	kept := make([]any, 0, len(shape))
	if len(live) == 0 || len(shape) == 0 {
		return kept
	}
	if reflect.TypeOf(live[0]) != reflect.TypeOf(shape[0]) {
		return live
	}
	for i := range min(len(live), len(shape)) {
		kept = append(kept, prune(live[i], shape[i]))
	}
	return kept
}

// builtInGroups are the API groups Kubernetes itself serves or served; kinds in any other come from a CRD.
var builtInGroups = []string{
	"", "core", "meta", "admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "apps",
	"auditregistration.k8s.io", "autoscaling", "batch", "certificates.k8s.io", "coordination.k8s.io",
	"discovery.k8s.io", "events.k8s.io", "extensions", "flowcontrol.apiserver.k8s.io", "networking.k8s.io",
	"node.k8s.io", "policy", "rbac.authorization.k8s.io", "resource.k8s.io", "scheduling.k8s.io", "settings.k8s.io",
	"storage.k8s.io", "storagemigration.k8s.io",
}

func isBuiltIn(apiVersion string) bool {
	group, version, found := strings.Cut(apiVersion, "/")
	if !found {
		return apiVersion == "v1"
	}
	return version != "" && slices.Contains(builtInGroups, group)
}

func isCRD(o *object) bool {
	return o.GetKind() == "CustomResourceDefinition" && strings.HasPrefix(o.GetAPIVersion(), "apiextensions.k8s.io/")
}

func isCore(o *object, kind string) bool {
	group := o.GroupVersionKind().Group
	return (group == "" || group == "core") && o.GetKind() == kind
}
