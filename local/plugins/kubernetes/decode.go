package kubernetes

import (
	"context"
	"errors"
	"io"
	"strings"

	"k8s.io/apimachinery/pkg/util/yaml"
)

// decodeManifest splits a manifest into objects for yaml.ConfigFile and yaml.ConfigGroup.
func (p *provider) decodeManifest(_ context.Context, arguments properties) ([]any, error) {
	text, err := required(arguments, "text")
	if err != nil {
		return nil, err
	}
	namespace, _ := arguments["defaultNamespace"].(string)
	return p.split(text, namespace)
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
