package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Delete removes the object and waits until it is gone, its dependents first.
func (p *provider) Delete(_ context.Context, request *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	state := decode(request.GetProperties())
	inputs, live := parseCheckpoint(state)
	if p.settings.renderTo != "" {
		p.operation(request.GetUrn(), false, 0).unrender(live)
		return &emptypb.Empty{}, nil
	}
	if p.cluster == nil {
		return &emptypb.Empty{}, p.deleteUnreachable(request.GetUrn())
	}
	if err := refuseHelm(typeOf(request.GetUrn())); err != nil {
		return nil, err // rather than take a release for an object that is gone
	}
	op := p.operation(request.GetUrn(), false, request.GetTimeout()).from(state, &object{}, inputs)
	err := op.delete(inputs, live, request.GetId())
	var unfinished *waitError
	switch {
	case err == nil, meta.IsNoMatchError(err): // gone with its whole kind
		return &emptypb.Empty{}, nil
	case apierrors.IsNotFound(err) && !op.patches(inputs): // a patch fails: nobody knows what became of its fields
		return &emptypb.Empty{}, nil
	case isPatch(request.GetUrn(), live.GetKind()) && apierrors.IsInvalid(err):
		return nil, requiredField(err)
	case errors.As(err, &unfinished):
		return nil, initFailed(idOf(unfinished.live), err, op.checkpoint(live, unfinished.live, state), nil)
	}
	return nil, err
}

func (p *provider) deleteUnreachable(urn string) error {
	p.warn(urn, p.reach().Error())
	if p.settings.deleteUnreachable {
		p.engine.Log(p.running, pulumirpc.LogSeverity_INFO, urn, "configured Kubernetes cluster is unreachable and the "+
			"`deleteUnreachable` option is enabled. Deleting the unreachable resource from Pulumi state")
		return nil
	}
	return errors.New("configured Kubernetes cluster is unreachable. If the cluster was deleted, you can remove this " +
		"resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment " +
		`variable set to "true"`)
}

func requiredField(err error) error {
	cause, found := apierrors.StatusCause(err, metav1.CauseTypeFieldValueRequired)
	if !found || !strings.Contains(err.Error(), "Required value") {
		return err
	}
	return fmt.Errorf("this Patch resource is currently managing a required field, so it can't be deleted directly. "+
		"Either set the `retainOnDelete` resource option, or transfer ownership of the field before deleting: %s",
		cause.Field)
}

func (op *operation) delete(inputs, live *object, id string) error {
	client, err := op.cluster.of(live)
	if err != nil {
		return err
	}
	if op.patches(inputs) {
		return op.relinquish(client, live, op.manager)
	}
	_, name := parseID(id)
	policy := propagation(inputs)
	if err := client.Delete(op.running, name, metav1.DeleteOptions{PropagationPolicy: &policy}); err != nil {
		return err
	}
	return op.awaitGone(inputs, live)
}

// patches tells whether the resource manages some fields of an object rather than the object.
func (op *operation) patches(inputs *object) bool {
	return op.settings.serverSideApply && isPatch(op.urn, inputs.GetKind())
}

func propagation(inputs *object) metav1.DeletionPropagation {
	switch strings.ToLower(inputs.GetAnnotations()[propagationAnnotation]) {
	case "orphan":
		return metav1.DeletePropagationOrphan
	case "background":
		return metav1.DeletePropagationBackground
	}
	return metav1.DeletePropagationForeground
}
