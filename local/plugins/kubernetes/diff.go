package kubernetes

import (
	"context"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Diff compares what the program wants with what was last seen of the object, as far as the program had set it: drift
// of the program's own fields is found (after a refresh), what others added is not. The cluster is not asked.
func (p *provider) Diff(ctx context.Context, request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	given := toObject(decode(request.GetNews()))
	oldInputs, oldLive := parseCheckpoint(decode(request.GetOlds()))
	old := &object{Object: prune(oldLive.Object, normalize(oldInputs).Object).(properties)}
	inputs := normalize(given)
	p.align(old, oldLive, inputs)

	found, err := p.compare(request, old, inputs)
	if err != nil {
		return nil, err
	}
	response := &pulumirpc.DiffResponse{DetailedDiff: found, HasDetailedDiff: true, Stables: []string{}}
	response.Changes = pulumirpc.DiffResponse_DIFF_NONE
	if len(found) > 0 {
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
	}
	if p.settings.renderAlways && p.settings.renderTo != "" {
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
	}
	response.Replaces = replaced(found)
	if p.replacesUnready(ctx, request.GetUrn(), inputs, oldLive) {
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
		response.Replaces = append(response.Replaces, `.metadata.annotations["`+replaceUnreadyAnnotation+`"]`)
	}
	// Two objects cannot have one name: a name the program chose must be free before it can be used again.
	response.DeleteBeforeReplace = len(response.Replaces) > 0 && isNamed(inputs) &&
		!annotated(inputs, autonamedAnnotation) &&
		inputs.GetName() == oldLive.GetName() && inputs.GetNamespace() == oldLive.GetNamespace()
	return response, nil
}

// align takes away the differences between state and inputs that mean nothing.
func (p *provider) align(old, oldLive, inputs *object) {
	gvk := inputs.GroupVersionKind()
	if p.namespaced(gvk) {
		old.SetNamespace(namespaceOr(old.GetNamespace()))
		inputs.SetNamespace(namespaceOr(inputs.GetNamespace()))
	} else {
		old.SetNamespace("")
		inputs.SetNamespace("")
	}
	if old.GroupVersionKind().Empty() {
		old.SetGroupVersionKind(gvk)
	}
	if p.settings.serverSideApply && old.GetResourceVersion() != "" {
		old.SetResourceVersion("")
	}
	if inputs.GetName() != "" {
		// The program may now spell out a name that was generated.
		old.SetName(oldLive.GetName())
	}
}

func (p *provider) compare(request *pulumirpc.DiffRequest, old, inputs *object) (detailedDiff, error) {
	before, err := plain(old)
	if err != nil {
		return nil, err
	}
	after, err := plain(inputs)
	if err != nil {
		return nil, err
	}
	patch := mergePatch(before, after)
	if len(patch) == 0 {
		return nil, nil
	}
	replacing := identity
	if !isPatch(request.GetUrn(), inputs.GetKind()) {
		replacing = p.settings.replacing(inputs)
	}
	found := describe(patch, old.Object, inputs.Object, replacing)
	return found, ignore(found, request.GetIgnoreChanges())
}

func ignore(found detailedDiff, paths []string) error {
	for _, text := range paths {
		path, err := resource.ParsePropertyPath(text)
		if err != nil {
			return fmt.Errorf("failed to parse ignore path: %w", err)
		}
		for change := range found {
			changed, err := resource.ParsePropertyPath(change)
			if err != nil {
				return fmt.Errorf("failed to parse diff path: %w", err)
			}
			if path.Contains(changed) {
				// As the published plugin does, which so misses keys that only the SDK puts in quotes.
				delete(found, changed.String())
			}
		}
	}
	return nil
}

func replaced(found detailedDiff) []string {
	var paths []string
	for path, change := range found {
		switch change.Kind {
		case pulumirpc.PropertyDiff_ADD_REPLACE, pulumirpc.PropertyDiff_DELETE_REPLACE,
			pulumirpc.PropertyDiff_UPDATE_REPLACE:
			paths = append(paths, path)
		case pulumirpc.PropertyDiff_DELETE:
			if path == "metadata" {
				paths = append(paths, path)
			}
		}
	}
	slices.Sort(paths)
	return paths
}

// replacesUnready tells whether the object is a Job that did not succeed and should be run again.
func (p *provider) replacesUnready(ctx context.Context, urn string, inputs, oldLive *object) bool {
	switch {
	case !annotated(inputs, replaceUnreadyAnnotation):
		return false
	case p.cluster == nil:
		p.warn(urn, "Cluster is unreachable, skipping replaceUnready check")
		return false
	case inputs.GetKind() != "Job":
		p.warn(urn, "replaceUnready annotation is not supported for this resource")
		return false
	}
	client, err := p.cluster.of(oldLive)
	if err != nil {
		return false
	}
	live, err := client.Get(ctx, oldLive.GetName(), metav1.GetOptions{})
	if err != nil {
		return false
	}
	return !passed(checkJob(live))
}
