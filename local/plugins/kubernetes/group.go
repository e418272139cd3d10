package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"edge-registry/local/plugins/rpc"
)

// group is a component that objects are registered under.
type group struct {
	request *pulumirpc.ConstructRequest
	monitor pulumirpc.ResourceMonitorClient
	urn     string
}

// begin registers the component itself, with the options its program gave it.
func (g *group) begin(ctx context.Context) error {
	r := g.request
	component := &pulumirpc.RegisterResourceRequest{
		Type: r.GetType(), Name: r.GetName(), Parent: r.GetParent(), Protect: r.Protect, Providers: r.GetProviders(),
		Dependencies: r.GetDependencies(), DeletedWith: r.GetDeletedWith(), RetainOnDelete: r.RetainOnDelete,
		IgnoreChanges: r.GetIgnoreChanges(), ReplaceOnChanges: r.GetReplaceOnChanges(),
		AcceptSecrets: true, AcceptResources: true,
		Aliases: r.GetAliases(), AliasSpecs: true,
	}
	made, err := g.monitor.RegisterResource(ctx, component)
	g.urn = made.GetUrn()
	return err
}

func (g *group) end(ctx context.Context, outputs properties) (*pulumirpc.ConstructResponse, error) {
	state := rpc.Encode(outputs)
	_, err := g.monitor.RegisterResourceOutputs(ctx, &pulumirpc.RegisterResourceOutputsRequest{Urn: g.urn, Outputs: state})
	return &pulumirpc.ConstructResponse{Urn: g.urn, State: state}, err
}

// register makes a resource of each object, those first that others of them need.
func (g *group) register(ctx context.Context, arguments properties, objects []*object) (resources []any, err error) {
	prefix, given := arguments["resourcePrefix"].(string)
	if !given {
		prefix = g.request.GetName() // so that several groups may hold objects of one name
	}
	stages, needed, err := inStages(objects)
	if err != nil {
		return nil, err
	}
	made := map[identification]string{}
	resources = []any{}
	for _, stage := range stages {
		requests := make([]*pulumirpc.RegisterResourceRequest, len(stage))
		for i, one := range stage {
			if arguments["skipAwait"] == true {
				if err := skipAwait(one); err != nil {
					return nil, err
				}
			}
			requests[i] = g.resource(one, prefix)
			for _, other := range needed[identificationOf(one)] {
				requests[i].Dependencies = append(requests[i].Dependencies, made[other])
			}
		}
		responses, err := g.registerAll(ctx, requests)
		if err != nil {
			return nil, err
		}
		for i, response := range responses {
			made[identificationOf(stage[i])] = response.GetUrn()
			resources = append(resources, rpc.Resource{URN: response.GetUrn(), ID: response.GetId(), Version: version})
		}
	}
	return resources, nil
}

func (g *group) registerAll(
	ctx context.Context, requests []*pulumirpc.RegisterResourceRequest,
) ([]*pulumirpc.RegisterResourceResponse, error) {
	responses := make([]*pulumirpc.RegisterResourceResponse, len(requests))
	failures := make([]error, len(requests))
	var all sync.WaitGroup
	for i, request := range requests {
		all.Go(func() { responses[i], failures[i] = g.monitor.RegisterResource(ctx, request) })
	}
	all.Wait()
	return responses, errors.Join(failures...)
}

func (g *group) resource(one *object, prefix string) *pulumirpc.RegisterResourceRequest {
	name := one.GetName()
	if namespace := one.GetNamespace(); namespace != "" {
		name = namespace + "/" + name
	}
	if prefix != "" {
		name = prefix + ":" + name
	}
	request := &pulumirpc.RegisterResourceRequest{
		Type: token(one), Name: name, Parent: g.urn, Custom: true, Version: version, Protect: g.request.Protect,
		Provider: g.request.GetProviders()["kubernetes"], AcceptSecrets: true, AcceptResources: true,
	}
	fields := convert(one.Object, nil).(properties)
	if isCore(one, "Secret") {
		request.AdditionalSecretOutputs = []string{"data", "stringData"}
		markSecrets(fields, nil)
	}
	request.Object = rpc.Encode(fields)
	return request
}

func skipAwait(one *object) error {
	annotations, _, _ := unstructured.NestedFieldNoCopy(one.Object, "metadata", "annotations")
	if annotations == nil { // manifests may say null
		unstructured.RemoveNestedField(one.Object, "metadata", "annotations")
	}
	if err := unstructured.SetNestedField(one.Object, "true", "metadata", "annotations", skipAwaitAnnotation); err != nil {
		return fmt.Errorf("unable to set `%s` annotation; YAML object is invalid: `%s`: %w", skipAwaitAnnotation, excerpt(one), err)
	}
	return nil
}

// token is the type of a resource that holds the object.
func token(one *object) string {
	gvk := one.GroupVersionKind()
	if gvk.Group == "" {
		gvk.Group = "core"
	}
	return "kubernetes:" + gvk.GroupVersion().String() + ":" + gvk.Kind
}
