package rpc

import (
	"google.golang.org/protobuf/types/known/structpb"
)

// Unknown is a value that will only be known once something else has been created.
type Unknown struct{}

// Secret marks an output that the engine must encrypt. Inputs never carry it: the plugins do not accept secrets, so
// that the engine by itself keeps every output secret whose input of the same name is.
type Secret struct{ Value any }

// Resource refers to a resource that the plugin itself registered.
type Resource struct{ URN, ID string }

// The engine's wire format, from sdk/go/common/resource/sig and plugin/rpc.go of the SDK.
const (
	signature         = "4dabf18193072939515e22adb298388d"
	secretSignature   = "1b47061264138c4ac30d75fd1eb44270"
	outputSignature   = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
	resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e"
	unknownString     = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
)

var unknowns = map[string]bool{
	unknownString:                          true,
	"1c4a061d-8072-4f0a-a4cb-0ff528b18fe7": true, // boolean
	"3eeb2bf0-c639-47a8-9e75-3b44932eb421": true, // number
	"6a19a0b0-7e62-4c92-b797-7f8e31da9cc2": true, // array
	"030794c1-ac77-496b-92df-f27374a8bd58": true, // asset
	"e48ece36-62e2-4504-bad9-02848725956a": true, // archive
	"dd056dcd-154b-4c76-9bd3-c8f88648b5ff": true, // object
}

// Decode gives the properties as plain values: nil, bool, float64, string, []any, map[string]any and Unknown.
func Decode(properties *structpb.Struct) map[string]any {
	return decoder{}.properties(properties)
}

// DecodeMarked leaves secrets marked as Secret, so that whatever is derived from one can be marked again.
func DecodeMarked(properties *structpb.Struct) map[string]any {
	return decoder{marking: true}.properties(properties)
}

type decoder struct{ marking bool }

func (d decoder) properties(from *structpb.Struct) map[string]any {
	decoded := make(map[string]any, len(from.GetFields()))
	for name, value := range from.GetFields() {
		decoded[name] = d.value(value)
	}
	return decoded
}

func (d decoder) value(value *structpb.Value) any {
	switch kind := value.GetKind().(type) {
	case *structpb.Value_StringValue:
		if unknowns[kind.StringValue] {
			return Unknown{}
		}
	case *structpb.Value_ListValue:
		list := make([]any, len(kind.ListValue.GetValues()))
		for i, element := range kind.ListValue.GetValues() {
			list[i] = d.value(element)
		}
		return list
	case *structpb.Value_StructValue:
		fields := kind.StructValue.GetFields()
		mark := fields[signature].GetStringValue()
		if mark != secretSignature && mark != outputSignature {
			return d.properties(kind.StructValue)
		}
		var inner any = Unknown{}
		if given, known := fields["value"]; known {
			inner = d.value(given)
		}
		if d.marking && (mark == secretSignature || fields["secret"].GetBoolValue()) {
			return Secret{inner}
		}
		return inner
	}
	return value.AsInterface()
}

// Encode is the inverse of Decode and takes Secret as well.
func Encode(properties map[string]any) *structpb.Struct {
	fields := make(map[string]*structpb.Value, len(properties))
	for name, value := range properties {
		fields[name] = encodeValue(value)
	}
	return &structpb.Struct{Fields: fields}
}

func encodeValue(value any) *structpb.Value {
	switch value := value.(type) {
	case string:
		return structpb.NewStringValue(value)
	case bool:
		return structpb.NewBoolValue(value)
	case float64:
		return structpb.NewNumberValue(value)
	case Unknown:
		return structpb.NewStringValue(unknownString)
	case Secret:
		return structpb.NewStructValue(Encode(map[string]any{signature: secretSignature, "value": value.Value}))
	case Resource:
		reference := map[string]any{signature: resourceSignature, "urn": value.URN, "id": value.ID}
		if value.ID == "" {
			reference["id"] = Unknown{}
		}
		return structpb.NewStructValue(Encode(reference))
	case []any:
		list := &structpb.ListValue{}
		for _, element := range value {
			list.Values = append(list.Values, encodeValue(element))
		}
		return structpb.NewListValue(list)
	case map[string]any:
		return structpb.NewStructValue(Encode(value))
	}
	return structpb.NewNullValue()
}
