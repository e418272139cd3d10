package kubernetes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/jsonmergepatch"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes/scheme"
)

// Update makes the object what the program says, or in a preview asks the API server what it would become.
func (p *provider) Update(
	_ context.Context, request *pulumirpc.UpdateRequest,
) (*pulumirpc.UpdateResponse, error) {
	state, given := decode(request.GetOlds()), decode(request.GetNews())
	inputs := normalize(toObject(given))
	preview := request.GetPreview()
	if preview && !p.foreseeable(inputs) {
		return &pulumirpc.UpdateResponse{Properties: request.GetNews()}, nil
	}
	if err := p.reach(); err != nil {
		return nil, err
	}
	oldInputs, oldLive := parseCheckpoint(state)
	op := p.operation(request.GetUrn(), preview, request.GetTimeout()).from(state, oldInputs, inputs)
	if p.settings.renderTo != "" {
		state, err := op.render(inputs, given, op.progress.warning) // the file has been warned of before
		return &pulumirpc.UpdateResponse{Properties: state}, err
	}
	live, err := op.update(inputs, oldInputs, oldLive, request.GetIgnoreChanges())
	switch {
	case preview && apierrors.IsForbidden(err):
		return &pulumirpc.UpdateResponse{Properties: request.GetNews()}, nil
	case meta.IsNoMatchError(err):
		return nil, fmt.Errorf("update of resource %q failed because the Kubernetes API server reported that the "+
			"apiVersion for this resource does not exist. Verify that any required CRDs have been created: %w",
			request.GetUrn(), err)
	case err != nil:
		return nil, op.updateFailed(inputs, oldLive, given, err)
	}
	response := &pulumirpc.UpdateResponse{Properties: op.checkpoint(inputs, live, given)}
	before := p.manager(state, oldInputs)
	if !preview && p.settings.serverSideApply && before != op.manager {
		client, err := p.cluster.of(live)
		if err == nil {
			err = op.relinquish(client, live, before)
		}
		if err != nil {
			return nil, err
		}
	}
	return response, nil
}

// updateFailed keeps the object in state as it now is: part of the change may have happened.
func (op *operation) updateFailed(inputs, oldLive *object, given properties, cause error) error {
	live, err := op.read(oldLive)
	if err != nil {
		return errors.Join(fmt.Errorf("update of resource %q failed: %w", op.urn, cause),
			fmt.Errorf("unable to get cluster state: %w", err))
	}
	return initFailed(idOf(live), fmt.Errorf("the Kubernetes API server reported that %q failed to fully initialize "+
		"or become live: %w", idOf(live), cause), op.checkpoint(inputs, live, given), nil)
}

func (op *operation) read(o *object) (*object, error) {
	client, err := op.cluster.of(o)
	if err != nil {
		return nil, err
	}
	return client.Get(op.running, o.GetName(), metav1.GetOptions{})
}

func (op *operation) update(inputs, oldInputs, oldLive *object, ignored []string) (*object, error) {
	client, err := op.cluster.of(inputs)
	if err != nil {
		return nil, err
	}
	before, err := client.Get(op.running, oldLive.GetName(), metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	var live *object
	switch {
	case isCRD(inputs): // replaced whole, as kubectl replace does: custom objects stay
		inputs.SetResourceVersion(before.GetResourceVersion())
		live, err = client.Update(op.running, inputs, metav1.UpdateOptions{FieldManager: op.manager, DryRun: op.dryRun()})
	case op.settings.serverSideApply:
		live, err = op.applyOver(client, inputs, before, ignored)
	default:
		wantLastApplied(oldInputs, oldLive)
		pruned := &object{Object: prune(oldLive.Object, normalize(oldInputs).Object).(properties)}
		live, err = op.patchOver(client, inputs, pruned, before, ignored)
	}
	if err != nil || op.preview {
		return live, err
	}
	return op.await(inputs, live, before)
}

func (op *operation) applyOver(
	client dynamic.ResourceInterface, inputs, before *object, ignored []string,
) (*object, error) {
	before, err := op.takeOver(client, before)
	if err != nil {
		return nil, err
	}
	if err := op.keepIgnored(inputs, before, ignored); err != nil {
		return nil, err
	}
	return op.apply(client, before.GetName(), inputs, op.forces(inputs, before))
}

// patchOver is the update without server-side apply: a three-way patch between what was wanted, what is wanted and
// what is there; strategic where Kubernetes' own types tell how lists merge.
func (op *operation) patchOver(
	client dynamic.ResourceInterface, inputs, old, before *object, ignored []string,
) (*object, error) {
	_ = op.keepIgnored(inputs, before, ignored)
	var texts [3][]byte
	for i, o := range []*object{old, inputs, before} {
		text, err := json.Marshal(o.Object)
		if err != nil {
			return nil, err
		}
		texts[i] = text
	}
	kind, patch, err := threeWayPatch(inputs.GroupVersionKind(), texts[0], texts[1], texts[2])
	if err != nil {
		return nil, err
	}
	options := metav1.PatchOptions{FieldManager: op.manager, DryRun: op.dryRun()}
	return client.Patch(op.running, before.GetName(), kind, patch, options)
}

// wantLastApplied makes the annotation of older plugins, which no program wrote, something that was wanted and no longer
// is, so that the patch takes it away.
func wantLastApplied(oldInputs, oldLive *object) {
	path := []string{"metadata", "annotations", lastAppliedAnnotation}
	value, there, _ := unstructured.NestedString(oldLive.Object, path...)
	if _, wanted, _ := unstructured.NestedString(oldInputs.Object, path...); there && !wanted {
		_ = unstructured.SetNestedField(oldInputs.Object, value, path...)
	}
}

func threeWayPatch(
	gvk schema.GroupVersionKind, old, wanted, live []byte,
) (kind types.PatchType, patch []byte, err error) {
	if patch, err := strategicPatch(gvk, old, wanted, live); err == nil {
		return types.StrategicMergePatchType, patch, nil
	}
	patch, err = jsonmergepatch.CreateThreeWayJSONMergePatch(old, wanted, live)
	return types.MergePatchType, patch, err
}

// strategicPatch fails for kinds that Kubernetes has no type of, and for lists that lack what their elements are told
// apart by.
func strategicPatch(gvk schema.GroupVersionKind, old, wanted, live []byte) ([]byte, error) {
	typed, err := scheme.Scheme.New(gvk)
	if err != nil {
		return nil, err
	}
	lists, err := strategicpatch.NewPatchMetaFromStruct(typed)
	if err != nil {
		return nil, err
	}
	return strategicpatch.CreateThreeWayMergePatch(old, wanted, live, lists, true)
}
