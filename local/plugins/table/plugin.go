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
	Settings  []Field
	Resources map[string]*Resource
	Functions map[string]*Function
	// Legacy plugins are behind the bridge's older half, which checks, tells and words things in its own way.
	Legacy bool
}

// find gives the resource's table, its name, and a context that Warn can tell the user with.
func (p *Plugin) find(ctx context.Context, urn string) (context.Context, *Resource, string, error) {
	parts := strings.SplitN(urn, "::", 4)
	if len(parts) < 4 {
		return nil, nil, "", fmt.Errorf("expected a resource's URN, got %q", urn)
	}
	token := typeToken(urn)
	resource := p.Resources[token]
	if resource == nil {
		return nil, nil, "", fmt.Errorf("%s needs the published %s plugin", token, p.Name)
	}
	warn := func(text string) { p.Engine.Log(ctx, pulumirpc.LogSeverity_WARNING, urn, "[WARNING] "+text) }
	return context.WithValue(ctx, warnKey{}, warn), resource, parts[3], nil
}

type warnKey struct{}

// Warn shows a warning beside the resource that is being worked on.
func Warn(ctx context.Context, text string) {
	if warn, set := ctx.Value(warnKey{}).(func(string)); set {
		warn(text)
	}
}

// complain shows an error beside the resource, as the bridge's newer half does with what a provider tells of, in its
// order: detail, then summary. The engine shows the error that is returned as well.
func (p *Plugin) complain(ctx context.Context, urn string, err error) error {
	if err != nil && !p.Legacy {
		summary, detail, _ := strings.Cut(err.Error(), ": ")
		p.Engine.Log(ctx, pulumirpc.LogSeverity_ERROR, urn, "[ERROR] "+detail+": "+summary)
	}
	return err
}

// Check refuses bad inputs.
func (p *Plugin) Check(ctx context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	ctx, resource, name, err := p.find(ctx, request.GetUrn())
	if err != nil {
		return nil, err
	}
	given := rpc.Decode(request.GetNews())
	if p.Legacy {
		p.warnOfTypes(ctx, request.GetUrn(), resource.Fields, given)
		inputs, reasons, err := resource.legacyCheck(name, request, given)
		if err != nil {
			return nil, err
		}
		return checked(resource.hide(inputs), reasons), nil
	}
	inputs, err := Coerce(resource.Fields, given)
	if err != nil {
		return nil, fmt.Errorf("cannot encode resource inputs to call ValidateResourceConfig: %w", err)
	}
	if resource.Warn != nil {
		resource.Warn(ctx, inputs)
	}
	return checked(resource.hide(given), resource.check(name, inputs)), nil
}

func checked(inputs map[string]any, reasons []string) *pulumirpc.CheckResponse {
	response := &pulumirpc.CheckResponse{Inputs: rpc.Encode(inputs)}
	for _, reason := range reasons {
		response.Failures = append(response.Failures, &pulumirpc.CheckFailure{Reason: reason})
	}
	return response
}

// Diff plans the change from what is to what the inputs ask for.
func (p *Plugin) Diff(ctx context.Context, request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	_, resource, _, err := p.find(ctx, request.GetUrn())
	if err != nil {
		return nil, err
	}
	inputs := rpc.Decode(request.GetNews())
	prior, planned, replaced, err := p.change(resource, rpc.Decode(request.GetOlds()), inputs)
	if err != nil {
		return nil, err
	}
	if !p.Legacy {
		return differences(prior, planned, replaced), nil
	}
	response := detailedDifferences(resource.Fields, prior, planned, replaced)
	response.DeleteBeforeReplace = len(response.Replaces) > 0 && resource.named(inputs)
	return response, nil
}

// Create makes the resource, or in a preview tells what is known of it.
func (p *Plugin) Create(ctx context.Context, request *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	ctx, resource, _, err := p.find(ctx, request.GetUrn())
	if err != nil {
		return nil, err
	}
	p.ignoreTimeout(ctx, request.GetUrn(), "create", request.GetTimeout())
	_, state, _, err := p.change(resource, nil, rpc.Decode(request.GetProperties()))
	if err != nil {
		return nil, err
	}
	if request.GetPreview() {
		return &pulumirpc.CreateResponse{Properties: rpc.Encode(p.outputs(resource, state))}, nil
	}
	err = p.complain(ctx, request.GetUrn(), resource.Create(ctx, state))
	if errors.Is(err, Gone) {
		return nil, fmt.Errorf("expected non-nil error with nil state during Create of %s", request.GetUrn())
	}
	if err != nil {
		return nil, p.failure(resource, state, "creating "+request.GetUrn(), err)
	}
	return &pulumirpc.CreateResponse{Id: resource.id(state), Properties: rpc.Encode(p.record(resource, state))}, nil
}

// Update changes the resource in place.
func (p *Plugin) Update(ctx context.Context, request *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	ctx, resource, _, err := p.find(ctx, request.GetUrn())
	if err != nil {
		return nil, err
	}
	p.ignoreTimeout(ctx, request.GetUrn(), "update", request.GetTimeout())
	prior, state, _, err := p.change(resource, rpc.Decode(request.GetOlds()), rpc.Decode(request.GetNews()))
	if err != nil {
		return nil, err
	}
	if request.GetPreview() {
		return &pulumirpc.UpdateResponse{Properties: rpc.Encode(p.outputs(resource, state))}, nil
	}
	if resource.Update != nil {
		err := p.complain(ctx, request.GetUrn(), resource.Update(ctx, prior, state))
		if errors.Is(err, Gone) {
			return nil, fmt.Errorf("Resource provider reported that the resource did not exist while updating %s.\n\n"+
				"This is usually a result of the resource having been deleted outside of Pulumi, and can often be fixed by "+
				"running `pulumi refresh` before updating.", request.GetUrn())
		}
		if err != nil {
			return nil, p.failure(resource, state, "updating "+request.GetUrn(), err)
		}
	}
	return &pulumirpc.UpdateResponse{Properties: rpc.Encode(p.record(resource, state))}, nil
}

// Delete removes the resource.
func (p *Plugin) Delete(ctx context.Context, request *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	ctx, resource, _, err := p.find(ctx, request.GetUrn())
	if err != nil || resource.Delete == nil {
		return &emptypb.Empty{}, err
	}
	state, err := Coerce(resource.Fields, rpc.Decode(request.GetProperties()))
	if err != nil {
		return nil, err
	}
	if err := resource.Delete(ctx, state); err != nil {
		return nil, p.failure(resource, nil, "deleting "+request.GetUrn(), err)
	}
	return &emptypb.Empty{}, nil
}
