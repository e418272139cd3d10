package rpc

import (
	"fmt"
	"math/rand"
	"reflect"
	"testing"

	"google.golang.org/protobuf/types/known/structpb"
)

func randomValue(random *rand.Rand, depth int) any {
	switch kind := random.Intn(7); {
	case kind == 0:
		return Unknown{}
	case kind == 1:
		return nil
	case kind == 2:
		return random.Intn(2) == 0
	case kind == 3:
		return random.NormFloat64()
	case kind == 4 && depth > 0:
		list := []any{}
		for range random.Intn(4) {
			list = append(list, randomValue(random, depth-1))
		}
		return list
	case kind == 5 && depth > 0:
		return randomObject(random, depth-1)
	}
	return fmt.Sprintf("text %d \"ü\n", random.Int())
}

func randomObject(random *rand.Rand, depth int) map[string]any {
	object := map[string]any{}
	for i := range random.Intn(5) {
		object[fmt.Sprintf("key %d", i)] = randomValue(random, depth)
	}
	return object
}

func TestDecodeUndoesEncode(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for range 2000 {
		object := randomObject(random, 4)
		if decoded := Decode(Encode(object)); !reflect.DeepEqual(decoded, object) {
			t.Fatalf("expected %#v, got %#v", object, decoded)
		}
	}
}

func TestSecretsAreSignedAndOpened(t *testing.T) {
	encoded := Encode(map[string]any{"password": Secret{Value: "s3cr3t"}})
	fields := encoded.GetFields()["password"].GetStructValue().GetFields()
	if fields["4dabf18193072939515e22adb298388d"].GetStringValue() != "1b47061264138c4ac30d75fd1eb44270" {
		t.Errorf("expected the engine's mark of a secret, got %v", fields)
	}
	if decoded := Decode(encoded); decoded["password"] != "s3cr3t" {
		t.Errorf("expected the secret, got %v", decoded)
	}
}

func TestResourcesAreReferredTo(t *testing.T) {
	for id, want := range map[string]string{"id": "id", "": unknownString} {
		encoded := Encode(map[string]any{"made": Resource{URN: "urn", ID: id}})
		fields := encoded.GetFields()["made"].GetStructValue().GetFields()
		mark, found := fields["4dabf18193072939515e22adb298388d"].GetStringValue(), fields["id"].GetStringValue()
		if mark != "5cf8f73096256a8f31e491e813e4eb8e" || found != want || fields["urn"].GetStringValue() != "urn" {
			t.Errorf("expected a reference to %q, got %v", id, fields)
		}
	}
}

func TestMarkedSecretsStayMarked(t *testing.T) {
	object := map[string]any{"list": []any{Secret{Value: map[string]any{"a": Secret{Value: 1.0}}}, Unknown{}}}
	if decoded := DecodeMarked(Encode(object)); !reflect.DeepEqual(decoded, object) {
		t.Errorf("expected %#v, got %#v", object, decoded)
	}
	output := map[string]any{signature: outputSignature, "value": "x"}
	if decoded := DecodeMarked(Encode(map[string]any{"of": output})); decoded["of"] != "x" {
		t.Errorf("expected an output's value, got %#v", decoded)
	}
	output["secret"] = true
	if decoded := DecodeMarked(Encode(map[string]any{"of": output})); decoded["of"] != any(Secret{"x"}) {
		t.Errorf("expected a secret output to be one, got %#v", decoded)
	}
}

func TestEveryUnknownIsUnknown(t *testing.T) {
	for text := range unknowns {
		decoded := Decode(&structpb.Struct{Fields: map[string]*structpb.Value{"x": structpb.NewStringValue(text)}})
		if _, unknown := decoded["x"].(Unknown); !unknown {
			t.Errorf("expected %s to be unknown, got %v", text, decoded["x"])
		}
	}
}
