package kubernetes

import (
	"context"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
)

// functions give the objects of which the SDKs' older components make resources themselves.
var functions = map[string]func(*provider, context.Context, properties) ([]any, error){
	"kubernetes:kustomize:directory": (*provider).buildDirectory,
	"kubernetes:yaml:decode":         (*provider).decodeManifest,
}

// Invoke calls a function.
func (p *provider) Invoke(ctx context.Context, request *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	if err := refuseHelm(request.GetTok()); err != nil {
		return nil, err
	}
	function, known := functions[request.GetTok()]
	if !known {
		return nil, fmt.Errorf("unknown Invoke type %q", request.GetTok())
	}
	objects, err := function(p, ctx, rpc.Decode(request.GetArgs()))
	if err != nil {
		return nil, err
	}
	return &pulumirpc.InvokeResponse{Return: rpc.Encode(properties{"result": objects})}, nil
}

// required is an argument that a function cannot do without.
func required(arguments properties, name string) (string, error) {
	text, given := arguments[name].(string)
	if !given {
		return "", fmt.Errorf("missing required field '%s' of type string", name)
	}
	return text, nil
}
