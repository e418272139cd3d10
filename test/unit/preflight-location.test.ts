import assert from "node:assert/strict";
import { test } from "node:test";
import { locationOf, locationProblems, type Mark, marks } from "../../stacks/preflight/location.ts";
import { external, meant } from "../support/example-settings.ts";

const stack = "edge-registry.dev";
const on = (storage: object = {}) => meant({ nodeAddress: "192.0.2.10", storage });
const mark = (data: Readonly<Record<string, string>>, owner = stack): Mark => ({
  metadata: { name: "edge-registry-kept", uid: "u", labels: { "edge-registry/stack": owner } },
  data,
});
const claim = mark({ claim: "edge-registry/object-store", bucket: "registry-edge", server: "versitygw" });

test("settings that name the place the images are in are fine, and so is a first up", () => {
  assert.deepEqual(locationProblems(undefined, on(), "node-1"), []);
  assert.deepEqual(locationProblems(claim, on(), "node-1"), []);
  const directory = mark({ directory: "node-1:/var/lib/images", server: "versitygw" });
  assert.deepEqual(locationProblems(directory, on({ hostPath: "/var/lib/images" }), "node-1"), []);
});

test("another place is refused, with both named", () => {
  const hostPath = on({ hostPath: "/var/lib/images" });
  assert.equal(locationOf(hostPath, "node-1"), "directory node-1:/var/lib/images");
  const [moved = ""] = locationProblems(claim, hostPath, "node-1");
  assert.match(
    moved,
    /images are in claim edge-registry\/object-store, .* to directory node-1:\/var\/lib\/images/,
  );
  const elsewhere = mark({ directory: "node-1:/var/lib/images" });
  assert.equal(locationProblems(elsewhere, hostPath, "node-2").length, 1);
});

test("a server that cannot read what the other wrote is refused", () => {
  const [other = ""] = locationProblems(claim, on({ server: "minio" }), "node-1");
  assert.match(other, /^storage\.server: the images were written by versitygw, which minio cannot read/);
});

test("a mark counts for its own stack and bucket only", () => {
  assert.equal(marks(claim, "registry-edge", stack), true);
  assert.equal(marks(claim, "other", stack), false);
  assert.equal(
    marks(mark({ bucket: "registry-edge" }, "edge-registry.other"), "registry-edge", stack),
    false,
  );
  assert.equal(marks(undefined, "registry-edge", stack), false);
});

test("a bucket outside is a place too, by its name and its service", () => {
  const outside = meant({ nodeAddress: "192.0.2.10", storage: external });
  assert.equal(locationOf(outside, undefined), "bucket registry-edge at https://s3.example.com");
  const there = mark({ bucket: "registry-edge", endpoint: "https://s3.example.com" });
  assert.deepEqual(locationProblems(there, outside, undefined), []);
  const [other = ""] = locationProblems(
    mark({ bucket: "registry-edge", endpoint: "https://s3.example.org" }),
    outside,
    undefined,
  );
  assert.match(
    other,
    /images are in bucket registry-edge at https:\/\/s3\.example\.org, .* to bucket registry-edge at https:\/\/s3\.example\.com/,
  );
  assert.match(
    locationProblems(claim, outside, undefined).join(),
    /images are in claim edge-registry\/object-store/,
  );
  assert.match(locationProblems(there, on(), "node-1").join(), /images are in bucket registry-edge at/);
  assert.equal(locationProblems(claim, outside, undefined).length, 1);
});
