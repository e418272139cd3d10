// Package minio stands in for the published minio plugin, for buckets and what belongs to them, for who may use them
// (users, groups, policies and service accounts), and for the keys they are encrypted with.
package minio

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"

	"github.com/minio/minio-go/v7"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
)

type plugin struct {
	table.Plugin
	store
	buckets locks
}

// store is the S3 server, once it is configured. In a preview it may never be.
type store struct {
	atomic.Pointer[minio.Client]
	admin  *admin
	region string
}

// New makes the plugin's service.
func New(engine *rpc.Engine) pulumirpc.ResourceProviderServer {
	p := &plugin{Plugin: table.Plugin{Engine: engine, Name: "minio", Version: "0.17.1", Legacy: true}}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		kind := table.String
		if name == "minioSsl" || name == "minioInsecure" {
			kind = table.Bool
		}
		p.Settings = append(p.Settings, table.Field{Name: name, Kind: kind})
	}
	p.Resources = map[string]*table.Resource{
		"minio:index/iamGroup:IamGroup":                                         p.group(),
		"minio:index/iamGroupMembership:IamGroupMembership":                     p.groupMembership(),
		"minio:index/iamGroupPolicy:IamGroupPolicy":                             p.groupPolicy(),
		"minio:index/iamGroupPolicyAttachment:IamGroupPolicyAttachment":         p.policyAttachment(p.groupHolder()),
		"minio:index/iamGroupUserAttachment:IamGroupUserAttachment":             p.groupUserAttachment(),
		"minio:index/iamPolicy:IamPolicy":                                       p.namedPolicy(),
		"minio:index/iamServiceAccount:IamServiceAccount":                       p.serviceAccount(),
		"minio:index/iamUser:IamUser":                                           p.user(),
		"minio:index/iamUserPolicyAttachment:IamUserPolicyAttachment":           p.policyAttachment(p.userHolder()),
		"minio:index/ilmPolicy:IlmPolicy":                                       p.inTurn(p.bucketLifecycle()),
		"minio:index/kmsKey:KmsKey":                                             p.key(),
		"minio:index/s3Bucket:S3Bucket":                                         p.inTurn(p.bucket()),
		"minio:index/s3BucketNotification:S3BucketNotification":                 p.inTurn(p.bucketNotification()),
		"minio:index/s3BucketPolicy:S3BucketPolicy":                             p.inTurn(p.bucketPolicy()),
		"minio:index/s3BucketServerSideEncryption:S3BucketServerSideEncryption": p.inTurn(p.bucketEncryption()),
		"minio:index/s3BucketVersioning:S3BucketVersioning":                     p.inTurn(p.bucketVersioning()),
		"minio:index/s3Object:S3Object":                                         p.object(),
	}
	p.Functions = map[string]*table.Function{
		"minio:index/getIamPolicyDocument:getIamPolicyDocument": {
			Fields: documentFields, Results: []table.Field{{Name: "json", Required: true}}, Call: policyDocument,
		},
	}
	return p
}

// byID is the import of what its id alone tells where to find: the rest of the state is read from there.
func byID(id string) (table.Values, error) { return table.Values{"id": id}, nil }

// reread ends an update with the state as it is.
func reread(ctx context.Context, state table.Values, read func(context.Context, table.Values) (bool, error)) error {
	exists, err := read(ctx, state)
	if err == nil && !exists {
		return table.Gone
	}
	return err
}

// fatal words an error as the published plugin does, its slips included: %s and %v stay as they are, a key is told as a
// service account, and a notification by the id that it has yet to get.
func fatal(doing, what string, err error) error {
	return fmt.Errorf("[FATAL] %s (%s): %w", doing, what, err)
}

// unlessNil is fatal for what may have gone well.
func unlessNil(doing, what string, err error) error {
	if err == nil {
		return nil
	}
	return fatal(doing, what, err)
}

// also adds what the failure led to.
func also(err error, doing, what string) error {
	return errors.Join(err, fmt.Errorf("[FATAL] %s (%s)", doing, what))
}
