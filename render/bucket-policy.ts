/** What distribution's S3 driver asks of a bucket: https://distribution.github.io/distribution/storage-drivers/s3/ */
export function bucketPolicy(bucket: string): string {
  const allow = (Action: readonly string[], resource: string) => ({
    Effect: "Allow",
    Action,
    Resource: [`arn:aws:s3:::${resource}`],
  });
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      allow(["s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"], bucket),
      allow(
        [
          "s3:PutObject",
          "s3:GetObject",
          "s3:DeleteObject",
          "s3:ListMultipartUploadParts",
          "s3:AbortMultipartUpload",
        ],
        `${bucket}/*`,
      ),
    ],
  });
}
