package table

import (
	"context"
	"errors"
	"fmt"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"

	"edge-registry/local/plugins/rpc"
)

// Plugin serves the resources and functions of its tables, by type token.
//
// Like the published plugins it leaves Handshake out and accepts no secrets: the engine then keeps secret every output
// whose input of the same name is.
type Plugin struct {
	pulumirpc.UnimplementedResourceProviderServer
	Engine    *rpc.Engine
	Name      string
	Version   string
	Resources map[string]*Resource
	Functions map[string]*Function
}

func (p *Plugin) resource(urn string) (resource *Resource, name string, err error) {
	token, name, err := ParseURN(urn)
	if err != nil {
		return nil, "", err
	}
	if resource = p.Resources[token]; resource == nil {
		return nil, "", fmt.Errorf("[pf/tfbridge] unknown resource token: %s", token)
	}
	return resource, name, nil
}

// ParseURN gives the type and the name of a resource.
func ParseURN(urn string) (token, name string, err error) {
	parts := strings.SplitN(urn, "::", 4)
	if len(parts) < 4 {
		return "", "", fmt.Errorf("expected a resource's URN, got %q", urn)
	}
	return parts[2][strings.LastIndex(parts[2], "$")+1:], parts[3], nil
}

func (p *Plugin) warner(ctx context.Context, urn string) func(string) {
	return func(text string) { p.Engine.Log(ctx, pulumirpc.LogSeverity_WARNING, urn, text) }
}

// Check refuses bad inputs.
func (p *Plugin) Check(ctx context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	resource, name, err := p.resource(request.GetUrn())
	if err != nil {
		return nil, err
	}
	given := rpc.Decode(request.GetNews())
	inputs, err := Coerce(resource.Fields, given)
	if err != nil {
		return nil, fmt.Errorf("cannot encode resource inputs to call ValidateResourceConfig: %w", err)
	}
	if resource.Warn != nil {
		resource.Warn(inputs, p.warner(ctx, request.GetUrn()))
	}
	response := &pulumirpc.CheckResponse{Inputs: rpc.Encode(resource.hide(given))}
	for _, reason := range resource.check(name, inputs) {
		response.Failures = append(response.Failures, &pulumirpc.CheckFailure{Reason: reason})
	}
	return response, nil
}

// Diff plans the change from what is to what the inputs ask for.
func (p *Plugin) Diff(_ context.Context, request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	resource, _, err := p.resource(request.GetUrn())
	if err != nil {
		return nil, err
	}
	prior, planned, replaced, err := resource.Change(rpc.Decode(request.GetOlds()), rpc.Decode(request.GetNews()))
	if err != nil {
		return nil, err
	}
	return differences(prior, planned, replaced), nil
}

// Create makes the resource, or in a preview tells what is known of it.
func (p *Plugin) Create(ctx context.Context, request *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	resource, _, err := p.resource(request.GetUrn())
	if err != nil {
		return nil, err
	}
	inputs, err := Coerce(resource.Fields, rpc.Decode(request.GetProperties()))
	if err != nil {
		return nil, err
	}
	state, _, err := resource.plan(inputs, nil)
	if err != nil {
		return nil, err
	}
	if request.GetPreview() {
		return &pulumirpc.CreateResponse{Properties: rpc.Encode(resource.hide(state))}, nil
	}
	if err := resource.Create(state, p.warner(ctx, request.GetUrn())); err != nil {
		return nil, err
	}
	return &pulumirpc.CreateResponse{Id: resource.id(state), Properties: rpc.Encode(resource.record(state))}, nil
}

// Update records what needs no new resource; nothing here lives anywhere but in the state.
func (p *Plugin) Update(_ context.Context, request *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	resource, _, err := p.resource(request.GetUrn())
	if err != nil {
		return nil, err
	}
	_, planned, _, err := resource.Change(rpc.Decode(request.GetOlds()), rpc.Decode(request.GetNews()))
	if err != nil {
		return nil, err
	}
	if request.GetPreview() {
		return &pulumirpc.UpdateResponse{Properties: rpc.Encode(resource.hide(planned))}, nil
	}
	return &pulumirpc.UpdateResponse{Properties: rpc.Encode(resource.record(planned))}, nil
}

// Read refreshes a known state, or imports by id.
func (p *Plugin) Read(_ context.Context, request *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	resource, _, err := p.resource(request.GetUrn())
	if err != nil {
		return nil, err
	}
	var state, inputs map[string]any
	if old := rpc.Decode(request.GetProperties()); len(old) != 0 {
		if state, err = resource.refresh(old); err != nil {
			return nil, err
		}
		inputs = RefreshInputs(rpc.Decode(request.GetInputs()), state)
	} else {
		if resource.Import == nil {
			return nil, errors.New("Resource Import Not Implemented: This resource does not support import. " +
				"Please contact the provider developer for additional information.")
		}
		if state, err = resource.Import(request.GetId()); err != nil {
			return nil, err
		}
		inputs = resource.Inputs(state)
	}
	return &pulumirpc.ReadResponse{
		Id:         resource.id(state),
		Properties: rpc.Encode(resource.record(state)),
		Inputs:     rpc.Encode(resource.hide(inputs)),
	}, nil
}

// Delete forgets the resource: it is only in the state.
func (p *Plugin) Delete(context.Context, *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}
