// Buckets with what belongs to them on the store at STORE; STEP says what differs from the first run.
import * as minio from "@pulumi/minio";
import * as pulumi from "@pulumi/pulumi";

const step = process.env.STEP ?? "first";

const store = new minio.Provider("store", {
  minioServer: process.env.STORE ?? "",
  minioUser: "edge",
  minioPassword: pulumi.secret("s3cr3t-password"),
});
const options = { provider: store };

if (step === "adopted") {
  new minio.S3Bucket(
    "adopted",
    { bucket: "elsewhere" },
    { ...options, import: "elsewhere", retainOnDelete: true },
  );
} else if (step === "taken") {
  new minio.S3Bucket("taken", { bucket: "elsewhere" }, options);
} else if (step === "refused") {
  new minio.S3Bucket("refused", { bucket: "images", bucketPrefix: "i" }, options);
} else {
  const bucket = new minio.S3Bucket(
    "images",
    { bucket: step === "replaced" ? "images-2" : "images", forceDestroy: true },
    options,
  );
  const name = bucket.bucket;
  new minio.S3BucketPolicy(
    "policy",
    {
      bucket: name,
      policy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { AWS: ["*"] },
            Action: step === "updated" ? ["s3:PutObject", "s3:GetObject"] : ["s3:PutObject"],
            Resource: [pulumi.interpolate`arn:aws:s3:::${name}/*`],
          },
        ],
      }),
    },
    options,
  );
  new minio.S3BucketVersioning(
    "versioning",
    { bucket: name, versioningConfiguration: { status: step === "updated" ? "Suspended" : "Enabled" } },
    options,
  );
  new minio.S3Object("note", { bucketName: name, objectName: "note.txt", content: `step ${step}` }, options);
  new minio.S3Bucket("prefixed", { bucketPrefix: "edge-", forceDestroy: step === "updated" }, options);
}
