import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { ImageBucket, type ImageBucketArgs } from "../../components/image-bucket.ts";
import { ObjectStore, type ObjectStoreArgs } from "../../components/object-store.ts";
import { storeServers } from "../../render/store-server.ts";
import { authority, registered } from "../support/mocks.ts";
import { podsIn } from "../support/pods.ts";

const caCertificate = authority.certificate;
const store = (news: Partial<ObjectStoreArgs> = {}) =>
  registered(() => {
    const certificate = { certificate: pulumi.output("cert"), privateKey: pulumi.output("key") };
    return void new ObjectStore("store", {
      ...{
        namespace: "edge",
        namespaceGoes: false,
        stack: "p.s",
        cluster: {},
        server: "versitygw",
        image: "store:1",
        agentImage: "busybox:1",
        durable: true,
        size: "20Gi",
      },
      ...{ volume: { kind: "storageClass", className: "slow" }, limits: { memory: "512Mi" }, node: "node-1" },
      ...{ hostPort: 5046, certificate, caCertificate, keep: true },
      ...news,
    });
  });

const bucket = (news: Partial<ImageBucketArgs> = {}) =>
  registered(() => {
    const made = new ImageBucket("bucket", {
      ...{ bucket: "registry-edge", address: { host: "192.0.2.10", port: 5046 }, server: "versitygw" },
      ...{ caCertificate, rootUser: "root", rootPassword: "root-password", origin: "create" },
      ...news,
    });
    return pulumi
      .unsecret(pulumi.all([made.accessKey, made.secretKey]))
      .apply((keys) => void said.push(keys));
  });
const said: unknown[] = [];

test("a store on a claim asks its class for the size", async () => {
  const { inputs, retainOnDelete } = (await store()).one("PersistentVolumeClaim store-volume");
  assert.equal(retainOnDelete, true);
  assert.partialDeepStrictEqual(inputs, {
    metadata: { name: "object-store", namespace: "edge" },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: "slow",
      resources: { requests: { storage: "20Gi" } },
    },
  });
  const unkept = await store({ keep: false, volume: { kind: "storageClass" } });
  const claim = unkept.one("PersistentVolumeClaim store-volume");
  assert.equal(claim.retainOnDelete, false);
  assert.ok(!("storageClassName" in Object(claim.inputs.spec)));
});

test("a volume is made at once where that is known to be right", async () => {
  const annotations = async (node?: string) => {
    const recorded = await store({ volume: { kind: "storageClass", className: "plain", node } });
    return Object(recorded.one("PersistentVolumeClaim store-volume").inputs.metadata).annotations;
  };
  const unawaited = { "pulumi.com/skipAwait": "true" };
  assert.deepEqual(await annotations(), unawaited);
  const there = { ...unawaited, "volume.kubernetes.io/selected-node": "node-1" };
  assert.deepEqual(await annotations("node-1"), there);
});

test("its end is waited for where something of it stays: the namespace, or the folder that is removed after it", async () => {
  const passed = async (news: Partial<ObjectStoreArgs>) =>
    (await store(news)).one("pods-gone store-gone").inputs.namespaceGoes;
  assert.equal(await passed({ namespaceGoes: false }), false);
  assert.equal(await passed({ namespaceGoes: true }), true);
  assert.equal(
    await passed({ namespaceGoes: true, volume: { kind: "hostPath", path: "/var/lib/edge" } }),
    false,
  );
});

test("a store on a host path prepares the marked directory, and has it removed unless it is kept", async () => {
  const recorded = await store({ volume: { kind: "hostPath", path: "/var/lib/edge" }, keep: false });
  const directory = { node: "node-1", path: "/var/lib/edge", keep: false, owner: "p.s" };
  assert.partialDeepStrictEqual(recorded.one("store-directory store-directory").inputs, directory);
  const { spec } = podsIn(recorded, "Deployment store");
  const hostPath = { path: "/var/lib/edge", type: "DirectoryOrCreate" };
  assert.deepEqual(spec.volumes[0], { name: "data", hostPath });
  assert.deepEqual(
    spec.initContainers.map(({ name, image }) => `${name} ${image}`),
    ["prepare busybox:1", "durable busybox:1"],
  );
  assert.ok(recorded.one("Deployment store").dependsOn.includes("store-directory"));
});

test("one store runs at a time, on its node, reached at the host port", async () => {
  const recorded = await store();
  assert.partialDeepStrictEqual(recorded.one("Deployment store").inputs, {
    spec: { replicas: 1, strategy: { type: "Recreate" } },
  });
  const { spec, containers } = podsIn(recorded, "Deployment store");
  assert.match(JSON.stringify(spec.affinity), /"metadata.name".*"node-1"/);
  assert.deepEqual(containers.at(-1)?.ports, [{ name: "s3", containerPort: 9000, hostPort: 5046 }]);
});

test("a volume is made to outlive power cuts unless the server sees to that, or the risk is taken", async () => {
  const steps = async (news: Partial<ObjectStoreArgs>) =>
    (podsIn(await store(news), "Deployment store").spec.initContainers ?? []).map(({ name }) => name);
  assert.deepEqual(await steps({}), ["durable"]);
  assert.deepEqual(await steps({ durable: false }), []);
  assert.deepEqual(await steps({ server: "minio" }), []);
  const syncing = async (durable: boolean) =>
    podsIn(await store({ server: "minio", durable }), "Deployment store")
      .containers.at(-1)
      ?.env.slice(2)
      .map(({ name, value }) => `${name}=${value}`);
  assert.deepEqual(await syncing(true), ["MINIO_FS_OSYNC=on", "MINIO_DRIVE_MAX_TIMEOUT=2m"]);
  assert.deepEqual(await syncing(false), []);
  const { spec } = podsIn(await store(), "Deployment store");
  const [step] = spec.initContainers;
  assert.ok(step?.command.includes("the volume of claim object-store"));
  const rights = { drop: ["ALL"], add: ["DAC_OVERRIDE", "FOWNER"] };
  assert.partialDeepStrictEqual(step?.securityContext, { runAsUser: 0, capabilities: rights });
});

test("the keys are files, in no environment, and each server gets no others than it reads", async () => {
  const files = { versitygw: ["users.json"], minio: ["user", "password"] } as const;
  for (const server of ["versitygw", "minio"] as const) {
    const recorded = await store({ server });
    const { spec, containers } = podsIn(recorded, "Deployment store");
    const main = containers.at(-1);
    assert.deepEqual(
      main?.env.map(({ name }) => name),
      ["GOGC", "GOMEMLIMIT", ...(server === "minio" ? ["MINIO_FS_OSYNC", "MINIO_DRIVE_MAX_TIMEOUT"] : [])],
    );
    assert.match(main?.command.at(-1) ?? "", /--iam-dir \/keys|\/keys\/user.*\/keys\/password/);
    assert.doesNotMatch(main?.command.at(-1) ?? "", /cat \/keys/);
    const { secret } = spec.volumes.find(({ name }) => name === "keys") ?? {};
    assert.deepEqual(
      secret?.items.map(({ key }) => key),
      files[server],
    );
  }
});

test("versitygw knows our account as one that may do everything", () => {
  const files = storeServers.versitygw.keyFiles("user", 'pass"word');
  assert.deepEqual(JSON.parse(files["users.json"] ?? ""), {
    accessAccounts: { user: { access: "user", secret: 'pass"word', role: "admin" } },
  });
});

test("MinIO has a console, and its certificate under its own names", async () => {
  const recorded = await store({ server: "minio" });
  const main = podsIn(recorded, "Deployment store").containers.at(-1);
  assert.deepEqual(
    main?.ports.map(({ name }) => name),
    ["s3", "console"],
  );
  assert.partialDeepStrictEqual(recorded.one("Service store-service").inputs, {
    spec: { ports: [{ name: "s3" }, { name: "console", port: 9001, targetPort: "console" }] },
  });
  assert.ok(main?.volumeMounts.some(({ mountPath }) => mountPath === "/minio-tls"));
  const items = [
    { key: "tls.crt", path: "public.crt" },
    { key: "tls.key", path: "private.key" },
    { key: "ca.crt", path: "CAs/ca.crt" },
  ];
  const { volumes } = podsIn(recorded, "Deployment store").spec;
  assert.partialDeepStrictEqual(
    volumes.find(({ name }) => name === "tls"),
    { secret: { secretName: "object-store-tls", items } },
  );
});

test("the bucket is made over the one route, and outlives a destroy", async () => {
  said.length = 0;
  const recorded = await bucket();
  assert.deepEqual(recorded.list, [
    "ImageBucket bucket",
    "minio:S3Bucket bucket",
    "pulumi:minio bucket-store",
    "store-route bucket-route",
  ]);
  assert.partialDeepStrictEqual(recorded.one("store-route bucket-route").inputs, {
    host: "192.0.2.10",
    port: 5046,
    caCertificate,
    health: "/health",
    bucket: "registry-edge",
  });
  const provider = recorded.one("pulumi:minio bucket-store");
  assert.partialDeepStrictEqual(provider.told, {
    minioUser: "root",
    minioPassword: "[secret]",
    minioSsl: "true",
  });
  assert.ok(provider.dependsOn.includes("bucket-route"));
  const { inputs, retainOnDelete, imports } = recorded.one("minio:S3Bucket bucket");
  assert.deepEqual(
    [inputs, retainOnDelete, imports],
    [{ bucket: "registry-edge", acl: "private" }, true, ""],
  );
  assert.deepEqual(said, [["root", "root-password"]]);
});

test("a bucket that exists is imported by its name", async () => {
  assert.equal((await bucket({ origin: "adopt" })).one("minio:S3Bucket bucket").imports, "registry-edge");
});

test("on MinIO the registry gets a user of its own, who may do what a registry does in this bucket", async () => {
  said.length = 0;
  const recorded = await bucket({ server: "minio" });
  assert.deepEqual(recorded.list, [
    "ImageBucket bucket",
    "minio:IamPolicy bucket-policy",
    "minio:IamUser bucket-user",
    "minio:IamUserPolicyAttachment bucket-user-policy",
    "minio:S3Bucket bucket",
    "pulumi:minio bucket-store",
    "random:RandomPassword bucket-secret",
    "store-route bucket-route",
  ]);
  assert.deepEqual(said, [["registry-edge", "generated-password-of-bucket-secret"]]);
  for (const type of ["minio:IamPolicy", "minio:IamUser", "minio:IamUserPolicyAttachment"])
    assert.ok(
      recorded.of(type).every(({ retainOnDelete }) => retainOnDelete),
      type,
    );
  const attached = recorded.one("minio:IamUserPolicyAttachment bucket-user-policy").inputs;
  assert.deepEqual(attached, { userName: "registry-edge", policyName: "registry-edge" });
  const long = await bucket({ server: "minio", bucket: "images-of-the-whole-factory" });
  const { userName, policyName } = long.one("minio:IamUserPolicyAttachment bucket-user-policy").inputs;
  assert.match(`${userName}`, /^images-of-t-[0-9a-f]{8}$/); // MinIO takes no longer one
  assert.equal(policyName, "images-of-the-whole-factory");
  const { policy } = recorded.one("minio:IamPolicy bucket-policy").inputs;
  const { Statement } = JSON.parse(`${policy}`);
  const reach = Statement.map(({ Resource, Effect }: { Resource: string[]; Effect: string }) => [
    Effect,
    ...Resource,
  ]);
  assert.deepEqual(reach, [
    ["Allow", "arn:aws:s3:::registry-edge"],
    ["Allow", "arn:aws:s3:::registry-edge/*"],
  ]);
  assert.doesNotMatch(`${policy}`, /s3:\*|DeleteBucket|PutBucketPolicy/);
});
