package minio

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"edge-registry/local/plugins/table"
)

func TestAnObjectIsSentAndDescribed(t *testing.T) {
	content, kind := "", ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		switch {
		case query.Has("location"):
			fmt.Fprint(w, `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">us-east-1</LocationConstraint>`)
		case query.Has("uploads"):
			kind = r.Header.Get("Content-Type")
			fmt.Fprint(w, "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>")
		case r.Method == http.MethodPut:
			body, _ := io.ReadAll(r.Body)
			content = string(body)
			w.Header().Set("ETag", `"part"`)
		case r.Method == http.MethodPost:
			fmt.Fprint(w, `<CompleteMultipartUploadResult><Bucket>images</Bucket><ETag>"sum-1"</ETag></CompleteMultipartUploadResult>`)
		case r.Method == http.MethodHead && content != "":
			w.Header().Set("ETag", `"sum-1"`)
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")
		case r.Method == http.MethodDelete:
			content = ""
			w.WriteHeader(http.StatusNoContent)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer server.Close()
	c := client(t, "Object", map[string]any{"minioServer": strings.TrimPrefix(server.URL, "http://"), "minioUser": "user", "minioPassword": "password"})
	id, state := c.Create(map[string]any{"bucketName": "images", "objectName": "note", "contentBase64": "aGVsbG8="})
	if id != "note" || !strings.Contains(content, "hello") || state["etag"] != "sum-1" || state["contentType"] != "application/octet-stream" {
		t.Errorf("expected an object of hello, got %s, %q, %v", id, content, state)
	}
	changed := map[string]any{"bucketName": "images", "objectName": "note", "content": "bye"}
	if diff := c.Diff(state, changed); len(diff.GetReplaces()) > 0 || strings.Join(diff.GetDiffs(), " ") != "content contentBase64" {
		t.Errorf("expected the content alone to be updated, got %v of %v", diff.GetReplaces(), diff.GetDiffs())
	}
	if err := remove(c, id, state); err != nil || content != "" {
		t.Errorf("expected the object to go, got %v", err)
	}
	p := c.Plugin.(*plugin)
	if exists, err := p.readObject(t.Context(), state); exists || err != nil {
		t.Errorf("expected an object that is gone to be forgotten, got %v, %v", exists, err)
	}
}

func TestAnObjectCannotBeImported(t *testing.T) {
	c := client(t, "Object", map[string]any{"minioServer": "localhost"})
	if inputs, state, err := c.Import("note"); err != nil || len(inputs) > 0 || len(state) > 0 {
		t.Errorf("expected no such object, got %v, %v, %v", inputs, state, err)
	}
}

func TestAnObjectNeedsContent(t *testing.T) {
	c := client(t, "Object", map[string]any{"minioServer": "localhost"})
	inputs := func(more map[string]any) map[string]any {
		all := map[string]any{"bucketName": "images", "objectName": "note"}
		for name, value := range more {
			all[name] = value
		}
		return all
	}
	for want, more := range map[string]map[string]any{
		"[FATAL] putting object failed (): one of source / content / content_base64 is not set": {"source": "note.txt"},
		"[FATAL] error decoding content_base64 (): illegal base64 data":                         {"contentBase64": "!"},
	} {
		if got := c.CreateError(inputs(more)); !strings.Contains(got, want) {
			t.Errorf("%v: expected %q, got %q", more, want, got)
		}
	}
	for want, more := range map[string]table.Values{
		"object_name must not be empty, got ":                                   {"objectName": ""},
		`Conflicting configuration arguments. "content": conflicts with source`: {"content": "a", "source": "b"},
	} {
		if got := strings.Join(c.Check(inputs(more)), "\n"); !strings.Contains(got, want) {
			t.Errorf("%v: expected %q, got %q", more, want, got)
		}
	}
}
