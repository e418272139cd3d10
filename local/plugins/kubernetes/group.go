package kubernetes

import (
	"context"
	"fmt"
	"slices"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"edge-registry/local/plugins/rpc"
)

// group is a component that objects are registered under.
type group struct {
	component
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

// end answers with the group's resources. They depend on themselves; derived ones also on whatever the arguments came
// from.
func (g *group) end(resources any, members []string) *pulumirpc.ConstructResponse {
	if g.derived {
		for _, argument := range g.request.GetInputDependencies() {
			members = append(members, argument.GetUrns()...)
		}
		if hasSecret(rpc.DecodeMarked(g.request.GetInputs())) {
			resources = secret(resources)
		}
	}
	slices.Sort(members)
	return &pulumirpc.ConstructResponse{
		Urn: g.urn, State: rpc.Encode(properties{"resources": resources}),
		StateDependencies: map[string]*pulumirpc.ConstructResponse_PropertyDependencies{
			"resources": {Urns: slices.Compact(members)},
		},
	}
}

// members are the resources to make of the objects, each behind those that it needs.
func (g *group) members(objects []*object, arguments properties) (members []*member, err error) {
	prefix, given := arguments["resourcePrefix"].(string)
	if !given {
		prefix = g.request.GetName() // so that several groups may hold objects of one name
	}
	ordered, needed, err := inOrder(objects)
	if err != nil {
		return nil, err
	}
	byID := map[identification]*member{}
	for _, one := range ordered {
		if arguments["skipAwait"] == true {
			if err := skipAwait(one); err != nil {
				return nil, err
			}
		}
		id := identificationOf(one)
		next := &member{request: g.resource(one, prefix), done: make(chan struct{})}
		for _, other := range needed[id] {
			next.needs = append(next.needs, byID[other])
		}
		byID[id], members = next, append(members, next)
	}
	return members, nil
}

// register makes each of the members as soon as those are made that it needs.
func (g *group) register(ctx context.Context, members []*member) (err error) {
	for _, one := range members {
		go one.register(ctx, g.monitor)
	}
	for _, one := range members {
		<-one.done
		if err == nil { // the engine tells of each; one is enough to fail the group
			err = one.err
		}
	}
	return err
}

// referTo gives references to the members, and their URNs.
func referTo(members []*member) (references []any, urns []string) {
	references = []any{}
	for _, one := range members {
		urns = append(urns, one.made.GetUrn())
		references = append(references, rpc.Resource{URN: one.made.GetUrn(), ID: one.made.GetId()})
	}
	return references, urns
}

// member is one resource of a group, and those of the group that must be there before it.
type member struct {
	request *pulumirpc.RegisterResourceRequest
	needs   []*member
	done    chan struct{}
	made    *pulumirpc.RegisterResourceResponse // nil if it could not be made, or what it needs could not
	err     error
}

func (m *member) register(ctx context.Context, monitor pulumirpc.ResourceMonitorClient) {
	defer close(m.done)
	for _, other := range m.needs {
		<-other.done
		if other.made == nil {
			return
		}
		m.request.Dependencies = append(m.request.Dependencies, other.made.GetUrn())
	}
	m.made, m.err = monitor.RegisterResource(ctx, m.request)
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
		Type: token(one), Name: name, Parent: g.urn, Custom: true, Protect: g.request.Protect,
		Provider: g.request.GetProviders()["kubernetes"], AcceptSecrets: true, AcceptResources: true,
	}
	fields := withoutNulls(convert(one.Object, nil)).(properties)
	if isCore(one, "Secret") {
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
