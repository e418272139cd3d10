/** A stack whose images lie in a bucket outside the cluster. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { external } from "../support/example-settings.ts";
import { authority, bucketOutside } from "../support/mocks.ts";
import { found, podOf, retained, stackOf, told } from "../support/stacks.ts";

describe("of an external store", () => {
  const line = ["bucket registry-edge at https://s3.example.com"];

  test("a destroy leaves the bucket alone, where its images are kept", async () => {
    const recorded = await stackOf({ storage: external });
    assert.deepEqual(told(recorded)?.kept, line);
    assert.equal(recorded.one("bucket-owner bucket-owner").inputs.keep, true);
  });

  test("a claim of a store that was in the cluster before stays with its namespace, and is named", async () => {
    const moved = { ...found, claimLeft: true };
    const recorded = await stackOf({ storage: external }, moved);
    assert.ok(retained(recorded).includes("Namespace home"), "else the claim goes with it");
    const claim = "claim edge-registry/object-store";
    assert.deepEqual(told(recorded)?.kept, [...line, "namespace edge-registry", claim]);
    const gone = await stackOf({ storage: external, keepImages: false }, moved);
    assert.deepEqual([retained(gone), told(gone)?.kept], [[], []]);
    const inFolder = await stackOf({ storage: { hostPath: "/var/lib/images" } }, moved);
    assert.equal(Object(told(inFolder)?.kept).filter((one: string) => one === claim).length, 1);
  });

  test("it takes the images and the bucket where they are not, after the registry", async () => {
    const recorded = await stackOf({ storage: external, keepImages: false });
    assert.deepEqual(retained(recorded), []);
    assert.deepEqual(told(recorded)?.kept, []);
    const owner = recorded.one("bucket-owner bucket-owner");
    assert.deepEqual([owner.inputs.keep, owner.inputs.existed], [false, false]);
    assert.ok(recorded.one("Secret registry-config").dependsOn.includes("bucket-owner"));
  });

  test("a bucket that was there before stays in any case", async (t) => {
    bucketOutside.created = false;
    t.after(() => {
      bucketOutside.created = true;
    });
    const recorded = await stackOf({ storage: external, keepImages: false });
    assert.deepEqual(told(recorded)?.kept, line);
    assert.equal(recorded.one("bucket-owner bucket-owner").inputs.existed, true);
  });

  test("its owner is told whether it may be created, and taken from another stack", async () => {
    const given = async (more: object) => {
      const { inputs } = (await stackOf({ storage: { ...external, ...more } })).one(
        "bucket-owner bucket-owner",
      );
      return [inputs.create, inputs.adopt];
    };
    assert.deepEqual(await given({}), [true, false]);
    assert.deepEqual(await given({ create: false, adopt: true }), [false, true]);
  });

  test("the registry reaches it by its settings, and trusts the authorities of its image", async () => {
    const recorded = await stackOf({ storage: { ...external, region: "eu-1", pathStyle: false } });
    const config = Object(recorded.one("Secret registry-config").inputs.stringData);
    assert.deepEqual(Object.keys(config), ["caddy.json", "config.yml"]);
    assert.doesNotMatch(
      config["caddy.json"],
      /"max_conns_per_host":2,/,
      "far away, much is asked for at a time",
    );
    const { s3 } = JSON.parse(config["config.yml"]).storage;
    assert.deepEqual(
      [s3.regionendpoint, s3.region, s3.forcepathstyle, s3.bucket, s3.accesskey, s3.secretkey],
      ["https://s3.example.com", "eu-1", false, "registry-edge", external.accessKey, external.secretKey],
    );
    const [sidecar] = podOf(recorded).initContainers;
    assert.ok(!JSON.stringify(sidecar).includes("SSL_CERT_FILE"));
    const { inputs } = recorded.one("bucket-owner bucket-owner");
    assert.deepEqual(
      [inputs.endpoint, inputs.region, inputs.pathStyle, inputs.caCertificate],
      ["https://s3.example.com", "eu-1", false, ""],
    );
  });

  test("an authority of its own is the only one that the registry needs", async () => {
    const storage = { ...external, caCertificate: authority.certificate };
    const recorded = await stackOf({ storage });
    const config = Object(recorded.one("Secret registry-config").inputs.stringData);
    assert.equal(config["ca.crt"], authority.certificate);
    const [sidecar] = podOf(recorded).initContainers;
    assert.deepEqual(
      sidecar.env.find(({ name }: { name: string }) => name === "SSL_CERT_FILE"),
      { name: "SSL_CERT_FILE", value: "/etc/edge-registry/store-ca.crt" },
    );
    assert.equal(recorded.one("bucket-owner bucket-owner").inputs.caCertificate, authority.certificate);
  });

  test("the target cloud has it by default, and a store in the cluster where that is wanted", async () => {
    const { kind: _, ...keys } = external;
    const like = { expose: "loadBalancer", replicas: 2 };
    const recorded = await stackOf({ target: "cloud", storage: keys });
    assert.deepEqual(recorded.list, (await stackOf({ storage: external, ...like })).list);
    const inside = await stackOf({ target: "cloud", storage: { kind: "in-cluster" } });
    assert.deepEqual(inside.list, (await stackOf(like)).list);
  });
});
