package minio

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
	"edge-registry/local/plugins/table/tabletest"
)

func client(t *testing.T, kind string, config map[string]any) tabletest.Client {
	t.Helper()
	p := New(&rpc.Engine{})
	if _, err := p.Configure(context.Background(), &pulumirpc.ConfigureRequest{Args: rpc.Encode(config)}); err != nil {
		t.Fatal(err)
	}
	return tabletest.Client{T: t, Plugin: p, Type: fmt.Sprintf("minio:index/s3%s:S3%s", kind, kind)}
}

func remove(c tabletest.Client, id string, state table.Values) error {
	state["id"] = id
	_, err := c.Plugin.Delete(context.Background(), &pulumirpc.DeleteRequest{Urn: "urn:pulumi:t::p::" + c.Type + "::name", Id: id, Properties: rpc.Encode(state)})
	return err
}

func TestABucketIsMadeOnce(t *testing.T) {
	_, config := newFake(t, 0)
	c := client(t, "Bucket", config)
	id, state := c.Create(map[string]any{"bucket": "images", "acl": "private"})
	if id != "images" || state["arn"] != "arn:aws:s3:::images" || state["forceDestroy"] != false {
		t.Errorf("expected a bucket called images, got %s, %v", id, state)
	}
	want := "[FATAL] bucket already exists! (images): <nil>"
	if err := c.CreateError(map[string]any{"bucket": "images", "acl": "private"}); !strings.Contains(err, want) {
		t.Errorf("expected %q, got %q", want, err)
	}
}

// The published plugin does not look why a removal was refused.
func TestWhatIsGoneCannotBeDeleted(t *testing.T) {
	_, config := newFake(t, 0)
	for kind, want := range map[string]string{
		"Bucket":           "1 error occurred:\n\t* [FATAL] unable to remove bucket (images): NoSuchBucket\n\n",
		"BucketPolicy":     "[FATAL] error deleting bucket (images): NoSuchBucket",
		"BucketVersioning": "[FATAL] error suspending bucket versioning: %s (images): NoSuchBucket",
	} {
		if err := remove(client(t, kind, config), "images", table.Values{"bucket": "images"}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: expected %q, got %v", kind, want, err)
		}
	}
}

func TestABucketThatIsGoneCannotBeUpdated(t *testing.T) {
	fake, config := newFake(t, 0)
	c := client(t, "Bucket", config)
	_, state := c.Create(map[string]any{"bucket": "images", "acl": "private"})
	update := func() error {
		_, err := c.Plugin.Update(t.Context(), &pulumirpc.UpdateRequest{
			Urn: "urn:pulumi:t::p::" + c.Type + "::name", Id: "images", Olds: rpc.Encode(state),
			News: rpc.Encode(map[string]any{"bucket": "images", "acl": "private", "forceDestroy": true}),
		})
		return err
	}
	if err := update(); err != nil {
		t.Error(err)
	}
	fake.exists = false
	want := "Resource provider reported that the resource did not exist while updating urn:pulumi:t::p::minio:index/s3Bucket:S3Bucket::name.\n\nThis is usually"
	if err := update(); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("expected %q, got %v", want, err)
	}
}

func TestDestroyIsForcedOnlyIfAskedFor(t *testing.T) {
	fake, config := newFake(t, 3500)
	fake.exists = true
	c := client(t, "Bucket", config)
	if err := remove(c, "images", table.Values{}); err == nil || !strings.Contains(err.Error(), "BucketNotEmpty") {
		t.Errorf("expected a bucket with objects to stay, got %v", err)
	}
	if err := remove(c, "images", table.Values{"forceDestroy": true}); err != nil || fake.exists || len(fake.removed) != 3500 {
		t.Errorf("expected nothing to be left, got %d of 3,500 removed, %v", len(fake.removed), err)
	}
}

func TestAStoreThatCannotBeReachedIsNotAnEmptyOne(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	address := strings.TrimPrefix(server.URL, "http://")
	c := client(t, "Bucket", map[string]any{"minioServer": address})
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // no second try
	_, err := c.Plugin.Read(ctx, &pulumirpc.ReadRequest{
		Urn: "urn:pulumi:t::p::" + c.Type + "::name", Id: "images", Properties: rpc.Encode(map[string]any{"id": "images", "acl": "private"}),
	})
	if err == nil {
		t.Error("expected an error")
	}
}

func TestCannedPoliciesAreRecognized(t *testing.T) {
	for _, acl := range []string{"public", "public-read", "public-write", "public-read-write"} {
		policy := cannedPolicy(acl, "images")
		if !json.Valid([]byte(policy)) || aclOf("images", policy) != acl {
			t.Errorf("expected %s to be recognized, got %s for %s", acl, aclOf("images", policy), policy)
		}
	}
	if got := aclOf("images", `{"Version":"2012-10-17","Statement":[]}`); got != "private" {
		t.Errorf("expected any other policy to be private, got %s", got)
	}
}

func TestDifferencesAreToldInsideTheVersioning(t *testing.T) {
	c := client(t, "BucketVersioning", map[string]any{"minioServer": "localhost"})
	versioning := func(settings map[string]any) map[string]any {
		return map[string]any{"id": "images", "bucket": "images", "versioningConfiguration": settings}
	}
	old := versioning(map[string]any{"status": "Enabled", "excludeFolders": false, "excludedPrefixes": []any{"a", "b"}})
	for _, test := range []struct {
		settings map[string]any
		want     string
	}{
		{map[string]any{"status": "Enabled", "excludedPrefixes": []any{"a", "b"}}, "{}"},
		{map[string]any{"status": "Suspended", "excludedPrefixes": []any{"a", "b"}}, `{"versioningConfiguration.status":"UPDATE"}`},
		{map[string]any{"status": "Enabled", "excludedPrefixes": []any{"a", "c"}}, `{"versioningConfiguration.excludedPrefixes[1]":"UPDATE"}`},
		{map[string]any{"status": "Enabled", "excludedPrefixes": []any{"b"}}, `{"versioningConfiguration.excludedPrefixes[0]":"DELETE"}`},
		{map[string]any{"status": "Enabled", "excludedPrefixes": []any{"a", "x", "b", "c"}}, `{"versioningConfiguration.excludedPrefixes[1]":"ADD","versioningConfiguration.excludedPrefixes[3]":"ADD"}`},
		{map[string]any{"status": "Enabled", "excludedPrefixes": []any{"b", "a"}}, `{"versioningConfiguration.excludedPrefixes[0]":"DELETE","versioningConfiguration.excludedPrefixes[1]":"ADD"}`},
		{map[string]any{"status": "Enabled", "excludedPrefixes": []any{"a", rpc.Unknown{}}}, `{"versioningConfiguration.excludedPrefixes[1]":"UPDATE"}`},
		{map[string]any{"status": "Enabled"}, `{"versioningConfiguration.excludedPrefixes":"DELETE"}`},
		{map[string]any{"status": rpc.Unknown{}, "excludedPrefixes": []any{"a", "b"}}, `{"versioningConfiguration.status":"UPDATE"}`},
	} {
		kinds := map[string]string{}
		for path, detail := range c.Diff(old, versioning(test.settings)).GetDetailedDiff() {
			kinds[path] = detail.GetKind().String()
		}
		if got, _ := json.Marshal(kinds); string(got) != test.want {
			t.Errorf("%v: expected %s, got %s", test.settings, test.want, got)
		}
	}
}

func TestPoliciesThatMeanTheSameAreTheSame(t *testing.T) {
	c := client(t, "BucketPolicy", map[string]any{"minioServer": "localhost"})
	statement := `{"Effect":"Allow","Principal":{"AWS":["*"]},"Action":%s,"Resource":["arn:aws:s3:::images/*"]}`
	policy := func(action string) map[string]any {
		text := fmt.Sprintf(`{"Version": "2012-10-17", "Statement": [`+statement+`]}`, action)
		return map[string]any{"id": "images", "bucket": "images", "policy": text}
	}
	if diff := c.Diff(policy(`"s3:GetObject"`), policy(`["s3:GetObject"]`)); len(diff.GetDiffs()) > 0 {
		t.Errorf("expected no difference, got %v", diff.GetDiffs())
	}
	if diff := c.Diff(policy(`"s3:GetObject"`), policy(`"s3:PutObject"`)); len(diff.GetDiffs()) != 1 {
		t.Errorf("expected another action to differ, got %v", diff.GetDiffs())
	}
}

func TestBadInputsAreRefused(t *testing.T) {
	for _, test := range []struct {
		kind   string
		inputs map[string]any
		reason string
	}{
		{"Bucket", map[string]any{"bukcet": "x"}, "Invalid or unknown key. Examine values at 'name.bukcet'."},
		{"Bucket", map[string]any{"bucket": strings.Repeat("a", 64)}, "expected length of bucket to be in the range (0 - 63), got aaa"},
		{"Bucket", map[string]any{"bucket": "a", "bucketPrefix": "b"}, `Conflicting configuration arguments. "bucket_prefix": conflicts with bucket.`},
		{"Bucket", map[string]any{"bucket": []any{"a"}}, "Attribute must be a single value, not a list."},
		{"Bucket", map[string]any{"forceDestroy": "maybe"}, `cannot parse '' as bool: strconv.ParseBool: parsing "maybe": invalid syntax.`},
		{"Bucket", map[string]any{"arn": "x"}, `Can't configure a value for "arn"`},
		{"BucketPolicy", map[string]any{"bucket": "a"}, `Missing required argument. The argument "policy" is required, but no definition was found..`},
		{"BucketPolicy", map[string]any{"bucket": "a", "policy": "{"}, `"policy" contains an invalid JSON: unexpected end of JSON input.`},
		{"BucketVersioning", map[string]any{"bucket": "a", "versioningConfiguration": map[string]any{"status": "On"}}, `expected versioning_configuration.0.status to be one of ["Enabled" "Suspended"], got On.`},
		{"BucketReplication", map[string]any{}, "minio:index/s3BucketReplication:S3BucketReplication needs the published minio plugin"},
	} {
		reasons := strings.Join(client(t, test.kind, map[string]any{"minioServer": "localhost"}).Check(test.inputs), "\n")
		if !strings.Contains(reasons, test.reason) {
			t.Errorf("%v: expected %q, got %q", test.inputs, test.reason, reasons)
		}
	}
}

func TestConfiguration(t *testing.T) {
	for name, value := range map[string]string{"MINIO_ENDPOINT": "", "MINIO_USER": "", "MINIO_ENABLE_HTTPS": ""} {
		t.Setenv(name, value)
	}
	check := func(config map[string]any) string {
		response, err := New(&rpc.Engine{}).CheckConfig(context.Background(), &pulumirpc.CheckRequest{Urn: "urn:pulumi:t::p::pulumi:providers:minio::store", News: rpc.Encode(config)})
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(response.GetFailures())
	}
	for want, config := range map[string]map[string]any{
		"Missing required property 'minioServer'":                  {},
		"Invalid or unknown key. Examine values at 'store.colour'": {"minioServer": "a", "colour": "red"},
		"conflicts with minio_access_key":                          {"minioServer": "a", "minioUser": "u", "minioAccessKey": "u"},
		"expected true or false":                                   {"minioServer": "a", "minioSsl": "maybe"},
		"[]":                                                       {"minioServer": "a", "minioUser": "u", "minioPassword": "p", "minioSsl": "true"},
	} {
		if got := check(config); !strings.Contains(got, want) {
			t.Errorf("%v: expected %q, got %q", config, want, got)
		}
	}
	configure := func(config map[string]any) error {
		_, err := New(&rpc.Engine{}).Configure(context.Background(), &pulumirpc.ConfigureRequest{Args: rpc.Encode(config)})
		return err
	}
	for want, config := range map[string]map[string]any{
		"Endpoint url cannot have fully qualified paths": {"minioServer": "http://store:9000"},
		"unknown S3 API signature: v3":                   {"minioServer": "a", "minioApiVersion": "v3"},
		"open /none: no such file or directory":          {"minioServer": "a", "minioSsl": "true", "minioCacertFile": "/none"},
	} {
		if err := configure(config); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: expected %q, got %v", config, want, err)
		}
	}
	t.Setenv("MINIO_ENDPOINT", "store:9000")
	if err := configure(map[string]any{}); err != nil {
		t.Errorf("expected the environment to say where the store is, got %v", err)
	}
}

func TestUniqueNamesFitAndDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		name := uniqueName("edge-")
		if len(name) != len("edge-")+suffixLength || seen[name] {
			t.Fatalf("expected a new name of %d characters, got %s", suffixLength, name)
		}
		seen[name] = true
	}
}
