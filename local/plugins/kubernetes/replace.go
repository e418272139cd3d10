package kubernetes

import (
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// A pattern names a property by its path; "*" stands for every element of a list.
type pattern []string

func patterns(prefix string, paths string) []pattern {
	var all []pattern
	for _, path := range strings.Fields(paths) {
		all = append(all, strings.Split(prefix+path, "."))
	}
	return all
}

// matches tells whether a change at path to value touches the pattern: above it, at it, or inside the value.
func (p pattern) matches(path []any, value any) bool {
	for i, step := range p {
		if i >= len(path) {
			return p[i:].within(value)
		}
		if name, isName := path[i].(string); (isName && name != step) || (!isName && step != "*") {
			// A path that goes on into a list whose pattern does not name its elements lies outside of it.
			return false
		}
	}
	return true
}

func (p pattern) within(value any) bool {
	if len(p) == 0 {
		return true
	}
	switch value := value.(type) {
	case properties:
		inner, found := value[p[0]]
		return found && p[1:].within(inner)
	case []any:
		for _, element := range value {
			if p[0] == "*" && p[1:].within(element) {
				return true
			}
		}
	}
	return false
}

// identity is what makes an object another object, whatever its kind.
var identity = patterns("metadata.", "name namespace")

// replacing lists the properties whose change the API server would refuse, or that nothing running would notice.
func (s settings) replacing(of *object) []pattern {
	immutable, _, _ := unstructured.NestedBool(of.Object, "immutable")
	all := append([]pattern{}, identity...)
	switch {
	case of.GetAPIVersion() == "v1" && of.GetKind() == "Secret":
		if s.secretMutable && !immutable {
			return append(all, patterns("", "type")...)
		}
		return append(all, patterns("", "type stringData data")...)
	case of.GetAPIVersion() == "v1" && of.GetKind() == "ConfigMap":
		if s.configMapMutable && !immutable {
			return all
		}
		return append(all, patterns("", "binaryData data")...)
	}
	return append(all, replacingByKind[of.GetAPIVersion()+"/"+of.GetKind()]...)
}

const selector = "selector selector.matchExpressions selector.matchLabels"

var replacingByKind = map[string][]pattern{
	"apps/v1/DaemonSet":        patterns("spec.", selector),
	"apps/v1/Deployment":       patterns("spec.", selector),
	"apps/v1/StatefulSet":      statefulSet,
	"apps/v1beta1/StatefulSet": statefulSet,
	"apps/v1beta2/DaemonSet":   patterns("spec.", selector),
	"apps/v1beta2/Deployment":  patterns("spec.", selector),
	"apps/v1beta2/StatefulSet": statefulSet,
	"batch/v1/Job":             patterns("spec.", "completions parallelism template "+selector),

	"policy/v1beta1/PodDisruptionBudget":                    patterns("", "spec"),
	"rbac.authorization.k8s.io/v1/ClusterRoleBinding":       patterns("", "roleRef"),
	"rbac.authorization.k8s.io/v1/RoleBinding":              patterns("", "roleRef"),
	"rbac.authorization.k8s.io/v1beta1/ClusterRoleBinding":  patterns("", "roleRef"),
	"rbac.authorization.k8s.io/v1beta1/RoleBinding":         patterns("", "roleRef"),
	"rbac.authorization.k8s.io/v1alpha1/ClusterRoleBinding": patterns("", "roleRef"),
	"rbac.authorization.k8s.io/v1alpha1/RoleBinding":        patterns("", "roleRef"),
	"storage.k8s.io/v1/StorageClass":                        patterns("", "parameters provisioner"),

	"v1/PersistentVolume": patterns("spec.", `awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume
		flocker gcePersistentDisk glusterfs hostPath iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd
		scaleIO storageos vsphereVolume`),
	"v1/PersistentVolumeClaim": patterns("spec.", "accessModes storageClassName volumeName "+selector),
	"v1/Pod": append(append(patterns("spec.", `affinity automountServiceAccountToken dnsConfig dnsPolicy
		enableServiceLinks hostAliases hostIPC hostNetwork hostPID hostname imagePullSecrets nodeName nodeSelector
		overhead preemptionPolicy priority priorityClassName readinessGates restartPolicy runtimeClassName
		schedulerName securityContext serviceAccount serviceAccountName shareProcessNamespace subdomain
		terminationGracePeriodSeconds volumes`),
		patterns("spec.containers.*.", container)...), patterns("spec.initContainers.*.", container)...),
	"v1/ResourceQuota": patterns("spec.", "scopes"),
	"v1/Service":       patterns("spec.", "clusterIP"),
}

var statefulSet = patterns("spec.",
	"podManagementPolicy revisionHistoryLimit serviceName volumeClaimTemplates "+selector)

const container = `args command env image imagePullPolicy lifecycle livenessProbe ports readinessProbe resources
	securityContext stdin stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts
	workingDir`
