/** Systems that make their files from settings of their own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeHost, pem } from "./fake-host.ts";

type FileMap = Readonly<Record<string, string>>;

const ca = "LS0tLS1CRUdJTiB0aGUgYXV0aG9yaXR5";
const systems: readonly (readonly [string, FileMap, FileMap, RegExp])[] = [
  [
    "Talos",
    { "/etc/cri/conf.d/cri.toml": "" },
    {
      "/etc/cri/conf.d/hosts/reg.local_5045_/reg.local:5045-ca.crt": pem(ca),
      "/etc/cri/conf.d/hosts/[fd00::1]_5045_/[fd00::1]:5045-ca.crt": pem(ca),
      "/etc/hosts": "10.0.0.1 reg.local\n",
    },
    /^cannot Talos makes its files from settings: set machine\.registries\.config\."reg\.local:5045"\.tls\.ca to the registry's CA/,
  ],
  [
    "Bottlerocket",
    { "/etc/containerd/config.toml": "version = 3\n", "/etc/updog.toml": "" },
    { "/etc/pki/tls/certs/ca-bundle.crt": `# many\n${pem("others")}${pem(ca.replace("S", "S\n"))}` },
    /^cannot Bottlerocket makes its files from settings: set settings\.pki\.edge-registry\.trusted to true and/,
  ],
];
for (const [name, files, settings, says] of systems)
  test(`${name} is told by its own setting, and trusts once that is made`, () => {
    const host = new FakeHost({ bundle: pem(ca) });
    host.remove("/etc/containerd");
    for (const [path, text] of Object.entries(files)) host.write(path, text);
    const { code, text: told } = host.agent("status", "containerd://2.1.5");
    assert.match(told, says);
    assert.equal(code, 3);
    for (const [path, text] of Object.entries(settings)) host.write(path, text);
    host.agent("once");
    assert.match(host.agent("status", "containerd://2.1.5").text, /^trusts [0-9a-f]{64} since 2/);
    host.wish({ bundle: pem(ca) + pem("two") });
    assert.match(host.agent("status", "containerd://2.1.5").text, says);
    assert.equal(host.agent("leave").code, 0);
  });

test("Talos's hosts file is its own too", () => {
  const host = new FakeHost({ bundle: pem(ca), registries: ["reg.local:5045"] });
  host.remove("/etc/containerd");
  host.write("/etc/cri/conf.d/hosts/reg.local_5045_/reg.local:5045-ca.crt", pem(ca));
  const { code, text } = host.agent("status");
  assert.match(text, /set machine\.network\.extraHostEntries to 10\.0\.0\.1 reg\.local/);
  assert.equal(code, 3);
});
