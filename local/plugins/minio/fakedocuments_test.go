package minio

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// fakeDocuments is an S3 server that keeps what is set for the bucket images, as it was sent.
type fakeDocuments struct {
	sync.Mutex
	kept   map[string]string // by the parameter that names it
	refuse string            // is told to whoever asks, if it is set
}

func newFakeDocuments(t *testing.T) (*fakeDocuments, map[string]any) {
	fake := &fakeDocuments{kept: map[string]string{}}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	return fake, map[string]any{"minioServer": strings.TrimPrefix(server.URL, "http://"), "minioUser": "user", "minioPassword": "password"}
}

func (f *fakeDocuments) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.Lock()
	defer f.Unlock()
	fail := func(status int, code string) {
		w.WriteHeader(status)
		fmt.Fprintf(w, "<Error><Code>%s</Code><Message>%s</Message></Error>", code, code)
	}
	name := "lifecycle"
	if r.URL.Query().Has("notification") {
		name = "notification"
	}
	switch document := f.kept[name]; {
	case r.URL.Query().Has("location"):
		fmt.Fprint(w, `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">us-east-1</LocationConstraint>`)
	case f.refuse != "":
		fail(http.StatusBadRequest, f.refuse)
	case r.URL.Path != "/images/":
		fail(http.StatusNotFound, "NoSuchBucket")
	case r.Method == http.MethodPut:
		body, _ := io.ReadAll(r.Body)
		f.kept[name] = string(body)
	case r.Method == http.MethodDelete:
		delete(f.kept, name)
		w.WriteHeader(http.StatusNoContent)
	case document == "" && name == "lifecycle":
		fail(http.StatusNotFound, "NoSuchLifecycleConfiguration")
	case document == "":
		fmt.Fprint(w, "<NotificationConfiguration></NotificationConfiguration>")
	default:
		fmt.Fprint(w, document)
	}
}
