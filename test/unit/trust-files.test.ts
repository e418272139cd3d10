import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { hostMounts } from "../../render/host-mounts.ts";
import { trustFiles } from "../../render/trust-files.ts";

const wishes = {
  owner: "edge/dev",
  registries: ["reg.local:5045", "[fd00::1]:5045"],
  hosts: { address: "fd00::1", name: "reg.local" },
  bundle: "PEM\n",
};

test("holds what is wished for, one thing a line, and every script", () => {
  const {
    owner,
    registries,
    hosts,
    adopt,
    "ca.crt": bundle,
    "not-before": start,
    ...scripts
  } = trustFiles({
    ...wishes,
    notBefore: new Date(1_700_000_000_001),
  });
  assert.deepEqual(
    { owner, registries, hosts, adopt, bundle, start },
    {
      owner: "edge/dev\n",
      registries: "reg.local:5045\n[fd00::1]:5045\n",
      hosts: "fd00::1 reg.local\n",
      adopt: "",
      bundle: "PEM\n",
      start: "1700000001\n",
    },
  );
  assert.deepEqual(Object.keys(scripts).sort(), readdirSync(new URL("../../node", import.meta.url)).sort());
});

test("without a hosts entry and a start", () => {
  const files = trustFiles({ ...wishes, hosts: undefined });
  assert.equal(files.hosts, "");
  assert.equal(trustFiles({ ...wishes, adopt: true }).adopt, "yes\n");
  assert.ok(!("not-before" in files));
});

test("nothing leads to another folder or to a second line", () => {
  for (const registry of ["../x:1", ".x:1", "a/b:1", "a b:1", "a:1\nb:1", ""])
    assert.throws(() => trustFiles({ ...wishes, registries: [registry] }), /^Error: Expected a registry/);
  for (const owner of ["", "a b", "a\nb", "a|d"])
    assert.throws(() => trustFiles({ ...wishes, owner }), /^Error: Expected an owner/);
  for (const name of ["a\nb", "a b", "#", ""])
    assert.throws(
      () => trustFiles({ ...wishes, hosts: { address: "1.2.3.4", name } }),
      /^Error: Expected a line/,
    );
});

test("every folder of the host is mounted at its own path under /host", () => {
  const { volumes, mounts } = hostMounts(["/etc", "/var/snap/microk8s"]);
  assert.deepEqual(mounts, [
    { name: "host-etc", mountPath: "/host/etc" },
    { name: "host-var-snap-microk8s", mountPath: "/host/var/snap/microk8s" },
  ]);
  assert.deepEqual(
    volumes.map(({ name, hostPath }) => [name, hostPath.path]),
    [
      ["host-etc", "/etc"],
      ["host-var-snap-microk8s", "/var/snap/microk8s"],
    ],
  );
});
