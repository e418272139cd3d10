package table

import (
	"context"
	"encoding/json"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// GetSchema describes the resources, so that `pulumi import` can write a program for what it imports.
func (p *Plugin) GetSchema(context.Context, *pulumirpc.GetSchemaRequest) (*pulumirpc.GetSchemaResponse, error) {
	types, resources := map[string]any{}, map[string]any{}
	for token, resource := range p.Resources {
		d := description{token: token, types: types}
		outputs, inputs := d.properties("", resource.Fields, false), d.properties("", resource.Fields, true)
		resources[token] = map[string]any{
			"properties": outputs.properties, "required": outputs.required,
			"inputProperties": inputs.properties, "requiredInputs": inputs.required,
		}
	}
	text, err := json.Marshal(map[string]any{
		"name": p.Name, "version": p.Version, "resources": resources, "types": types,
	})
	return &pulumirpc.GetSchemaResponse{Schema: string(text)}, err
}

// description is a resource's part of the schema, and the types of its objects.
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
		if field.Name == "id" || inputs && field.Output {
			continue
		}
		found.properties[field.Name] = d.property(path, &field)
		if field.Required || !inputs && (field.Output || field.Computed) {
			found.required = append(found.required, field.Name)
		}
	}
	return found
}

func (d description) property(path string, field *Field) map[string]any {
	text := map[string]any{"type": "string"}
	property := map[string]any{}
	switch field.Kind {
	case String:
		property = text
	case Int:
		property["type"] = "integer"
	case Bool:
		property["type"] = "boolean"
	case List:
		property["type"], property["items"] = "array", text
	case Map:
		property["type"], property["additionalProperties"] = "object", text
	case Object:
		property["$ref"] = "#/types/" + d.object(path+strings.ToUpper(field.Name[:1])+field.Name[1:], field.Fields)
	}
	if field.Secret {
		property["secret"] = true
	}
	return property
}

// object describes the type of an object, and gives its token: tls:index/CertRequestSubject:CertRequestSubject.
func (d description) object(path string, fields []Field) string {
	module, resource := d.token[:strings.Index(d.token, "/")], d.token[strings.LastIndex(d.token, ":")+1:]
	token := module + "/" + resource + path + ":" + resource + path
	inside := d.properties(path, fields, true)
	d.types[token] = map[string]any{"type": "object", "properties": inside.properties, "required": inside.required}
	return token
}
