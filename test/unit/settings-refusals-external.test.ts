/** Wrong settings of an S3 service outside the cluster, on the target where it is the default. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { external, least, problems } from "../support/example-settings.ts";
import { authority } from "../support/mocks.ts";

const { kind: _, ...keys } = external;
const set = (key: string, value: string) =>
  `; run: pulumi config set --path edge-registry:storage.${key} ${value}`;
const url = "storage.endpoint: expected the https URL of an S3 service, without a path, got";
const setUrl = set("endpoint", "https://s3.eu-central-1.amazonaws.com");
const region =
  "storage.region: expected a region's name of 1 to 63 of a-z, 0-9, - and _, such as eu-central-1, got";
const setRegion = set("region", "us-east-1");
const accessKey =
  "storage.accessKey: expected the access key of an account of the S3 service, at most 128 long, got";
const secretKey = "storage.secretKey: expected the secret key of the account, at most 256 long, got";
const pem = "storage.caCertificate: expected the PEM text of one or more authorities' certificates, got";
const now = new Date();

/** What is wrong with a setting of the storage, and all that is said of it. */
const refusals: readonly (readonly [part: Readonly<Record<string, unknown>>, message: string | RegExp])[] = [
  [
    { endpoint: "http://s3.example.com" },
    `${url} http://s3.example.com: keys and images would not be protected on their way${setUrl}`,
  ],
  [
    { endpoint: "s3://images" },
    `${url} s3://images: it is the service's URL, and the bucket is the setting bucket${setUrl}`,
  ],
  [{ endpoint: "s3.example.com" }, `${url} s3.example.com: it must begin with https://${setUrl}`],
  [{ endpoint: "s3.example.com:9000" }, `${url} s3.example.com:9000: it must begin with https://${setUrl}`],
  [
    { endpoint: "https://key:secret@s3.example.com" },
    `${url} https://…@s3.example.com: keys belong in storage.accessKey and storage.secretKey${setUrl}`,
  ],
  [{ endpoint: "https://s3.example.com/" }, `${url} https://s3.example.com/: leave out the last /${setUrl}`],
  [
    { endpoint: "https://s3.example.com/images" },
    `${url} https://s3.example.com/images: leave out the path: the bucket is the setting bucket${setUrl}`,
  ],
  [{ endpoint: "https://s3.example.com?x=1" }, /: leave out what follows \? or #/],
  [{ endpoint: "https://S3.example.com" }, /: write it in lower case/],
  [{ endpoint: "https://s3.example.com:0" }, /: ports go from 1 to 65535/],
  [{ endpoint: "https://s3.example.com:70000" }, /: ports go from 1 to 65535/],
  [{ endpoint: "https://s3.example.com:65536" }, `${url} https://s3.example.com:65536${setUrl}`],
  [{ endpoint: "https://localhost:9000" }, /: it means another machine to each pod/],
  [{ endpoint: "https://127.0.0.1:9000" }, /: it means another machine to each pod/],
  [{ endpoint: "https://[::1]:9000" }, /: it means another machine to each pod/],
  [{ endpoint: "https://2001:db8::9" }, `${url} https://2001:db8::9${setUrl}`],
  [{ endpoint: "https://192.0.2.300" }, `${url} https://192.0.2.300${setUrl}`],
  [{ endpoint: "https://s3_example.com" }, `${url} https://s3_example.com${setUrl}`],
  [{ endpoint: "https://" }, `${url} https://${setUrl}`],
  [{ endpoint: "" }, /^storage\.endpoint: .*got an empty text: it must begin with https:\/\//],
  [{ endpoint: 9000 }, /^storage\.endpoint: .*got number 9000: put it in quotes/],
  [{ region: "EU-Central-1" }, `${region} EU-Central-1: write it in lower case${setRegion}`],
  [
    { region: "eu-central-1a" },
    `${region} eu-central-1a: that is a zone: leave out its last letter${setRegion}`,
  ],
  [
    { region: "https://s3.example.com" },
    `${region} https://s3.example.com: the URL is the setting storage.endpoint${setRegion}`,
  ],
  [{ region: "" }, `${region} an empty text${setRegion}`],
  [{ region: "eu central" }, `${region} "eu central"${setRegion}`],
  [{ accessKey: "" }, `${accessKey} a text: it is empty`],
  [{ accessKey: "AKIA EXAMPLE" }, `${accessKey} a text: it has a blank`],
  [{ accessKey: "AKIA\u00e4" }, `${accessKey} a text: it has characters that S3 keys never have`],
  [{ accessKey: "A".repeat(129) }, `${accessKey} a text: it is longer`],
  [{ accessKey: { secure: "v1:x" } }, `${accessKey} an object`],
  [{ secretKey: "" }, `${secretKey} a text: it is empty`],
  [{ secretKey: "s3cret\n" }, `${secretKey} a text: it has a blank`],
  [{ secretKey: 12345678 }, `${secretKey} a number: put it in quotes`],
  [{ secretKey: "s".repeat(257) }, `${secretKey} a text: it is longer`],
  [
    { pathStyle: "virtual" },
    `storage.pathStyle: expected true or false, got virtual${set("pathStyle", "true")}`,
  ],
  [{ create: "never" }, `storage.create: expected true or false, got never${set("create", "true")}`],
  [{ adopt: 1 }, `storage.adopt: expected true or false, got number 1${set("adopt", "true")}`],
  [{ caCertificate: "./ca.crt" }, `${pem} ./ca.crt: this is a path: give the file's content`],
  [{ caCertificate: authority.privateKey }, `${pem} a text of several lines: it holds a private key`],
  [
    { caCertificate: `${authority.certificate}${authority.privateKey}` },
    `${pem} a text of several lines: it holds a private key`,
  ],
  [{ caCertificate: authority.certificate.replace("MII", "MIX") }, `${pem} a text of several lines`],
  [{ caCertificate: "" }, `${pem} an empty text`],
  [
    { endpont: "https://s3.example.com" },
    "storage.endpont: expected a setting that the README lists, got an unknown key: did you mean endpoint?",
  ],
  [{ bucket: "images" }, /^storage\.bucket: expected a setting that the README lists, got an unknown key/],
  ...["server", "hostPath", "storageClasses", "size", "reachAt", "reachFrom", "durable"].map(
    (key) =>
      [
        { [key]: inCluster(key) },
        `storage.${key}: expected nothing where storage.kind is external, got a value: it is about a store in the cluster; run: pulumi config rm --path edge-registry:storage.${key}`,
      ] as const,
  ),
  [
    { pathStyle: false, endpoint: "https://192.0.2.9:9000" },
    `storage.pathStyle: expected true where storage.endpoint is an address, got false: a bucket's name cannot stand before an address${set("pathStyle", "true")}`,
  ],
];

function inCluster(key: string): unknown {
  const values = { server: "minio", hostPath: "/srv/images", storageClasses: ["fast"], size: "20Gi" };
  return { ...values, reachAt: "192.0.2.10:5046", reachFrom: ["10.0.0.0/8"], durable: false }[key];
}

describe("of an external store is refused", () => {
  for (const [part, message] of refusals)
    test(JSON.stringify(part).slice(0, 90), () => {
      const [found = "nothing is said", ...others] = problems(
        { ...least, target: "cloud", storage: { ...keys, ...part } },
        { now },
      );
      assert.deepEqual(others, []);
      if (typeof message === "string") assert.equal(found, message);
      else assert.match(found, message);
    });
});

test("what an external store cannot do without is asked for, keys so that no shell remembers them", () => {
  const why = "the images lie in an S3 service outside, unless storage.kind is in-cluster";
  const secret = "run: pulumi config set --secret --path edge-registry:storage";
  assert.deepEqual(problems({ ...least, target: "cloud" }), [
    `storage.endpoint: expected the https URL of an S3 service, got nothing: ${why}${set("endpoint", "URL")}`,
    `storage.accessKey: expected the access key of an account there, got nothing: ${why}; ${secret}.accessKey`,
    `storage.secretKey: expected the secret key of the account, got nothing: ${why}; ${secret}.secretKey`,
  ]);
});

test("a store in the cluster has nothing of one outside", () => {
  const strange = { endpoint: "https://s3.example.com", create: false };
  assert.deepEqual(
    problems({ ...least, storage: strange }),
    ["endpoint", "create"].map(
      (key) =>
        `storage.${key}: expected nothing where storage.kind is in-cluster, got a value: it is about an S3 service outside${set("kind", "external")}`,
    ),
  );
});

test("a bucket with dots is named in the path", () => {
  const dotted = { ...least, bucket: "images.edge", storage: { ...external, pathStyle: false } };
  assert.match(
    problems(dotted).join(),
    /^storage\.pathStyle: expected true where the bucket's name has dots, got false/,
  );
  assert.deepEqual(problems({ ...dotted, storage: external }), []);
});

test("an authority of a store that has expired is refused", () => {
  const storage = { ...external, caCertificate: authority.certificate };
  assert.match(problems({ ...least, storage }, { now: new Date("2099-01-01") }).join(), /it expired on/);
  assert.match(
    problems({ ...least, storage }, { now: new Date("2000-01-01") }).join(),
    /it is not valid before/,
  );
});
