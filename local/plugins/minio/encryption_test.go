package minio

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
)

func TestEncryptionIsSetChangedReadAndRemoved(t *testing.T) {
	document := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch query := r.URL.Query(); {
		case query.Has("location"):
			fmt.Fprint(w, `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">us-east-1</LocationConstraint>`)
		case query.Has("encryption") && r.Method == http.MethodPut:
			body, _ := io.ReadAll(r.Body)
			document = string(body)
		case query.Has("encryption") && r.Method == http.MethodDelete:
			document = ""
			w.WriteHeader(http.StatusNoContent)
		case document == "":
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, "<Error><Code>ServerSideEncryptionConfigurationNotFoundError</Code></Error>")
		default:
			fmt.Fprint(w, document)
		}
	}))
	defer server.Close()
	c := client(t, "BucketServerSideEncryption", map[string]any{"minioServer": strings.TrimPrefix(server.URL, "http://"), "minioUser": "user", "minioPassword": "password"})
	inputs := map[string]any{"bucket": "images", "encryptionType": "aws:kms", "kmsKeyId": "first"}
	id, state := c.Create(inputs)
	if id != "images" || !strings.Contains(document, "<KMSMasterKeyID>first</KMSMasterKeyID><SSEAlgorithm>aws:kms<") {
		t.Errorf("expected the first key for images, got %s, %s", id, document)
	}
	inputs["kmsKeyId"] = "second"
	if diff := c.Diff(state, inputs); len(diff.GetReplaces()) > 0 || strings.Join(diff.GetDiffs(), " ") != "kmsKeyId" {
		t.Errorf("expected the key to be updated, got %v of %v", diff.GetReplaces(), diff.GetDiffs())
	}
	urn := "urn:pulumi:t::p::" + c.Type + "::name"
	if _, err := c.Plugin.Update(t.Context(), &pulumirpc.UpdateRequest{Urn: urn, Id: id, Olds: rpc.Encode(state), News: rpc.Encode(inputs)}); err != nil {
		t.Fatal(err)
	}
	_, imported, err := c.Import(id)
	if err != nil || imported["kmsKeyId"] != "second" || imported["bucket"] != "images" || imported["encryptionType"] != "aws:kms" {
		t.Errorf("expected the second key, got %v, %v", imported, err)
	}
	if err := remove(c, id, state); err != nil || document != "" {
		t.Errorf("expected no encryption, got %s, %v", document, err)
	}
	if _, state, err := c.Import(id); err != nil || len(state) > 0 {
		t.Errorf("expected what is gone to be forgotten, got %v, %v", state, err)
	}
	inputs["encryptionType"] = "AES256"
	if reasons := strings.Join(c.Check(inputs), "\n"); !strings.Contains(reasons, `expected encryption_type to be one of ["aws:kms"], got AES256`) {
		t.Errorf("expected AES256 to be refused, got %q", reasons)
	}
}
