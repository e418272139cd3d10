package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/util/yaml"

	"edge-registry/local/plugins/rpc"
)

// Invoke splits manifests into objects for yaml.ConfigFile and yaml.ConfigGroup.
func (p *provider) Invoke(_ context.Context, request *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	if request.GetTok() != "kubernetes:yaml:decode" {
		return nil, fmt.Errorf("%s needs the published kubernetes plugin", request.GetTok())
	}
	arguments := rpc.Decode(request.GetArgs())
	text, given := arguments["text"].(string)
	if !given {
		return nil, errors.New("missing required field 'text' of type string")
	}
	namespace, _ := arguments["defaultNamespace"].(string)
	objects, err := p.split(text, namespace)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.InvokeResponse{Return: rpc.Encode(properties{"result": objects})}, nil
}

func (p *provider) split(text, namespace string) ([]any, error) {
	objects := []any{}
	decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 128)
	for {
		var next object
		if err := decoder.Decode(&next.Object); errors.Is(err, io.EOF) {
			return objects, nil
		} else if err != nil {
			return nil, err
		}
		if next.GetKind() == "" || next.GetAPIVersion() == "" {
			continue // an empty document
		}
		if namespace != "" && next.GetNamespace() == "" && p.namespaced(next.GroupVersionKind()) {
			next.SetNamespace(namespace)
		}
		objects = append(objects, convert(next.Object, nil))
	}
}
