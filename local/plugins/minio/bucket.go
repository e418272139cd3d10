package minio

import (
	"context"
	"errors"
	"fmt"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/s3utils"

	"edge-registry/local/plugins/table"
)

func (p *plugin) bucket() *table.Resource {
	return &table.Resource{
		Fields: []table.Field{
			{Name: "id", Output: true, Stable: true},
			{Name: "acl", Default: "private"},
			{Name: "arn", Output: true, Stable: true},
			{Name: "bucket", Computed: true, Stable: true, Replace: table.Always, Valid: []table.Rule{atMost(63)}, Conflicts: []string{"bucketPrefix"}},
			{Name: "bucketDomainName", Output: true, Stable: true},
			{Name: "bucketPrefix", Replace: table.Always, Valid: []table.Rule{atMost(63 - suffixLength)}, Conflicts: []string{"bucket"}},
			{Name: "forceDestroy", Kind: table.Bool, Default: false},
			{Name: "objectLocking", Kind: table.Bool, Default: false},
			{Name: "quota", Kind: table.Int},
		},
		Plan:   emptyIsNone("bucket"),
		Create: p.createBucket,
		Update: p.updateBucket,
		Read:   p.readBucket,
		Delete: p.deleteBucket,
		Import: byID,
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

func (p *plugin) createBucket(ctx context.Context, state table.Values) error {
	name := givenOrUnique(state, "bucket", "bucketPrefix")
	if err := s3utils.CheckValidBucketName(name); err != nil {
		return fatal("unable to create bucket", name, err)
	}
	exists, err := p.Load().BucketExists(ctx, name)
	if err != nil {
		return fatal("unable to check bucket", name, err)
	}
	if exists {
		return fatal("bucket already exists!", name, errors.New("<nil>"))
	}
	options := minio.MakeBucketOptions{Region: p.region, ObjectLocking: state.Bool("objectLocking")}
	if err := p.Load().MakeBucket(ctx, name, options); err != nil {
		return fatal("unable to create bucket", name, err)
	}
	state["id"], state["bucket"] = name, name
	p.describe(state)
	if err := p.setACL(ctx, name, state.Text("acl")); err != nil {
		return also(err, "[ACL] Unable to create bucket", name)
	}
	return p.setQuota(ctx, nil, state)
}

func (p *plugin) updateBucket(ctx context.Context, prior, state table.Values) error {
	name := state.Text("bucket")
	if prior["acl"] != state["acl"] {
		if err := p.setACL(ctx, name, state.Text("acl")); err != nil {
			return also(err, "[ACL] Unable to update bucket", name)
		}
	}
	if err := p.setQuota(ctx, prior, state); err != nil {
		return err
	}
	return reread(ctx, state, p.readBucket)
}

// setQuota asks MinIO itself: S3 has no quota. None is one of 0.
func (p *plugin) setQuota(ctx context.Context, prior, state table.Values) error {
	if prior["quota"] == state["quota"] {
		return nil
	}
	name := state.Text("bucket")
	if err := p.admin.setQuota(ctx, name, state.Int("quota")); err != nil {
		return also(fatal("unable to set bucket quota", name, err), "[Quota] Unable to update bucket", name)
	}
	return nil
}

func (p *plugin) describe(state table.Values) {
	name := state.Text("id")
	state["arn"] = "arn:aws:s3:::" + name
	state["bucketDomainName"] = fmt.Sprintf("%s/minio/%s", p.Load().EndpointURL(), name)
}

// readBucket does not take a store that cannot be reached for a bucket that is gone, as the published plugin does.
func (p *plugin) readBucket(ctx context.Context, state table.Values) (bool, error) {
	name := state.Text("id")
	exists, err := p.Load().BucketExists(ctx, name)
	if err != nil || !exists {
		return false, err
	}
	if _, known := state["acl"]; !known {
		policy, err := p.Load().GetBucketPolicy(ctx, name)
		if err != nil {
			return false, fmt.Errorf("error importing Minio S3 bucket policy: %w", err)
		}
		state["acl"] = aclOf(name, policy)
		locking, _, _, _, err := p.Load().GetObjectLockConfig(ctx, name)
		state["objectLocking"] = err == nil && locking == "Enabled"
	}
	state["bucket"] = name
	p.describe(state)
	return true, nil
}

// deleteBucket fails where there is none any more, like everything here: a refresh forgets it.
func (p *plugin) deleteBucket(ctx context.Context, state table.Values) error {
	name := state.Text("id")
	err := p.Load().RemoveBucket(ctx, name)
	if err != nil && minio.ToErrorResponse(err).Code == minio.BucketNotEmpty && state.Bool("forceDestroy") {
		if err = empty(ctx, p.Load(), name); err == nil {
			err = p.Load().RemoveBucket(ctx, name)
		}
	}
	return unlessNil("unable to remove bucket", name, err)
}
