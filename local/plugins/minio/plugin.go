// Package minio stands in for the published minio plugin, for buckets and what belongs to them.
package minio

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"sync/atomic"

	"github.com/minio/minio-go/v7"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
)

// kind is one type of resource. Each function fills in the state; the state's id is the bucket's name.
type kind struct {
	table.Resource
	// defaults go into the inputs of whoever leaves them out.
	defaults table.Values
	// put creates or, with a prior state, updates.
	put    func(ctx context.Context, store *store, prior, state table.Values) error
	read   func(ctx context.Context, store *store, state table.Values) (exists bool, err error)
	delete func(ctx context.Context, store *store, state table.Values) error
}

var kinds = map[string]*kind{
	"minio:index/s3Bucket:S3Bucket":                     bucket(),
	"minio:index/s3BucketPolicy:S3BucketPolicy":         bucketPolicy(),
	"minio:index/s3BucketVersioning:S3BucketVersioning": bucketVersioning(),
}

type plugin struct {
	table.Plugin
	store atomic.Pointer[store]
}

// store is the S3 server and how it is reached.
type store struct {
	*minio.Client
	region string
	quotas quotaSetter
}

// New makes the plugin's service.
func New(engine *rpc.Engine) pulumirpc.ResourceProviderServer {
	return &plugin{Plugin: table.Plugin{Engine: engine, Name: "minio", Version: "0.17.1"}}
}

func kindOf(urn string) (found *kind, name string, err error) {
	token, name, err := table.ParseURN(urn)
	if err == nil {
		if found = kinds[token]; found == nil {
			err = fmt.Errorf("%s needs the published minio plugin; this one makes S3Bucket, S3BucketPolicy and S3BucketVersioning", token)
		}
	}
	return found, name, err
}

// Check refuses bad inputs.
func (p *plugin) Check(_ context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	kind, name, err := kindOf(request.GetUrn())
	if err != nil {
		return nil, err
	}
	given := rpc.Decode(request.GetNews())
	inputs, reasons := checkObject(kind.Fields, given, name, "", "")
	defaulted := []any{}
	for name, value := range kind.defaults {
		if _, present := inputs[name]; !present {
			inputs[name], defaulted = value, append(defaulted, name)
		}
	}
	inputs["__defaults"] = defaulted
	response := &pulumirpc.CheckResponse{Inputs: rpc.Encode(inputs)}
	for _, reason := range reasons {
		response.Failures = append(response.Failures, &pulumirpc.CheckFailure{Reason: reason})
	}
	return response, nil
}

// Diff plans the change from what is to what the inputs ask for.
func (p *plugin) Diff(_ context.Context, request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	kind, _, err := kindOf(request.GetUrn())
	if err != nil {
		return nil, err
	}
	prior, planned, replaced, err := kind.Change(rpc.Decode(request.GetOlds()), rpc.Decode(request.GetNews()))
	if err != nil {
		return nil, err
	}
	return table.DetailedDifferences(prior, planned, replaced), nil
}

// Create makes the resource, or in a preview tells what is known of it.
func (p *plugin) Create(ctx context.Context, request *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	kind, _, err := kindOf(request.GetUrn())
	if err != nil {
		return nil, err
	}
	_, state, _, err := kind.Change(nil, rpc.Decode(request.GetProperties()))
	if err != nil {
		return nil, err
	}
	if request.GetPreview() {
		return &pulumirpc.CreateResponse{Properties: rpc.Encode(kind.nullable(state))}, nil
	}
	if err := kind.put(ctx, p.store.Load(), nil, state); err != nil {
		return nil, initFailure(state.Text("id"), kind.nullable(state), "creating "+request.GetUrn(), err)
	}
	return &pulumirpc.CreateResponse{Id: state.Text("id"), Properties: rpc.Encode(kind.nullable(state))}, nil
}

// Update changes the resource in place.
func (p *plugin) Update(ctx context.Context, request *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	kind, _, err := kindOf(request.GetUrn())
	if err != nil {
		return nil, err
	}
	prior, state, _, err := kind.Change(rpc.Decode(request.GetOlds()), rpc.Decode(request.GetNews()))
	if err != nil {
		return nil, err
	}
	if !request.GetPreview() {
		if err := kind.put(ctx, p.store.Load(), prior, state); err != nil {
			return nil, initFailure(request.GetId(), kind.nullable(state), "updating "+request.GetUrn(), err)
		}
	}
	return &pulumirpc.UpdateResponse{Properties: rpc.Encode(kind.nullable(state))}, nil
}

// Read refreshes a known state, or imports by the bucket's name.
func (p *plugin) Read(ctx context.Context, request *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	kind, _, err := kindOf(request.GetUrn())
	if err != nil {
		return nil, err
	}
	old := rpc.Decode(request.GetProperties())
	state, err := table.Coerce(kind.Fields, old)
	if err != nil {
		return nil, err
	}
	state["id"] = request.GetId()
	exists, err := kind.read(ctx, p.store.Load(), state)
	if err != nil {
		return nil, fmt.Errorf("refreshing %s: %w", request.GetUrn(), occurred(err))
	}
	if !exists {
		return &pulumirpc.ReadResponse{}, nil
	}
	inputs := table.RefreshInputs(rpc.Decode(request.GetInputs()), state)
	if len(old) == 0 {
		inputs = kind.Inputs(state)
		maps.DeleteFunc(inputs, func(name string, value any) bool { return value == kind.defaults[name] })
		inputs["__defaults"] = []any{}
	}
	return &pulumirpc.ReadResponse{Id: request.GetId(), Properties: rpc.Encode(kind.nullable(state)), Inputs: rpc.Encode(inputs)}, nil
}

// Delete removes the resource; one that is gone already is no error.
func (p *plugin) Delete(ctx context.Context, request *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	kind, _, err := kindOf(request.GetUrn())
	if err != nil {
		return nil, err
	}
	state, err := table.Coerce(kind.Fields, rpc.Decode(request.GetProperties()))
	if err != nil {
		return nil, err
	}
	state["id"] = request.GetId()
	err = kind.delete(ctx, p.store.Load(), state)
	var answer minio.ErrorResponse
	if err != nil && !(errors.As(err, &answer) && answer.Code == minio.NoSuchBucket) {
		return nil, fmt.Errorf("deleting %s: %w", request.GetUrn(), occurred(err))
	}
	return &emptypb.Empty{}, nil
}

// nullable shows what is not set as null, as the published plugin does.
func (k *kind) nullable(state table.Values) map[string]any {
	outputs := maps.Clone(map[string]any(state))
	for _, field := range k.Fields {
		if _, set := outputs[field.Name]; !set {
			outputs[field.Name] = nil
		}
	}
	// The published plugin gives this number back as text.
	if quota, set := outputs["quota"].(float64); set {
		outputs["quota"] = strconv.FormatFloat(quota, 'f', -1, 64)
	}
	return outputs
}

// initFailure keeps what was made in state, for the next up to repair; what has no id was not made.
func initFailure(id string, outputs map[string]any, doing string, err error) error {
	if id == "" {
		return occurred(err)
	}
	reason := fmt.Sprintf("%s: %v", doing, occurred(err))
	failure, detailErr := status.New(codes.Unknown, reason).WithDetails(&pulumirpc.ErrorResourceInitFailed{
		Id: id, Properties: rpc.Encode(outputs), Reasons: []string{reason},
	})
	if detailErr != nil {
		return detailErr
	}
	return failure.Err()
}

// occurred words errors as the published plugin does.
func occurred(err error) error {
	joined, several := err.(interface{ Unwrap() []error })
	if !several {
		return fmt.Errorf("1 error occurred:\n\t* %w\n\n", err)
	}
	text := fmt.Sprintf("%d errors occurred:\n", len(joined.Unwrap()))
	for _, one := range joined.Unwrap() {
		text += fmt.Sprintf("\t* %v\n", one)
	}
	return errors.New(text + "\n")
}
