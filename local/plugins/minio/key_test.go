package minio

import (
	"strings"
	"testing"

	"edge-registry/local/plugins/table/tabletest"
)

func kms(t *testing.T, config map[string]any) tabletest.Client {
	c := client(t, "", config)
	c.Type = "minio:index/kmsKey:KmsKey"
	return c
}

func TestAKeyIsMadeReadAndRemoved(t *testing.T) {
	fake, config := newFakeAdmin(t)
	fake.keys = map[string]keyStatus{}
	c := kms(t, config)
	id, state := c.Create(map[string]any{"keyId": "images"})
	if _, made := fake.keys["images"]; id != "images" || state["keyId"] != "images" || !made {
		t.Errorf("expected a key, got %s, %v, %v", id, state, fake.keys)
	}
	if inputs, imported, err := c.Import("images"); err != nil || inputs["keyId"] != "images" || imported["id"] != "images" {
		t.Errorf("expected the key, got %v, %v, %v", inputs, imported, err)
	}
	if replaced := c.Diff(state, map[string]any{"keyId": "others"}).GetReplaces(); len(replaced) != 1 {
		t.Errorf("expected another key for another name, got %v", replaced)
	}
	want := "[FATAL] error creating service account (images): We encountered an internal error, please try again. (key with given key ID already exits)"
	if got := c.CreateError(map[string]any{"keyId": "images"}); !strings.Contains(got, want) {
		t.Errorf("expected %q, got %q", want, got)
	}
	want = "[FATAL] unable to remove KMS key (images): An error occurred when parsing the HTTP request DELETE at '/minio/kms/v1/key/delete'"
	if err := remove(c, id, state); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("expected %q, got %v", want, err)
	}
	fake.removesKeys = true
	if err := remove(c, id, state); err != nil || len(fake.keys) > 0 {
		t.Errorf("expected no key, got %v, %v", fake.keys, err)
	}
}

func TestAKeyThatDoesNotWorkIsTold(t *testing.T) {
	fake, config := newFakeAdmin(t)
	c := kms(t, config)
	fake.keys = map[string]keyStatus{"broken": {Decryption: "The generated and the decrypted data key do not match"}}
	for name, want := range map[string]string{
		"gone":   "[FATAL] KMS key has encryption error (gone): key with given key ID does not exist",
		"broken": "[FATAL] KMS key has decryption error (broken): The generated and the decrypted data key do not match",
	} {
		if _, _, err := c.Import(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("expected %q, got %v", want, err)
		}
	}
	fake.keys = nil
	if _, state, err := c.Import("gone"); err != nil || len(state) > 0 {
		t.Errorf("expected a server without keys to have none, got %v, %v", state, err)
	}
	want := "[FATAL] error creating service account (images): Server side encryption specified but KMS is not configured"
	if got := c.CreateError(map[string]any{"keyId": "images"}); !strings.Contains(got, want) {
		t.Errorf("expected %q, got %q", want, got)
	}
}
