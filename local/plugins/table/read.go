package table

import (
	"context"
	"errors"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
)

// Read refreshes a known state, or imports by id.
func (p *Plugin) Read(ctx context.Context, request *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	ctx, resource, _, err := p.find(ctx, request.GetUrn())
	if err != nil {
		return nil, err
	}
	old := rpc.Decode(request.GetProperties())
	var state Values
	if len(old) > 0 {
		state, err = resource.recorded(old)
	} else if resource.Import == nil && p.Legacy {
		return &pulumirpc.ReadResponse{}, nil // the engine then says that there is no such resource
	} else {
		state, err = resource.imported(request.GetId())
		err = p.complain(ctx, request.GetUrn(), err)
	}
	if err != nil {
		return nil, err
	}
	if resource.Read != nil {
		exists, err := resource.Read(ctx, state)
		if p.complain(ctx, request.GetUrn(), err) != nil {
			return nil, p.failure(resource, nil, "refreshing "+request.GetUrn(), err)
		}
		if !exists {
			return &pulumirpc.ReadResponse{}, nil
		}
	}
	sortSets(resource.Fields, state)
	inputs := refreshInputs(rpc.Decode(request.GetInputs()), state)
	if len(old) == 0 {
		inputs = importInputs(resource.Fields, state, p.Legacy)
	}
	return &pulumirpc.ReadResponse{
		Id:         resource.id(state),
		Properties: rpc.Encode(p.record(resource, state)),
		Inputs:     rpc.Encode(resource.hide(inputs)),
	}, nil
}

// imported is the state that Read completes.
func (r *Resource) imported(id string) (Values, error) {
	if r.Import == nil {
		return nil, errors.New("Resource Import Not Implemented: This resource does not support import. " +
			"Please contact the provider developer for additional information.")
	}
	return r.Import(id)
}
