package minio

import (
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
)

func TestWhatIsLeftOutAfterARefreshStays(t *testing.T) {
	_, config := newFake(t, 0)
	c := client(t, "Bucket", config)
	check := func(olds, news map[string]any) table.Values {
		response, err := c.Plugin.Check(t.Context(), &pulumirpc.CheckRequest{Urn: bucketURN, Olds: rpc.Encode(olds), News: rpc.Encode(news)})
		if err != nil || len(response.GetFailures()) > 0 {
			t.Fatal(err, response.GetFailures())
		}
		return rpc.Decode(response.GetInputs())
	}
	explicit := check(nil, map[string]any{"bucket": "images", "acl": "public-read", "forceDestroy": true})
	created, err := c.Plugin.Create(t.Context(), &pulumirpc.CreateRequest{Urn: bucketURN, Properties: rpc.Encode(explicit)})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		refresh      bool
		acl          any
		forceDestroy any
		differences  int
	}{{false, "private", nil, 2}, {true, "public-read", true, 0}} {
		olds := explicit
		if test.refresh {
			read, err := c.Plugin.Read(t.Context(), &pulumirpc.ReadRequest{
				Urn: bucketURN, Id: "images", Properties: created.GetProperties(), Inputs: rpc.Encode(explicit),
			})
			if err != nil {
				t.Fatal(err)
			}
			olds = rpc.Decode(read.GetInputs())
		}
		inputs := check(olds, map[string]any{"bucket": "images"})
		if inputs["acl"] != test.acl || inputs["forceDestroy"] != test.forceDestroy {
			t.Errorf("refreshed %v: expected %v and %v, got %v", test.refresh, test.acl, test.forceDestroy, inputs)
		}
		if diff := c.Diff(rpc.Decode(created.GetProperties()), inputs).GetDiffs(); len(diff) != test.differences {
			t.Errorf("refreshed %v: expected %d differences, got %v", test.refresh, test.differences, diff)
		}
		// What is given counts, whatever was.
		if inputs := check(olds, map[string]any{"bucket": "images", "acl": "private"}); inputs["acl"] != "private" {
			t.Errorf("expected private, got %v", inputs)
		}
	}
}

func TestAChangedDefaultIsNoDefault(t *testing.T) {
	_, config := newFake(t, 0)
	c := client(t, "Bucket", config)
	c.Create(map[string]any{"bucket": "images", "acl": "private"})
	read, err := c.Plugin.Read(t.Context(), &pulumirpc.ReadRequest{
		Urn: bucketURN, Id: "images", Properties: rpc.Encode(map[string]any{"id": "images", "bucket": "images", "acl": "public"}),
		Inputs: rpc.Encode(map[string]any{"bucket": "images", "acl": "private", "__defaults": []any{"acl"}}),
	})
	if err != nil {
		t.Fatal(err)
	}
	inputs := rpc.Decode(read.GetInputs())
	if _, left := inputs["__defaults"]; left || inputs["acl"] != "public" {
		t.Errorf("expected a public bucket without defaults, got %v", inputs)
	}
}
