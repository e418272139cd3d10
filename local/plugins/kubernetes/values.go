package kubernetes

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"edge-registry/local/plugins/rpc"
)

type (
	object     = unstructured.Unstructured
	properties = map[string]any
)

// decode keeps secrets marked: some outputs are derived from them.
var decode = rpc.DecodeMarked

// dashed are the schema keywords that the SDK spells with underscores, because they are property names there.
var dashed = map[string]string{
	"x_kubernetes_embedded_resource":       "x-kubernetes-embedded-resource",
	"x_kubernetes_int_or_string":           "x-kubernetes-int-or-string",
	"x_kubernetes_list_map_keys":           "x-kubernetes-list-map-keys",
	"x_kubernetes_list_type":               "x-kubernetes-list-type",
	"x_kubernetes_map_type":                "x-kubernetes-map-type",
	"x_kubernetes_preserve_unknown_fields": "x-kubernetes-preserve-unknown-fields",
	"x_kubernetes_validations":             "x-kubernetes-validations",
}

var underscored = func() map[string]string {
	inverse := make(map[string]string, len(dashed))
	for underscore, dash := range dashed {
		inverse[dash] = underscore
	}
	return inverse
}()

// toObject is what the API server understands: no secret marks, keywords with dashes.
func toObject(from properties) *object {
	return &object{Object: convert(from, dashed).(properties)}
}

// toProperties is what the SDK understands; the result shares nothing with the object.
func toProperties(from *object) properties {
	return convert(from.Object, underscored).(properties)
}

func convert(value any, keys map[string]string) any {
	switch value := value.(type) {
	case rpc.Secret:
		return convert(value.Value, keys)
	case properties:
		converted := make(properties, len(value))
		for key, element := range value {
			if renamed, found := keys[key]; found {
				key = renamed
			}
			converted[key] = convert(element, keys)
		}
		return converted
	case []any:
		converted := make([]any, len(value))
		for i, element := range value {
			converted[i] = convert(element, keys)
		}
		return converted
	case int64:
		return float64(value) // the only number the engine knows
	}
	return value
}

// withoutNulls drops the entries of maps that are null, as the SDKs do: a manifest's empty "labels:" says nothing. The API
// server drops them as well, so that they would look like changes for ever.
func withoutNulls(value any) any {
	switch value := value.(type) {
	case properties:
		kept := make(properties, len(value))
		for key, element := range value {
			if element != nil {
				kept[key] = withoutNulls(element)
			}
		}
		return kept
	case []any:
		kept := make([]any, len(value))
		for i, element := range value {
			kept[i] = withoutNulls(element)
		}
		return kept
	}
	return value
}

// hasUnknown tells whether a value is only known once something else has been created.
func hasUnknown(value any) bool {
	return contains(value, func(v any) bool { _, unknown := v.(rpc.Unknown); return unknown })
}

func hasSecret(value any) bool {
	return contains(value, func(v any) bool { _, secret := v.(rpc.Secret); return secret })
}

func contains(value any, is func(any) bool) bool {
	if is(value) {
		return true
	}
	switch value := value.(type) {
	case rpc.Secret:
		return contains(value.Value, is)
	case properties:
		for _, element := range value {
			if contains(element, is) {
				return true
			}
		}
	case []any:
		for _, element := range value {
			if contains(element, is) {
				return true
			}
		}
	}
	return false
}
