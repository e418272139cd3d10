package minio

import (
	"context"
	"slices"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/sse"

	"edge-registry/local/plugins/table"
)

func (p *plugin) bucketEncryption() *table.Resource {
	return &table.Resource{
		Fields: []table.Field{
			{Name: "id", Output: true, Stable: true},
			{Name: "bucket", Required: true, Replace: table.Always},
			{Name: "encryptionType", Required: true, Valid: []table.Rule{oneOf("aws:kms")}},
			{Name: "kmsKeyId", Required: true},
		},
		Create: p.putEncryption,
		Update: func(ctx context.Context, _, state table.Values) error { return p.putEncryption(ctx, state) },
		Read:   p.readEncryption,
		Delete: p.deleteEncryption,
		Import: byID,
	}
}

func (p *plugin) putEncryption(ctx context.Context, state table.Values) error {
	name := state.Text("bucket")
	wanted := sse.NewConfigurationSSEKMS(state.Text("kmsKeyId"))
	if err := p.Load().SetBucketEncryption(ctx, name, wanted); err != nil {
		return fatal("error putting bucket encryption configuration", state.Text("id"), err)
	}
	state["id"] = name
	return nil
}

// readEncryption does not take every error for a bucket without encryption, as the published plugin does.
func (p *plugin) readEncryption(ctx context.Context, state table.Values) (bool, error) {
	name := state.Text("id")
	actual, err := p.Load().GetBucketEncryption(ctx, name)
	none := []string{minio.NoSuchBucket, "ServerSideEncryptionConfigurationNotFoundError"}
	if err != nil && slices.Contains(none, minio.ToErrorResponse(err).Code) {
		return false, nil
	}
	if err != nil {
		return false, fatal("failed to load bucket encryption", name, err)
	}
	if len(actual.Rules) == 0 {
		return false, nil
	}
	rule := actual.Rules[0].Apply
	state["bucket"], state["encryptionType"], state["kmsKeyId"] = name, rule.SSEAlgorithm, rule.KmsMasterKeyID
	return true, nil
}

func (p *plugin) deleteEncryption(ctx context.Context, state table.Values) error {
	name := state.Text("bucket")
	return unlessNil("error removing bucket encryption", name, p.Load().RemoveBucketEncryption(ctx, name))
}
