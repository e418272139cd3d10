package kubernetes

import (
	"encoding/base64"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"edge-registry/local/plugins/rpc"
)

// State is the live object with these three beside its own fields; the names are the published plugin's, so that one
// state can be used with either.
const (
	inputsKey            = "__inputs"
	initialAPIVersionKey = "__initialApiVersion"
	fieldManagerKey      = "__fieldManager"
)

// checkpoint is what the engine stores of a resource. Whatever is secret in source stays secret in it.
func checkpoint(inputs, live *object, source properties, apiVersion, manager string) *structpb.Struct {
	state, inputState := toProperties(live), toProperties(inputs)
	markSecrets(state, source)
	markSecrets(inputState, source)
	state[inputsKey] = inputState
	state[initialAPIVersionKey] = apiVersion
	state[fieldManagerKey] = manager
	return rpc.Encode(state)
}

// parseCheckpoint gives back what checkpoint stored, without the secret marks.
func parseCheckpoint(state properties) (inputs, live *object) {
	live = toObject(state)
	stored, _ := live.Object[inputsKey].(properties)
	if stored == nil {
		stored = properties{}
	}
	delete(live.Object, inputsKey)
	return &object{Object: stored}, live
}

// markSecrets marks in outs what is secret in source under the same name, element by element in maps but whole in
// lists, whose order may differ. A Secret's contents are secret however they came there.
func markSecrets(outs, source properties) {
	if outs["kind"] == "Secret" {
		for _, key := range []string{"data", "stringData"} {
			if value, found := outs[key]; found {
				outs[key] = secret(value)
			}
		}
		return
	}
	for key, from := range source {
		to, found := outs[key]
		if !found {
			continue
		}
		toMap, isMap := to.(properties)
		fromMap, fromIsMap := from.(properties)
		if isMap && fromIsMap {
			markSecrets(toMap, fromMap)
		} else if hasSecret(from) {
			outs[key] = secret(to)
		}
	}
}

func secret(value any) any {
	if already, is := value.(rpc.Secret); is {
		return already
	}
	return rpc.Secret{Value: value}
}

// normalizeSecret gives a Secret the shape in which the API server returns it: stringData folded into data, base64
// without stray whitespace.
func normalizeSecret(from *object) *object {
	data, _, err := unstructured.NestedMap(from.Object, "data")
	if err != nil || data == nil {
		data = properties{}
	}
	strings, _, err := unstructured.NestedStringMap(from.Object, "stringData")
	if err == nil && len(strings) > 0 {
		for key, value := range strings {
			data[key] = base64.StdEncoding.EncodeToString([]byte(value))
		}
		unstructured.RemoveNestedField(from.Object, "stringData")
		from.Object["data"] = data
		return from
	}
	for key, value := range data {
		text, _ := value.(string)
		if decoded, err := base64.StdEncoding.DecodeString(text); err == nil && text != "" {
			data[key] = base64.StdEncoding.EncodeToString(decoded)
		}
	}
	if len(data) > 0 {
		from.Object["data"] = data
	}
	return from
}
