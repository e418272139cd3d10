/** The command for a node that no agent could leave, run as a person would. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import type { Distribution } from "../../cluster/distribution.ts";
import { removalByHand } from "../../render/removal-by-hand.ts";
import { FakeHost, goodConfig, line } from "./fake-host.ts";

const agent = (kind: string) => `/var/lib/rancher/${kind}/agent/etc/containerd`;
const configs: readonly (readonly [Distribution, string, string])[] = [
  ["other", "/etc/containerd/config.toml", "/etc/containerd/certs.d"],
  ["other", "/etc/containerd/config.toml", "/etc/containerd/hosts.d"],
  ["rancher", `${agent("k3s")}/config.toml`, `${agent("k3s")}/certs.d`],
  ["rancher", `${agent("rke2")}/config.toml`, `${agent("rke2")}/certs.d`],
  ["k0s", "/etc/k0s/containerd.toml", "/etc/k0s/containerd.d/certs.d"],
];

/** With the folders of the fake host in place of the machine's, which must not be touched. */
function byHand(host: FakeHost, distribution: Distribution): void {
  const command = removalByHand("edge.dev", distribution).replaceAll(
    / (\/etc|\/var)\//g,
    ` ${host.at("")}$1/`,
  );
  assert.doesNotMatch(command, /(^|[^\w*-])\/(etc|var)/);
  execFileSync("sh", ["-c", command]);
}

for (const [distribution, config, certs] of configs)
  test(`by hand as by the agent: ${certs}`, () => {
    const host = new FakeHost({ owner: "edge.dev" });
    const other = new FakeHost({ owner: "edge-dev", registries: ["two:1"] }, host);
    host.remove("/etc/containerd");
    host.write(config, goodConfig.replace("/etc/containerd/certs.d", certs));
    host.write("/etc/docker/daemon.json", "{}");
    host.write(`${certs}/theirs:1/ca.crt`, "theirs");
    other.agent("once");
    const before = Object.keys(host.tree()).filter((path) => !path.includes(".edge-registry/"));
    assert.equal(host.agent("once").code, 0);
    byHand(host, distribution);
    const after = Object.keys(host.tree());
    assert.deepEqual(
      after,
      before.filter((path) => path !== "etc/.edge-registry"),
    );
    assert.equal(host.read("/etc/hosts"), `127.0.0.1 localhost\n${line("edge-dev")}\n`);
  });
