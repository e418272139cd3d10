import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { clientSetup } from "../../render/client-setup.ts";

const { loginCommand, clientSetup: ways } = clientSetup("registry.example:5045", "regUser");

test("each way reads the password from the stack's outputs into a pipe", () => {
  for (const line of [loginCommand, ...Object.values(ways)]) {
    assert.match(line, /pulumi stack output accounts --show-secrets --json \| jq -r .* --password-stdin$/);
    assert.doesNotMatch(line, / (-p|--password)[ =]/);
    assert.match(line, / login registry\.example:5045 -u regUser /);
  }
});

test("docker and podman get the authority under the registry's name", () => {
  assert.match(ways.docker, / \/etc\/docker\/certs\.d\/registry\.example:5045\/ca\.crt /);
  assert.match(ways.podman, / \/etc\/containers\/certs\.d\/registry\.example:5045\/ca\.crt /);
});

test("a shell that runs a line hands the tool the account's password on its standard input alone", () => {
  const folder = mkdtempSync(join(tmpdir(), "edge-registry-"));
  const tool = (name: string, script: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  try {
    tool("pulumi", `case "$*" in *caCertificate*) echo CA;; *) echo '[]';; esac`);
    tool("jq", `echo "of $2"`);
    tool("crane", `echo "$@" > args; cat > stdin; echo "$SSL_CERT_FILE" > trusted`);
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
    execFileSync("sh", ["-ec", ways.ci], { cwd: folder, env });
    const text = (name: string) => readFileSync(join(folder, name), "utf8").trim();
    assert.equal(text("args"), "auth login registry.example:5045 -u regUser --password-stdin");
    assert.equal(text("stdin"), 'of .[] | select(.name == "regUser").password');
    assert.equal(readFileSync(text("trusted"), "utf8"), "CA\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
