import assert from "node:assert/strict";
import { test } from "node:test";
import { addressed } from "../../engine/settings.ts";

const nodes = ["10.78.1.11", "10.78.1.12"];
const line = "  edge-registry:nodeAddress: 10.78.1.11";

test("settings without an address get the first node's, wherever they have their keys", () => {
  for (const [settings, expected] of [
    ["config:\n  edge-registry:port: 1\n", `config:\n${line}\n  edge-registry:port: 1\n`],
    ["# c\nconfig: {} # none\nenvironment: x\n", `# c\nconfig:\n${line}\nenvironment: x\n`],
    ["encryptionsalt: v1:config:\n", `encryptionsalt: v1:config:\nconfig:\n${line}\n`],
    [
      "# edge-registry:nodeAddress: 192.0.2.1\nconfig:\n",
      `# edge-registry:nodeAddress: 192.0.2.1\nconfig:\n${line}\n`,
    ],
  ] as const) {
    assert.equal(addressed(settings, nodes, true), expected);
  }
});

test("an address that a person named stays, also one that no node has", () => {
  const settings = 'config:\n  edge-registry:nodeAddress: "192.0.2.1" # ours\n';
  assert.equal(addressed(settings, nodes, false), settings);
});

test("one that was filled in stays while a node has it, and is replaced then", () => {
  const settings = "config:\n  edge-registry:nodeAddress: 10.78.1.12\n  edge-registry:port: 1\n";
  assert.equal(addressed(settings, nodes, true), settings);
  assert.equal(addressed(settings, nodes.slice(0, 1), true), `config:\n${line}\n  edge-registry:port: 1\n`);
});
