// Who may use a store, on the MinIO at STORE, as STORE_USER with STORE_PASSWORD; STEP says what differs from the first run.
import * as minio from "@pulumi/minio";
import * as pulumi from "@pulumi/pulumi";

const step = process.env.STEP ?? "first";
const later = step === "updated";

const store = new minio.Provider("store", {
  minioServer: process.env.STORE ?? "",
  minioUser: process.env.STORE_USER ?? "",
  minioPassword: pulumi.secret(process.env.STORE_PASSWORD ?? ""),
});
const options = { provider: store };

/** A policy that allows some actions with a bucket and its objects. */
const allowing = (bucket: string, ...actions: string[]) =>
  minio.getIamPolicyDocumentOutput(
    {
      statements: [{ sid: "1", actions, resources: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`] }],
    },
    options,
  ).json;

const read = ["s3:ListBucket", "s3:GetObject"];
const write = ["s3:PutObject", "s3:DeleteObject"];

const bucket = (name: string) =>
  new minio.S3Bucket(name, { bucket: name, forceDestroy: true, ...(later && { quota: 1 << 20 }) }, options);
const images = bucket("images");
const notes = bucket("notes");
new minio.S3BucketServerSideEncryption(
  "encrypted",
  { bucket: notes.bucket, encryptionType: "aws:kms", kmsKeyId: "the-key" },
  options,
);

// Two settings of one bucket, which the engine makes at once.
new minio.IlmPolicy(
  "expire",
  { bucket: images.bucket, rules: [{ id: "uploads", filter: "uploads/", expiration: later ? "9d" : "7d" }] },
  options,
);
new minio.S3BucketNotification(
  "told",
  {
    bucket: images.bucket,
    queues: [
      {
        queueArn: "arn:minio:sqs::edge:webhook",
        events: ["s3:ObjectCreated:*", ...(later ? ["s3:ObjectRemoved:*"] : [])],
        filterPrefix: "docker/",
      },
    ],
  },
  options,
);

const user = (name: string, args: minio.IamUserArgs = {}) =>
  new minio.IamUser(name, { name, ...args }, options);
const pusher = user("pusher", {
  secret: pulumi.secret(later ? "another-secret-of-pusher" : "the-secret-of-pusher"),
});
const site = user("site", { secret: pulumi.secret("the-secret-of-site") });
const generated = user("generated", { tags: { team: "edge" }, disableUser: later });
const member = user("member", { secret: pulumi.secret("the-secret-of-member") });

const reading = new minio.IamPolicy(
  "reading",
  { name: "reading", policy: allowing("images", ...read) },
  options,
);
const writing = new minio.IamPolicy(
  "writing",
  {
    namePrefix: "writing-",
    policy: allowing("images", ...read, ...write, ...(later ? ["s3:GetBucketLocation"] : [])),
  },
  options,
);
const attach = (name: string, userName: pulumi.Input<string>, policyName: pulumi.Input<string>) =>
  new minio.IamUserPolicyAttachment(name, { userName, policyName }, options);
attach("pusher-writes", pusher.name, writing.name);
attach("pusher-reads", pusher.name, reading.name);
attach("site-reads", site.name, later ? writing.name : reading.name);

const team = new minio.IamGroup("team", { name: "team", forceDestroy: true }, options);
new minio.IamGroupMembership(
  "members",
  { name: "members", group: team.name, users: later ? [member.name, site.name] : [member.name] },
  options,
);
new minio.IamGroupPolicyAttachment("team-reads", { groupName: team.name, policyName: reading.name }, options);
const others = new minio.IamGroup("others", { name: "others", forceDestroy: true }, options);
new minio.IamGroupUserAttachment("joined", { groupName: others.name, userName: member.name }, options);
new minio.IamGroup("idle", { name: "idle", disableGroup: later }, options);
const ofOthers = new minio.IamGroupPolicy(
  "others-notes",
  { name: "others-notes", group: others.name, policy: allowing("notes", ...read, ...write) },
  options,
);

new minio.IamGroupPolicyAttachment(
  "others-do",
  { groupName: others.name, policyName: ofOthers.name },
  options,
);

const account = new minio.IamServiceAccount(
  "robot",
  { targetUser: pusher.name, policy: allowing("images", ...read, ...(later ? [] : write)) },
  options,
);
export const robot = pulumi.secret({ accessKey: account.accessKey, secretKey: account.secretKey });
export const generatedSecret = generated.secret;
