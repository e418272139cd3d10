package minio

import (
	"slices"
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
