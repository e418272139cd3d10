package minio

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/s3utils"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
)

func bucket() *kind {
	return &kind{
		Resource: table.Resource{Plan: planName, Fields: []table.Field{
			{Name: "id", Output: true, Stable: true},
			{Name: "acl", Default: "private"},
			{Name: "arn", Output: true, Stable: true},
			{Name: "bucket", Computed: true, Stable: true, Replace: table.Always, Valid: []table.Rule{atMost(63), conflicts("bucketPrefix", "bucket_prefix")}},
			{Name: "bucketDomainName", Output: true, Stable: true},
			{Name: "bucketPrefix", Replace: table.Always, Valid: []table.Rule{atMost(63 - suffixLength), conflicts("bucket", "bucket")}},
			{Name: "forceDestroy", Kind: table.Bool, Default: false},
			{Name: "objectLocking", Kind: table.Bool, Default: false},
			{Name: "quota", Kind: table.Int},
		}},
		defaults: table.Values{"acl": "private"},
		put:      putBucket,
		read:     readBucket,
		delete:   deleteBucket,
	}
}

func atMost(limit int) table.Rule {
	return func(path string, value any, _ table.Values) (string, string) {
		if text, _ := value.(string); len(text) > limit {
			return "", fmt.Sprintf("expected length of %s to be in the range (0 - %d), got %s", path, limit, text)
		}
		return "", ""
	}
}

func conflicts(other, wire string) table.Rule {
	return func(path string, _ any, inputs table.Values) (string, string) {
		if inputs[other] == nil {
			return "", ""
		}
		return "", fmt.Sprintf("Conflicting configuration arguments. %q: conflicts with %s", path, wire)
	}
}

// planName takes an empty name for none.
func planName(_, prior, planned table.Values) ([]string, error) {
	if planned["bucket"] == "" {
		planned["bucket"] = rpc.Unknown{}
		if prior != nil {
			planned["bucket"] = prior["bucket"]
		}
	}
	return nil, nil
}

const suffixLength = 26

var named atomic.Uint32

// uniqueName ends in the time and a count.
func uniqueName(prefix string) string {
	now := time.Now().UTC()
	return fmt.Sprintf("%s%s%04d%08x", prefix, now.Format("20060102150405"), now.Nanosecond()/100000, named.Add(1))
}

func putBucket(ctx context.Context, store *store, prior, state table.Values) error {
	if prior == nil {
		return createBucket(ctx, store, state)
	}
	return updateBucket(ctx, store, prior, state)
}

func createBucket(ctx context.Context, store *store, state table.Values) error {
	name, given := state["bucket"].(string)
	if !given {
		prefix := state.Text("bucketPrefix")
		if prefix == "" {
			prefix = "terraform-"
		}
		name = uniqueName(prefix)
	}
	if err := s3utils.CheckValidBucketName(name); err != nil {
		return fatal("unable to create bucket", name, err)
	}
	exists, err := store.BucketExists(ctx, name)
	if err != nil {
		return fatal("unable to check bucket", name, err)
	}
	if exists {
		return fatal("bucket already exists!", name, errors.New("<nil>"))
	}
	options := minio.MakeBucketOptions{Region: store.region, ObjectLocking: state.Bool("objectLocking")}
	if err := store.MakeBucket(ctx, name, options); err != nil {
		return fatal("unable to create bucket", name, err)
	}
	state["id"], state["bucket"] = name, name
	describeBucket(store, state)
	if err := setACL(ctx, store, name, state.Text("acl")); err != nil {
		return also(err, "[ACL] Unable to create bucket", name)
	}
	return updateBucket(ctx, store, table.Values{"acl": state["acl"]}, state)
}

func updateBucket(ctx context.Context, store *store, prior, state table.Values) error {
	name := state.Text("bucket")
	if prior["acl"] != state["acl"] {
		if err := setACL(ctx, store, name, state.Text("acl")); err != nil {
			return also(err, "[ACL] Unable to update bucket", name)
		}
	}
	if quota := state.Int("quota"); quota != prior.Int("quota") {
		if err := store.quotas.set(ctx, name, quota); err != nil {
			return also(err, "[Quota] Unable to update bucket", name)
		}
	}
	return nil
}

func describeBucket(store *store, state table.Values) {
	name := state.Text("id")
	state["arn"] = "arn:aws:s3:::" + name
	state["bucketDomainName"] = fmt.Sprintf("%s/minio/%s", store.EndpointURL(), name)
}

// readBucket does not take a store that cannot be reached for a bucket that is gone, as the published plugin does.
func readBucket(ctx context.Context, store *store, state table.Values) (bool, error) {
	name := state.Text("id")
	exists, err := store.BucketExists(ctx, name)
	if err != nil {
		return false, fatal("unable to find bucket", name, err)
	}
	if _, known := state["acl"]; exists && !known {
		if err := importBucket(ctx, store, name, state); err != nil {
			return false, err
		}
	}
	state["bucket"] = name
	describeBucket(store, state)
	return exists, nil
}

func importBucket(ctx context.Context, store *store, name string, state table.Values) error {
	policy, err := store.GetBucketPolicy(ctx, name)
	if err != nil {
		return fmt.Errorf("error importing Minio S3 bucket policy: %w", err)
	}
	state["acl"] = aclOf(name, policy)
	locking, _, _, _, err := store.GetObjectLockConfig(ctx, name)
	state["objectLocking"] = err == nil && locking == "Enabled"
	return nil
}

func deleteBucket(ctx context.Context, store *store, state table.Values) error {
	name := state.Text("id")
	err := store.RemoveBucket(ctx, name)
	if err != nil && minio.ToErrorResponse(err).Code == minio.BucketNotEmpty && state.Bool("forceDestroy") {
		if err := emptyBucket(ctx, store, name); err != nil {
			return fatal("unable to remove bucket", name, err)
		}
		err = store.RemoveBucket(ctx, name)
	}
	if err != nil {
		return fatal("unable to remove bucket", name, err)
	}
	return nil
}
