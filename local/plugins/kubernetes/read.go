package kubernetes

import (
	"context"
	"errors"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"edge-registry/local/plugins/rpc"
)

// gone tells the engine to forget the resource.
var gone = &pulumirpc.ReadResponse{}

// Read gives the live object, for a refresh, an import, or a get.
func (p *provider) Read(_ context.Context, request *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	if p.cluster == nil {
		return p.readUnreachable(request)
	}
	namespace, name := parseID(request.GetId())
	if name == "" {
		return nil, fmt.Errorf("failed to read resource because of a failure to parse resource name from request ID: %s",
			request.GetId())
	}
	state, given := decode(request.GetProperties()), decode(request.GetInputs())
	inputs := normalize(toObject(given))
	_, oldLive := parseCheckpoint(state)
	unseen, err := identify(inputs, oldLive, request.GetUrn(), namespace, name)
	if err != nil {
		return nil, err
	}
	op := p.operation(request.GetUrn(), false, 0).from(state, inputs, inputs)
	if p.settings.renderTo != "" {
		return &pulumirpc.ReadResponse{
			Id: request.GetId(), Properties: op.checkpoint(inputs, oldLive, state), Inputs: request.GetInputs(),
		}, nil
	}
	live, err := op.readLive(inputs, name, unseen)
	if live == nil {
		if apierrors.IsNotFound(err) || meta.IsNoMatchError(err) {
			return gone, nil
		}
		return nil, err
	}
	liveInputs := &object{Object: prune(live.Object, inputs.Object).(properties)}
	if unseen {
		liveInputs = importable(live, liveInputs)
	}
	inputState := convert(liveInputs.Object, nil).(properties)
	markSecrets(inputState, given)
	response := &pulumirpc.ReadResponse{
		Id: request.GetId(), Properties: op.checkpoint(liveInputs, live, given), Inputs: rpc.Encode(inputState),
	}
	if err != nil {
		return nil, initFailed(response.Id, err, response.Properties, response.Inputs)
	}
	return response, nil
}

func (p *provider) readUnreachable(request *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	info := func(message string) {
		p.engine.Log(p.running, pulumirpc.LogSeverity_INFO, request.GetUrn(), message)
	}
	p.warn(request.GetUrn(), p.reach().Error())
	switch {
	case p.settings.deleteUnreachable:
		info("configured Kubernetes cluster is unreachable and the `deleteUnreachable` option is enabled. " +
			"Deleting the unreachable resource from Pulumi state")
		return gone, nil
	case p.settings.skipUnreachable:
		info("configured Kubernetes cluster is unreachable and the `skipUnreachable` option is enabled. " +
			"Returned data could not reflect the actual cluster configuration.")
		return &pulumirpc.ReadResponse{
			Id: request.GetId(), Properties: request.GetProperties(), Inputs: request.GetInputs(),
		}, nil
	}
	return nil, errors.New("failed to read resource state due to unreachable cluster. If the cluster was " +
		"deleted, you can remove this resource from Pulumi state by rerunning the operation with the " +
		`PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"`)
}

// identify completes inputs that do not say which object they are of. It tells whether nothing was known of it before.
func identify(inputs, oldLive *object, urn, namespace, name string) (unseen bool, err error) {
	if !inputs.GroupVersionKind().Empty() {
		return false, nil
	}
	gvk := oldLive.GroupVersionKind()
	if gvk.Empty() {
		unseen = true
		if gvk, err = kindOf(urn); err != nil {
			return unseen, err
		}
	}
	inputs.SetGroupVersionKind(gvk)
	if inputs.GetName() == "" {
		inputs.SetName(name)
	}
	if inputs.GetNamespace() == "" {
		inputs.SetNamespace(namespace)
	}
	return unseen, nil
}

// readLive gets the object and, of one this program manages, tells whether it is ready.
func (op *operation) readLive(inputs *object, name string, unseen bool) (*object, error) {
	client, err := op.cluster.of(inputs)
	if err != nil {
		return nil, err
	}
	live, err := client.Get(op.running, name, metav1.GetOptions{})
	if err != nil || unseen || annotated(inputs, skipAwaitAnnotation) {
		return live, err
	}
	if err := op.judge(live); err != nil {
		return live, err
	}
	if fresh, err := client.Get(op.running, name, metav1.GetOptions{}); err == nil {
		return fresh, nil
	}
	return live, nil
}

// importable makes inputs of a live object that no program has described yet: all of it but what the cluster wrote.
// Of a custom object there is no telling which is which.
func importable(live, identified *object) *object {
	if !isBuiltIn(live.GetAPIVersion()) {
		return identified
	}
	inputs := live.DeepCopy()
	delete(inputs.Object, "status")
	for _, path := range [][]string{
		{"creationTimestamp"}, {"generation"}, {"managedFields"}, {"resourceVersion"}, {"uid"},
		{"annotations", "deployment.kubernetes.io/revision"},
		{"annotations", lastAppliedAnnotation},
	} {
		unstructured.RemoveNestedField(inputs.Object, append([]string{"metadata"}, path...)...)
	}
	return inputs
}
