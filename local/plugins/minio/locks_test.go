package minio

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
)

// fakeSettings are a bucket's in MinIO, which writes all of them back to change one.
type fakeSettings struct {
	sync.Mutex
	set map[string]bool
}

func (f *fakeSettings) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Has("location") {
		fmt.Fprint(w, `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">us-east-1</LocationConstraint>`)
		return
	}
	name, _, _ := strings.Cut(r.URL.RawQuery, "=")
	f.Lock()
	changed := maps.Clone(f.set)
	f.Unlock()
	time.Sleep(10 * time.Millisecond) // on the disk, as it were
	changed[name] = r.Method == http.MethodPut
	f.Lock()
	f.set = changed
	f.Unlock()
	if r.Method == http.MethodDelete {
		w.WriteHeader(http.StatusNoContent)
	}
}

func TestWhatIsSetForABucketAtOnceIsKept(t *testing.T) {
	fake := &fakeSettings{set: map[string]bool{}}
	server := httptest.NewServer(fake)
	defer server.Close()
	c := client(t, "", map[string]any{"minioServer": strings.TrimPrefix(server.URL, "http://"), "minioUser": "user", "minioPassword": "password"})
	kinds := map[string]table.Values{
		"s3BucketPolicy:S3BucketPolicy":                             {"policy": "{}"},
		"s3BucketVersioning:S3BucketVersioning":                     {"versioningConfiguration": map[string]any{"status": "Enabled"}},
		"s3BucketServerSideEncryption:S3BucketServerSideEncryption": {"encryptionType": "aws:kms", "kmsKeyId": "key"},
		"s3BucketNotification:S3BucketNotification":                 {},
	}
	var setting sync.WaitGroup
	each := func(do func(urn string, inputs table.Values) error) (set []string) {
		for kind, inputs := range kinds {
			inputs["bucket"], inputs["id"] = "images", "images"
			setting.Go(func() {
				if err := do("urn:pulumi:t::p::minio:index/"+kind+"::name", inputs); err != nil {
					t.Error(err)
				}
			})
		}
		setting.Wait()
		fake.Lock()
		defer fake.Unlock()
		for name, isSet := range fake.set {
			if isSet {
				set = append(set, name)
			}
		}
		return set
	}
	made := each(func(urn string, inputs table.Values) error {
		_, err := c.Plugin.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urn, Properties: rpc.Encode(inputs)})
		return err
	})
	if len(made) != len(kinds) {
		t.Errorf("expected %d settings, got %v", len(kinds), made)
	}
	left := each(func(urn string, inputs table.Values) error {
		_, err := c.Plugin.Delete(t.Context(), &pulumirpc.DeleteRequest{Urn: urn, Id: "images", Properties: rpc.Encode(inputs)})
		return err
	})
	// These two are never taken away, but set to nothing.
	if slices.Sort(left); !slices.Equal(left, []string{"notification", "versioning"}) {
		t.Errorf("expected versions to be suspended and nobody to be told, got %v", left)
	}
}
