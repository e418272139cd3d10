package minio

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAQuotaIsSetAndTakenAway(t *testing.T) {
	fake := &fakeStore{removed: map[string]bool{}}
	asked, refuse := "", false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/minio/admin/") {
			fake.ServeHTTP(w, r)
			return
		}
		body, _ := io.ReadAll(r.Body)
		asked = r.URL.Path + " " + r.URL.RawQuery + " " + string(body)
		if refuse {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"Code":"XMinioAdminBucketQuotaExceeded","Message":"too much"}`)
		}
	}))
	defer server.Close()
	c := client(t, "Bucket", map[string]any{"minioServer": strings.TrimPrefix(server.URL, "http://"), "minioUser": "user", "minioPassword": "password"})
	_, state := c.Create(map[string]any{"bucket": "images", "acl": "private", "quota": 1000.0})
	want := `/minio/admin/v3/set-bucket-quota bucket=images {"quota":1000,"quotatype":"hard"}`
	if asked != want || state["quota"] != 1000.0 {
		t.Errorf("expected %s, got %s, %v", want, asked, state)
	}
	asked = ""
	if _, err := c.Update(state, map[string]any{"bucket": "images", "acl": "private", "quota": 1000.0, "forceDestroy": true}); err != nil || asked != "" {
		t.Errorf("expected the quota to be left alone, got %q, %v", asked, err)
	}
	if _, err := c.Update(state, map[string]any{"bucket": "images", "acl": "private"}); err != nil || !strings.Contains(asked, `"quota":0`) {
		t.Errorf("expected no quota, got %q, %v", asked, err)
	}
	refuse = true
	_, err := c.Update(state, map[string]any{"bucket": "images", "acl": "private", "quota": 5.0})
	want = "2 errors occurred:\n\t* [FATAL] unable to set bucket quota (images): too much\n\t* [FATAL] [Quota] Unable to update bucket (images)\n\n"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("expected %q, got %v", want, err)
	}
}
