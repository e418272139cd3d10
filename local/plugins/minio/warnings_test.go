package minio

import (
	"slices"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table/tabletest"
)

const bucketURN = "urn:pulumi:t::p::minio:index/s3Bucket:S3Bucket::name"

func TestTimeoutsAreIgnoredAloud(t *testing.T) {
	engine, told := tabletest.Engine(t)
	p := New(engine)
	inputs := rpc.Encode(map[string]any{"bucket": "images", "acl": "private"})
	if _, err := p.Create(t.Context(), &pulumirpc.CreateRequest{Urn: bucketURN, Properties: inputs, Preview: true}); err != nil {
		t.Fatal(err)
	}
	if got := told.Messages(); len(got) > 0 {
		t.Errorf("expected silence, got %q", got)
	}
	_, _ = p.Create(t.Context(), &pulumirpc.CreateRequest{Urn: bucketURN, Properties: inputs, Preview: true, Timeout: 300})
	_, _ = p.Update(t.Context(), &pulumirpc.UpdateRequest{Urn: bucketURN, Olds: inputs, News: inputs, Preview: true, Timeout: 1.5})
	want := []string{
		"WARNING: Resource does not support customTimeouts, ignoring: create=5m0s",
		"WARNING: Resource does not support customTimeouts, ignoring: update=1.5s",
	}
	if got := told.Messages(); !slices.Equal(got, want) {
		t.Errorf("expected %q, got %q", want, got)
	}
}

func TestWrongTypesAreWarnedOf(t *testing.T) {
	engine, told := tabletest.Engine(t)
	p := New(engine)
	for _, test := range []struct {
		kind   string
		inputs map[string]any
		want   string
	}{
		{"Bucket", map[string]any{"bucket": 5.0, "acl": true, "forceDestroy": "true", "objectLocking": rpc.Unknown{}}, ""},
		{"Bucket", map[string]any{"forceDestroy": "yes"}, `"forceDestroy": XXexpected boolean type, got "yes" of type string`},
		{"Bucket", map[string]any{"forceDestroy": 1.0}, `"forceDestroy": XXexpected boolean type, got {1} of type number`},
		{"Bucket", map[string]any{"bucket": []any{"a", true}}, `"bucket": XXexpected string type, got {[{a} {true}]} of type []`},
		{"Bucket", map[string]any{"bucket": map[string]any{"name": "a long name that is cut somewhere"}}, `"bucket": XXexpected string type, got {map[name:{a long name that... of type object`},
		{"BucketVersioning", map[string]any{"versioningConfiguration": "Enabled"}, `"versioningConfiguration": XXexpected object type, got "Enabled" of type string`},
		{"BucketVersioning", map[string]any{"versioningConfiguration": map[string]any{"excludedPrefixes": "a"}},
			`"versioningConfiguration.excludedPrefixes": XXexpected array type, got "a" of type string`},
		{"BucketVersioning", map[string]any{"versioningConfiguration": map[string]any{"excludedPrefixes": []any{"a", []any{}}}},
			`"versioningConfiguration.excludedPrefixes[1]": XXexpected string type, got {[]} of type []`},
		{"BucketNotification", map[string]any{"queues": []any{map[string]any{"events": []any{"a", []any{}}}}},
			`"queues[0].events[1]": XXexpected string type, got {[]} of type []`},
		{"BucketNotification", map[string]any{"queues": map[string]any{}}, `"queues": XXexpected array type, got {map[]} of type object`},
	} {
		urn := "urn:pulumi:t::p::" + client(t, test.kind, map[string]any{"minioServer": "localhost"}).Type + "::name"
		if _, err := p.Check(t.Context(), &pulumirpc.CheckRequest{Urn: urn, News: rpc.Encode(test.inputs)}); err != nil {
			t.Fatal(err)
		}
		want := []string{
			"WARNING: Type checking failed: ",
			"WARNING: Unexpected type at field " + strings.Replace(test.want, "XX", "\n           ", 1),
			"WARNING: Type checking is still experimental. If you believe that a warning is incorrect,\nplease let us know by creating an issue at https://github.com/pulumi/pulumi-terraform-bridge/issues.\nThis will become a hard error in the future.",
		}
		if test.want == "" {
			want = nil
		}
		if got := told.Messages(); !slices.Equal(got, want) {
			t.Errorf("%v: expected %q, got %q", test.inputs, want, got)
		}
	}
}
