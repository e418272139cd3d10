package minio

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// fakeStore is an S3 server of one bucket, just enough to watch it being emptied page by page.
type fakeStore struct {
	sync.Mutex
	versions int
	removed  map[string]bool
	exists   bool
}

func (f *fakeStore) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.Lock()
	defer f.Unlock()
	query := r.URL.Query()
	fail := func(status int, code string) {
		w.WriteHeader(status)
		fmt.Fprintf(w, "<Error><Code>%s</Code><Message>%s</Message></Error>", code, code)
	}
	switch {
	case query.Has("location"):
		fmt.Fprint(w, `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">us-east-1</LocationConstraint>`)
	case !f.exists && (r.Method != http.MethodPut || query.Has("versioning")):
		fail(http.StatusNotFound, "NoSuchBucket")
	case r.Method == http.MethodPut:
		f.exists = true
	case query.Has("versions"):
		first, _ := strconv.Atoi(query.Get("key-marker"))
		last := min(first+1000, f.versions)
		fmt.Fprintf(w, "<ListVersionsResult><IsTruncated>%v</IsTruncated><NextKeyMarker>%d</NextKeyMarker>", last < f.versions, last)
		for i := first; i < last; i++ {
			fmt.Fprintf(w, "<Version><Key>object</Key><VersionId>%d</VersionId></Version>", i)
		}
		fmt.Fprint(w, "</ListVersionsResult>")
	case query.Has("uploads"):
		fmt.Fprint(w, "<ListMultipartUploadsResult></ListMultipartUploadsResult>")
	case query.Has("delete"):
		var request struct{ Object []struct{ VersionId string } }
		body, _ := io.ReadAll(r.Body)
		_ = xml.Unmarshal(body, &request)
		for _, object := range request.Object {
			f.removed[object.VersionId] = true
		}
		fmt.Fprint(w, "<DeleteResult></DeleteResult>")
	case r.Method == http.MethodDelete && len(f.removed) < f.versions:
		fail(http.StatusConflict, "BucketNotEmpty")
	case r.Method == http.MethodDelete:
		f.exists = false
		w.WriteHeader(http.StatusNoContent)
	}
}

func asJSON(value any) string {
	text, _ := json.Marshal(value)
	return string(text)
}

func newFake(t *testing.T, versions int) (*fakeStore, map[string]any) {
	fake := &fakeStore{versions: versions, removed: map[string]bool{}}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	return fake, map[string]any{"minioServer": strings.TrimPrefix(server.URL, "http://"), "minioUser": "user", "minioPassword": "password"}
}
