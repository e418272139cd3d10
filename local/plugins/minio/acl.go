package minio

import (
	"context"
	"encoding/json"
	"errors"

	awspolicy "github.com/hashicorp/awspolicyequivalence"
)

// statement is part of the policy that a canned access list stands for.
type statement struct {
	Sid       string
	Effect    string
	Principal map[string][]string
	Action    []string
	Resource  []string
}

func allow(sid string, resources []string, actions ...string) statement {
	return statement{sid, "Allow", map[string][]string{"AWS": {"*"}}, actions, resources}
}

// cannedPolicy is the published plugin's policy for an access list; private has none.
func cannedPolicy(acl, bucket string) string {
	whole, objects := "arn:aws:s3:::"+bucket, "arn:aws:s3:::"+bucket+"/*"
	var statements []statement
	switch acl {
	case "public":
		statements = []statement{allow("AllowAllS3Actions", []string{whole, objects},
			"s3:AbortMultipartUpload", "s3:CreateBucket", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:DeleteObject",
			"s3:GetBucketLocation", "s3:GetBucketNotification", "s3:GetBucketPolicy", "s3:GetObject", "s3:HeadBucket",
			"s3:ListAllMyBuckets", "s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListMultipartUploadParts",
			"s3:ListenBucketNotification", "s3:PutBucketNotification", "s3:PutBucketPolicy", "s3:PutObject")}
	case "public-read":
		statements = []statement{
			allow("ListAllBucket", []string{"arn:aws:s3:::*"}, "s3:ListAllMyBuckets", "s3:ListBucket"),
			allow("AllObjectActionsMyBuckets", []string{whole, objects}, "s3:GetObject", "s3:ListBucket"),
		}
	case "public-write":
		statements = []statement{
			allow("ListBucketAction", []string{whole}, "s3:ListBucket"),
			allow("AllObjectActionsMyBuckets", []string{objects},
				"s3:AbortMultipartUpload", "s3:DeleteObject", "s3:ListMultipartUploadParts", "s3:PutObject"),
		}
	case "public-read-write":
		statements = []statement{
			allow("ListObjectsInBucket", []string{whole}, "s3:ListBucket"),
			allow("UploadObjectActions", []string{objects}, "s3:PutObject"),
		}
	default:
		return ""
	}
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(text)
}

func (p *plugin) setACL(ctx context.Context, bucket, acl string) error {
	policy := cannedPolicy(acl, bucket)
	if policy == "" && acl != "private" {
		return fatal("unsupported ACL", acl, errors.New("(valid acl: private, public-write, public-read, public-read-write, public)"))
	}
	// Like the published plugin, going back to private leaves the policy that is there.
	if policy == "" {
		return nil
	}
	if err := p.Load().SetBucketPolicy(ctx, bucket, policy); err != nil {
		return fatal("unable to set bucket policy", bucket, err)
	}
	return nil
}

// aclOf names the access list that a policy stands for.
func aclOf(bucket, policy string) string {
	for _, acl := range []string{"public-read", "public-write", "public-read-write", "public"} {
		if same, err := awspolicy.PoliciesAreEquivalent(cannedPolicy(acl, bucket), policy); err == nil && same {
			return acl
		}
	}
	return "private"
}
