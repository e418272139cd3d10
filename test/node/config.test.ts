/** What the agent says of a containerd's configuration. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { certs, FakeHost, goodConfig, pem } from "./fake-host.ts";

const v2 = '[plugins."io.containerd.grpc.v1.cri".registry]';
const v3 = '[plugins."io.containerd.cri.v1.images".registry]';
const list = `version = 3\n${v3}\nconfig_path = "${certs}:/etc/docker/certs.d"\n`;
const unset =
  /^cannot \/etc\/containerd\/config\.toml sets no config_path: set config_path = "\/etc\/containerd\/certs\.d" under \[/;
const one =
  /config\.toml line 3 sets config_path to a list, which containerd from 2\.1 on takes for one folder: set/;

const configs: readonly (readonly [string, string, string, RegExp])[] = [
  ["set, version 3", goodConfig, "containerd://2.2.7", /^trusts/],
  [
    "set, version 2",
    `version = 2\n${v2}\n  config_path = '${certs}/' # here\n`,
    "containerd://1.7.20",
    /^trusts/,
  ],
  [
    "dotted keys",
    `version = 2\n[plugins."io.containerd.grpc.v1.cri"]\n  registry.config_path = "${certs}"\n`,
    "",
    /^trusts/,
  ],
  ["CRLF", goodConfig.replaceAll("\n", "\r\n"), "", /^trusts/],
  ["commented out", `version = 2\n${v2}\n# config_path = "${certs}"\n`, "containerd://1.7.20", unset],
  ["in another table", `version = 2\n[plugins."x".registry]\nconfig_path = "${certs}"\n`, "", unset],
  [
    "empty, version 2",
    `version = 2\n${v2}\nconfig_path = ""\n`,
    "",
    /under \[plugins\."io\.containerd\.grpc\.v1\.cri"\.registry\]/,
  ],
  [
    "empty, version 3",
    `version = 3\n${v3}\nconfig_path = ''\n`,
    "",
    /under \[plugins\."io\.containerd\.cri\.v1\.images"\.registry\]/,
  ],
  ["unset on 2.2", "version = 3\n", "containerd://2.2.7", unset],
  [
    "unset on 2.2 that pulls the older way",
    `version = 3\n[plugins."io.containerd.cri.v1.images"]\nuse_local_image_pull = true\n`,
    "containerd://2.2.7",
    /^trusts/,
  ],
  [
    "unset on 2.1 that pulls the older way",
    `version = 3\n[plugins."io.containerd.cri.v1.images"]\nuse_local_image_pull = true\n`,
    "containerd://2.1.4",
    unset,
  ],
  ["a list, nobody said how new", list, "", one],
  ["a list on 2.1", list, "containerd://2.1.4", one],
  ["a list on 10.0", list, "containerd://10.0.0", one],
  ["a list on 2.0", list, "containerd://2.0.1", /^trusts/],
  ["a list on 1.7", list, "containerd://1.7.29~ds1", /^trusts/],
  [
    "a list, pulling the older way",
    `${list}[plugins."io.containerd.cri.v1.images"]\ndiscard_unpacked_layers = true\n`,
    "containerd://2.1.4",
    /^trusts/,
  ],
  [
    "mirrors",
    `version = 2\n${v2}\n[plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]\nendpoint = ["x"]\n`,
    "",
    /config\.toml line 4 sets registry\.mirrors, so no folder is read/,
  ],
  [
    "an empty table of mirrors",
    `${goodConfig}[plugins."io.containerd.cri.v1.images".registry.mirrors]\n`,
    "",
    /^trusts/,
  ],
  [
    "elsewhere",
    goodConfig.replace("/etc/containerd/certs.d", "/opt/certs"),
    "",
    /line 3 sets config_path to \/opt\/certs, which is not mounted here/,
  ],
  ["out of the folder", goodConfig.replace("certs.d", "../x"), "", /which is not mounted here/],
  [
    "no text",
    goodConfig.replace('"/etc/containerd/certs.d"', "yes"),
    "",
    /^cannot \/etc\/containerd\/config\.toml line 3 is broken: mend it/,
  ],
  [
    "an open quote",
    'version = 3\nroot = "/x\n',
    "",
    /^cannot \/etc\/containerd\/config\.toml line 2 is broken: mend it/,
  ],
  ["an open bracket", `${goodConfig}[plugins."x"\n`, "", /line 4 is broken/],
  ["no value", `${goodConfig}key =\n`, "", /line 4 is broken/],
  [
    "no cri",
    'disabled_plugins = ["cri"]\n',
    "",
    /^cannot \/etc\/containerd\/config\.toml line 1 disables the cri plugin/,
  ],
  [
    "arrays over lines",
    `imports = [\n  "a",\n]\nrequired_plugins = [\n  "b"\n]\n${goodConfig}`,
    "",
    /^trusts/,
  ],
];
for (const [what, config, runtime, says] of configs)
  test(`config_path: ${what}`, () => {
    const host = new FakeHost();
    host.write("/etc/containerd/config.toml", config);
    host.agent("once");
    const { code, text } = host.agent("status", runtime);
    assert.match(text, says);
    assert.equal(code, text.startsWith("cannot") ? 3 : 0);
    assert.equal(
      host.read("/etc/containerd/certs.d/reg.local:5045/ca.crt"),
      pem("one"),
      "it is there once that is mended",
    );
  });

test("no configuration at all", () => {
  const host = new FakeHost();
  host.remove("/etc/containerd/config.toml");
  host.agent("once");
  assert.match(host.agent("status", "containerd://2.2.7").text, unset);
});

test("an imported file wins", () => {
  const host = new FakeHost();
  host.write("/etc/containerd/config.toml", 'version = 3\nimports = ["/etc/containerd/conf.d/*.toml"]\n');
  host.write("/etc/containerd/conf.d/registry.toml", goodConfig);
  assert.equal(host.agent("once").code, 0);
  assert.match(host.agent("status").text, /^trusts/);
  host.write("/etc/containerd/conf.d/registry.toml", list);
  assert.match(host.agent("status").text, /conf\.d\/registry\.toml line 3 sets config_path to a list/);
});

test("k3s is what counts where it is", () => {
  const host = new FakeHost();
  const agent = "/var/lib/rancher/k3s/agent/etc/containerd";
  host.write(`${agent}/config.toml`, goodConfig.replace("/etc/containerd", agent));
  assert.equal(host.agent("once").code, 0);
  assert.equal(host.read(`${agent}/certs.d/reg.local:5045/ca.crt`), pem("one"));
  assert.match(host.agent("status", "containerd://2.1.5-k3s1").text, /^trusts/);
});

test("CRI-O reads its folder whatever its configuration is", () => {
  const host = new FakeHost();
  host.write("/etc/crio/crio.conf", "");
  host.write("/etc/containers/policy.json", "{}");
  assert.equal(host.agent("once").code, 0);
  assert.equal(host.read("/etc/containers/certs.d/reg.local:5045/ca.crt"), pem("one"));
});

test("a host without a runtime is named", () => {
  const host = new FakeHost();
  host.remove("/etc/containerd");
  assert.match(host.agent("status").text, /^cannot no container runtime was found/);
});
