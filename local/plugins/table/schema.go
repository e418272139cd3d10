package table

import (
	"context"
	"encoding/json"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// GetSchema describes the resources, so that `pulumi import` can write a program for what it imports, the functions and
// the settings, for programs in YAML.
func (p *Plugin) GetSchema(context.Context, *pulumirpc.GetSchemaRequest) (*pulumirpc.GetSchemaResponse, error) {
	types, resources, functions := map[string]any{}, map[string]any{}, map[string]any{}
	for token, resource := range p.Resources {
		d := description{token: token, types: types}
		outputs, inputs := d.properties("", resource.Fields, false), d.properties("", resource.Fields, true)
		resources[token] = map[string]any{
			"properties": outputs.properties, "required": outputs.required,
			"inputProperties": inputs.properties, "requiredInputs": inputs.required,
		}
	}
	for token, function := range p.Functions {
		functions[token] = function.describe(description{token: token, types: types})
	}
	settings := description{token: p.Name + ":index/Provider:Provider", types: types}.properties("", p.Settings, true).properties
	text, err := json.Marshal(map[string]any{
		"name": p.Name, "version": p.Version, "resources": resources, "functions": functions, "types": types,
		"config":   map[string]any{"variables": settings},
		"provider": map[string]any{"properties": settings, "inputProperties": settings},
		// A token's module ends before its slash: tls:index/privateKey:PrivateKey is of tls:index.
		"meta": map[string]any{"moduleFormat": "(.*)(?:/[^/]*)"},
	})
	return &pulumirpc.GetSchemaResponse{Schema: string(text)}, err
}

// describe tells that a function gives back its arguments, an id, and its results.
func (f *Function) describe(d description) map[string]any {
	inputs, results := d.properties("", f.Fields, true), d.properties("", f.Results, true)
	outputs := map[string]any{"id": map[string]any{"type": "string"}}
	for _, properties := range []map[string]any{inputs.properties, results.properties} {
		for name, property := range properties {
			outputs[name] = property
		}
	}
	return map[string]any{
		"inputs":  map[string]any{"type": "object", "properties": inputs.properties, "required": inputs.required},
		"outputs": map[string]any{"type": "object", "properties": outputs, "required": append(results.required, "id")},
	}
}

// description is a part of the schema, and the types of its objects.
type description struct {
	token string
	types map[string]any
}

type described struct {
	properties map[string]any
	required   []string
}

func (d description) properties(path string, fields []Field, inputs bool) described {
	found := described{map[string]any{}, []string{}}
	for _, field := range fields {
		// What is inside an object is told of in one place for inputs and outputs.
		if path == "" && (field.Name == "id" || inputs && field.Output) {
			continue
		}
		found.properties[field.Name] = d.property(path, &field)
		made := field.AutoName || field.Output || field.Computed
		if field.Required && !field.AutoName || !inputs && made {
			found.required = append(found.required, field.Name)
		}
	}
	return found
}

func (d description) property(path string, field *Field) map[string]any {
	text := map[string]any{"type": "string"}
	property := map[string]any{"type": typeNames[field.Kind]}
	inside := path + strings.ToUpper(field.Name[:1]) + field.Name[1:]
	switch field.Kind {
	case List, Set:
		property["items"] = text
	case Map:
		property["additionalProperties"] = text
	case Object:
		property = map[string]any{"$ref": "#/types/" + d.object(inside, field.Fields)}
	case Objects:
		property["items"] = map[string]any{"$ref": "#/types/" + d.object(strings.TrimSuffix(inside, "s"), field.Fields)}
	}
	if field.Secret {
		property["secret"] = true
	}
	return property
}

// object describes the type of an object, and gives its token: tls:index/CertRequestSubject:CertRequestSubject.
func (d description) object(path string, fields []Field) string {
	module, owner := d.token[:strings.Index(d.token, "/")], d.token[strings.LastIndex(d.token, ":")+1:]
	token := module + "/" + owner + path + ":" + owner + path
	inside := d.properties(path, fields, true)
	d.types[token] = map[string]any{"type": "object", "properties": inside.properties, "required": inside.required}
	return token
}
