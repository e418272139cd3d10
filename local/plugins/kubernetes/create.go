package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
)

// errNamespaceMissing ends a preview: the namespace is to be made by the same program.
var errNamespaceMissing = errors.New("namespace does not exist")

// Create makes the object, or in a preview asks the API server what it would make of it.
func (p *provider) Create(
	_ context.Context, request *pulumirpc.CreateRequest,
) (*pulumirpc.CreateResponse, error) {
	given := decode(request.GetProperties())
	inputs := toObject(given)
	asGiven := &pulumirpc.CreateResponse{Properties: request.GetProperties()}

	preview := request.GetPreview()
	if preview && (!p.foreseeable(inputs) || isPatch(request.GetUrn(), inputs.GetKind()) || !p.settings.serverSideApply) {
		return asGiven, nil
	}
	if err := p.reach(); err != nil {
		return nil, err
	}
	op := p.operation(request.GetUrn(), preview, request.GetTimeout()).from(nil, inputs, inputs)
	if p.settings.renderTo != "" {
		state, err := op.render(inputs, given, func(text string) { op.warn(op.urn, text) })
		return &pulumirpc.CreateResponse{Id: idOf(inputs), Properties: state}, err
	}
	live, err := op.create(inputs)
	if preview && (apierrors.IsForbidden(err) || apierrors.IsAlreadyExists(err) ||
		errors.Is(err, errNamespaceMissing) || isDryRunRefused(err)) {
		return asGiven, nil
	}
	if err != nil {
		return nil, creationError(request.GetUrn(), inputs, err)
	}
	if preview {
		delete(live.Object, "status") // of an object that does not exist
		return &pulumirpc.CreateResponse{Properties: op.checkpoint(inputs, live, given)}, nil
	}
	live, err = op.await(inputs, live, nil)
	if unready := (*waitError)(nil); err != nil && !errors.As(err, &unready) {
		return nil, creationError(request.GetUrn(), inputs, err) // it is there, but nobody can tell when it is ready
	}
	state := op.checkpoint(inputs, live, given)
	if err != nil {
		return nil, initFailed(idOf(live), fmt.Errorf("resource %q was successfully created, but the Kubernetes API "+
			"server reported that it failed to fully initialize or become live: %w", request.GetUrn(), err), state, nil)
	}
	if isCRD(inputs) {
		p.cluster.mapper.Reset() // there is a new kind
	}
	return &pulumirpc.CreateResponse{Id: idOf(live), Properties: state}, nil
}

// foreseeable tells whether a dry run is possible: all is known, and the API server knows the kind.
func (p *provider) foreseeable(inputs *object) bool {
	return !hasUnknown(inputs.Object) && p.cluster.serves(inputs.GroupVersionKind())
}

func isDryRunRefused(err error) bool {
	var status *apierrors.StatusError
	return errors.As(err, &status) && apierrors.IsBadRequest(err) &&
		strings.Contains(status.ErrStatus.Message, "does not support dry run")
}

func creationError(urn string, inputs *object, err error) error {
	switch {
	case meta.IsNoMatchError(err):
		return fmt.Errorf("creation of resource %q with kind %s failed because the Kubernetes API server reported that "+
			"the apiVersion for this resource does not exist. Verify that any required CRDs have been created: %w",
			urn, inputs.GetAPIVersion()+"/"+inputs.GetKind(), err)
	case apierrors.IsAlreadyExists(err):
		err = fmt.Errorf("%w\n\nThe resource already exists in the cluster. This can happen when:\n\n"+
			"  - Renaming a Pulumi resource: use an alias to preserve the identity,\n"+
			"    or use deleteBeforeReplace if the resource needs replacement.\n"+
			"  - Managing an existing resource: use a Patch resource (e.g. NamespacePatch)\n"+
			"    to manage specific fields without owning the resource lifecycle.\n"+
			"  - Adopting a resource into Pulumi: use `pulumi import`. Note that\n"+
			"    protected resources (e.g. kube-system) cannot be deleted on destroy.\n"+
			"  - Intentional upsert: set upsertExistingObjects on the provider to allow\n"+
			"    server-side apply to update existing objects on create.", err)
	}
	return fmt.Errorf("resource %q was not successfully created by the Kubernetes API server: %w", urn, err)
}

// create posts the object. What it needs (its namespace, its CRD, a service account) may be on its way: programs and
// manifests do not always say so.
func (op *operation) create(inputs *object) (*object, error) {
	pause := time.Second
	for try := 0; ; try++ {
		live, err := op.tryCreate(inputs)
		if err == nil {
			op.progress.clear()
			return live, nil
		}
		if op.preview && isNamespaceMissing(err) {
			return nil, fmt.Errorf("%w for %q", errNamespaceMissing, inputs.GetName())
		}
		if gone := op.cluster.removal(inputs.GroupVersionKind()); gone != "" && meta.IsNoMatchError(err) {
			return nil, errors.New(gone)
		}
		op.progress.info(fmt.Sprintf("Retry #%d; creation failed: %v", try, err))
		if try == 5 || !apierrors.IsNotFound(err) && !meta.IsNoMatchError(err) {
			return nil, err
		}
		select {
		case <-op.running.Done():
			return nil, err
		case <-time.After(pause):
			pause *= 2
		}
	}
}

func (op *operation) tryCreate(inputs *object) (*object, error) {
	client, err := op.cluster.of(inputs)
	if err != nil {
		return nil, err
	}
	if op.patches(inputs) || op.settings.serverSideApply && op.settings.upsert {
		return op.upsert(client, inputs)
	}
	return client.Create(op.running, inputs, metav1.CreateOptions{FieldManager: creator, DryRun: op.dryRun()})
}

// upsert creates the object or changes the one that is there.
func (op *operation) upsert(client dynamic.ResourceInterface, inputs *object) (*object, error) {
	live, err := op.apply(client, inputs.GetName(), inputs, op.forces(inputs, nil))
	if op.preview && apierrors.IsInvalid(err) && strings.Contains(err.Error(), validation.FieldImmutableErrorMsg) {
		// The preview of a replacement: the old object is still there. Another name shows what will come.
		other := inputs.DeepCopy()
		other.SetName(inputs.GetName() + "-preview")
		return op.apply(client, other.GetName(), other, true)
	}
	return live, err
}

func isNamespaceMissing(err error) bool {
	var status *apierrors.StatusError
	return errors.As(err, &status) && apierrors.IsNotFound(err) &&
		status.ErrStatus.Details != nil && status.ErrStatus.Details.Kind == "namespaces"
}
