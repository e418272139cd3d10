package kubernetes

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// identification tells the objects of a group apart.
type identification struct {
	kind            schema.GroupKind
	namespace, name string
}

func identificationOf(o *object) identification {
	return identification{o.GroupVersionKind().GroupKind(), o.GetNamespace(), o.GetName()}
}

// usual are the kinds that go before all others, in this order, as sigs.k8s.io/cli-utils has it. That package is not used
// here because it brings much of kubectl along.
var usual = strings.Fields(`Namespace ResourceQuota StorageClass.storage.k8s.io
	CustomResourceDefinition.apiextensions.k8s.io MutatingWebhookConfiguration.admissionregistration.k8s.io
	ServiceAccount PodSecurityPolicy.extensions PodSecurityPolicy.policy Role.rbac.authorization.k8s.io
	ClusterRole.rbac.authorization.k8s.io RoleBinding.rbac.authorization.k8s.io
	ClusterRoleBinding.rbac.authorization.k8s.io ConfigMap Secret Service LimitRange
	PriorityClass.scheduling.k8s.io Deployment.extensions Deployment.apps StatefulSet.apps CronJob.batch
	PodDisruptionBudget.policy`)

const usuallyLast = "ValidatingWebhookConfiguration.admissionregistration.k8s.io"

func rank(kind schema.GroupKind) int {
	if kind.String() == usuallyLast {
		return len(usual) + 1
	}
	if at := slices.Index(usual, kind.String()); at >= 0 {
		return at
	}
	return len(usual)
}

func (id identification) compare(other identification) int {
	return cmp.Or(
		cmp.Compare(rank(id.kind), rank(other.kind)),
		cmp.Compare(id.kind.Group, other.kind.Group),
		cmp.Compare(id.kind.Kind, other.kind.Kind),
		cmp.Compare(id.namespace, other.namespace),
		cmp.Compare(id.name, other.name),
	)
}

// inOrder puts each object behind those of the group that it needs, and otherwise in the usual order. Of an object that
// is given twice the last counts.
func inOrder(objects []*object) (ordered []*object, needed dependencies, err error) {
	byID := map[identification]*object{}
	for _, one := range objects {
		byID[identificationOf(one)] = one
	}
	if needed, err = dependenciesOf(byID); err != nil {
		return nil, nil, err
	}
	for len(byID) > 0 {
		stage := needed.next(byID)
		if len(stage) == 0 {
			return nil, nil, needed.cycle(byID)
		}
		for _, id := range stage {
			ordered = append(ordered, byID[id])
		}
		for _, id := range stage {
			delete(byID, id)
		}
	}
	return ordered, needed, nil
}

func sorted(objects map[identification]*object) []identification {
	return slices.SortedFunc(maps.Keys(objects), identification.compare)
}

// next are those that wait for none of the waiting.
func (d dependencies) next(waiting map[identification]*object) []identification {
	return slices.DeleteFunc(sorted(waiting), func(id identification) bool { return len(d.open(id, waiting)) > 0 })
}

func (d dependencies) open(of identification, waiting map[identification]*object) []identification {
	var found []identification
	for _, other := range d[of] {
		if waiting[other] != nil {
			found = append(found, other)
		}
	}
	slices.SortFunc(found, identification.compare)
	return found
}

// cycle says which objects wait for one another.
func (d dependencies) cycle(waiting map[identification]*object) error {
	var names, edges []string
	for _, id := range sorted(waiting) {
		names = append(names, fmt.Sprintf("%q", id))
		for _, other := range d.open(id, waiting) {
			edges = append(edges, "\n- "+id.reference()+" -> "+other.reference())
		}
	}
	return fmt.Errorf("invalid objects: [%s] cyclic dependency:%s", strings.Join(names, ", "), strings.Join(edges, ""))
}
