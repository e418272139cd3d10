/**
 * What each setting's change touches: a preview names exactly that, and `up` applies it. Against the cluster in
 * $KUBECONFIG; `node local/test/run.ts e2e registry-changes` makes one.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Run } from "../../local/test/support/engine.ts";
import { kubectl, nodeAddresses, Site } from "../support/site.ts";

const namespace = "registry-changes";
let site: Site;
let address: string;

before(async () => {
  address = (await nodeAddresses())["node-1"] ?? "";
  await kubectl("create", "namespace", "changes-apps");
  site = await Site.create("changes", {
    cluster: { context: (await kubectl("config", "current-context")).trim() },
    nodeAddress: address,
    namespace,
    port: "5055",
    storage: { reachAt: `${address}:5056` },
    pullSecret: { namespaces: [], serviceAccounts: [] },
    keepImages: "false",
  });
  await site.must("up");
});

after(async () => {
  await site.end();
  await kubectl("delete", "namespace", "changes-apps", "--ignore-not-found", "--wait=false");
});

const rolled = (what: "registry" | "store") => [
  `update Deployment ${what}`,
  `update deployment-ready ${what}-ready`,
];
/** Nothing is started anew. */
const newGateway = ["update Secret registry-config", "update gateway-serves registry-serves"];
const trustedAnew = [
  "update ConfigMap node-trust-files",
  "update DaemonSet node-trust",
  "update rollout node-trust-rollout",
];
const provenAgain = [
  "update image-pushed proof-pushed",
  "update DaemonSet proof",
  "update rollout proof-rollout",
];
const otherServers = ["update Secret proof-pull", "update Secret pull-secrets-changes-apps"];

interface Case {
  readonly set: () => Readonly<Record<string, unknown>>;
  /** As "operation type name". */
  readonly changes: readonly string[];
}

/** One after the other, each on top of those before. */
const cases: Readonly<Record<string, Case>> = {
  "from where the store is reached": {
    set: () => ({ storage: { reachAt: `${address}:5056`, reachFrom: ["10.0.0.0/8"] } }),
    changes: ["update NetworkPolicy network-object-store"],
  },
  // The namespace no longer goes with what is in it.
  "images that stay": {
    set: () => ({ keepImages: "true" }),
    changes: [
      "update dead-pods home-dead-pods",
      "update pods-gone registry-gone",
      "update pods-gone store-gone",
    ],
  },
  "more memory": {
    set: () => ({ resources: { gateway: { memory: "128Mi" } } }),
    changes: rolled("registry"),
  },
  "one more account": {
    set: () => ({
      accounts: [
        { name: "regUser", role: "push" },
        { name: "regPuller", role: "pull" },
        { name: "ci", role: "push" },
      ],
    }),
    changes: ["create RandomPassword accounts-ci", "update Secret accounts", ...newGateway],
  },
  "a namespace that pulls": {
    set: () => ({ pullSecret: { namespaces: ["changes-apps"] } }),
    changes: [
      "create PullSecrets pull-secrets",
      "create Secret pull-secrets-changes-apps",
      "create ServiceAccountPatch pull-secrets-changes-apps-default",
    ],
  },
  "another name of the pull secret": {
    set: () => ({ pullSecret: { namespaces: ["changes-apps"], name: "registry-login" } }),
    changes: [
      "replace Secret pull-secrets-changes-apps",
      "update ServiceAccountPatch pull-secrets-changes-apps-default",
    ],
  },
  "a name": {
    set: () => ({ host: "registry.changes.example" }),
    changes: [
      "replace CertRequest server-certificate-request",
      "replace LocallySignedCert server-certificate",
      ...newGateway,
      ...otherServers,
      ...trustedAnew,
      ...provenAgain,
    ],
  },
  "a second generation of the authority": {
    set: () => ({ certificate: { trusts: [1, 2] } }),
    changes: [
      "create PrivateKey authority-key-2",
      "create SelfSignedCert authority-2",
      ...trustedAnew,
      ...provenAgain,
    ],
  },
  "another bucket": {
    set: () => ({ bucket: "other-images" }),
    changes: [
      "replace S3Bucket bucket",
      "update ConfigMap kept",
      "update Secret registry-config",
      "update store-route bucket-route",
      ...rolled("registry"),
      ...provenAgain,
    ],
  },
  "another port": {
    set: () => ({ port: "5057" }),
    changes: [
      "update Service exposure-service",
      ...rolled("registry"),
      ...otherServers,
      ...trustedAnew,
      ...provenAgain,
    ],
  },
  // Late: with it nobody here knows the name, and a proof would rightly fail.
  "no lines in hosts files": { set: () => ({ nodeTrust: { hosts: false } }), changes: trustedAnew },
  "no proof": {
    set: () => ({ proof: "off" }),
    changes: [
      "delete DaemonSet proof",
      "delete PullProof proof",
      "delete Secret proof-pull",
      "delete image-pushed proof-pushed",
      "delete rollout proof-rollout",
    ],
  },
};

for (const [name, { set, changes }] of Object.entries(cases))
  test(`${name}: the preview names exactly what it touches, and up applies it`, async () => {
    await site.set(set());
    assert.deepEqual(whole(await site.must("preview")), [...changes].sort());
    assert.deepEqual(whole(await site.must("up")), [...changes].sort());
  });

/** A replacement is told as itself and as its two halves. */
const whole = ({ changes }: Run) =>
  changes.filter((change) => !/^(create-replacement|delete-replaced) /.test(change));

test("after all of them nothing changes by itself", async () => {
  assert.deepEqual((await site.must("preview")).changes, []);
});
