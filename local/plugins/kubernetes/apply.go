package kubernetes

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
)

// creator is the field manager of a POST; the first update takes its fields over.
const creator = "pulumi-kubernetes"

// manager is the field manager of an object's updates: the program's choice, else the one in state, else a new one.
func (p *provider) manager(state properties, inputs *object) string {
	if !p.settings.serverSideApply {
		return creator
	}
	if chosen := inputs.GetAnnotations()[fieldManagerAnnotation]; chosen != "" {
		return chosen
	}
	if stored, _ := state[fieldManagerKey].(string); stored != "" {
		return stored
	}
	name, err := resource.NewUniqueName(nil, creator+"-", 0, 0, nil)
	if err != nil {
		return creator
	}
	return name
}

func (op *operation) apply(client dynamic.ResourceInterface, name string, inputs *object, force bool) (*object, error) {
	options := metav1.PatchOptions{FieldManager: op.manager, Force: &force, DryRun: op.dryRun()}
	text, err := json.Marshal(inputs.Object)
	if err != nil {
		return nil, err
	}
	applied, err := client.Patch(op.running, name, types.ApplyPatchType, text, options)
	if apierrors.IsConflict(err) {
		return nil, errors.Join(
			errors.New("server-side apply field conflict detected, see https://www.pulumi.com/registry/packages/kubernetes/"+
				"how-to-guides/managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources "+
				"for troubleshooting help"),
			fmt.Errorf("The resource managed by field manager %q had an apply conflict: %w", op.manager, err)) //nolint:staticcheck // shown as it is
	}
	return applied, err
}

// relinquish gives up every field of the manager; those that nobody else manages go back to their defaults.
func (op *operation) relinquish(client dynamic.ResourceInterface, of *object, manager string) error {
	empty := &object{}
	empty.SetGroupVersionKind(of.GroupVersionKind())
	empty.SetNamespace(of.GetNamespace())
	empty.SetName(of.GetName())
	text, err := json.Marshal(empty.Object)
	if err != nil {
		return err
	}
	_, err = client.Patch(op.running, of.GetName(), types.ApplyPatchType, text, metav1.PatchOptions{FieldManager: manager})
	return err
}

// forces tells whether an apply takes fields over from other managers. In a preview it does where the update would
// have taken them over beforehand.
func (op *operation) forces(inputs, live *object) bool {
	switch {
	case annotated(inputs, patchForceAnnotation) || op.settings.patchForce:
		return true
	case live == nil:
		return op.preview
	case op.preview && slices.ContainsFunc(live.GetManagedFields(), ownCreation):
		return true
	}
	return len(live.GetManagedFields()) == 0 // made before there were field managers
}

func ownCreation(entry metav1.ManagedFieldsEntry) bool {
	return entry.Operation == metav1.ManagedFieldsOperationUpdate &&
		slices.Contains([]string{creator, creator + ".exe", "pulumi-resource-kubernetes"}, entry.Manager)
}
