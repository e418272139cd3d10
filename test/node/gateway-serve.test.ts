/** gateway/serve.sh under the busybox that images have, with a Caddy that is slow, or short of memory. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../../local/test/support/cli.ts";
import { Chains } from "../support/chains.ts";

const script = await readFile(new URL("../../gateway/serve.sh", import.meta.url), "utf8");

/** A Caddy that says how it was called, and reloads as long as there is no file `short`. */
const caddy = `#!/bin/sh
echo "$1" >>"$LOG"
[ "$1" != run ] || exec sleep 60
[ ! -e "$LOG.short" ]
`;

async function started(
  work: (folder: string, calls: () => Promise<readonly string[]>) => Promise<void>,
  certificate?: string,
) {
  const folder = await mkdtemp(join(tmpdir(), "edge-registry-serve-"));
  const [config, log] = [join(folder, "caddy.json"), join(folder, "calls")];
  await writeFile(config, "first");
  await writeFile(join(folder, "caddy"), caddy, { mode: 0o755 });
  const env = { PATH: `${folder}:${process.env.PATH}`, LOG: log };
  const file = join(folder, "tls.crt");
  if (certificate !== undefined) await writeFile(file, certificate);
  const more = certificate === undefined ? [] : [file];
  const words = ["sh", "-c", script, "serve.sh", "256", folder, config, ...more];
  const process_ = spawn("busybox", words, { env, stdio: "ignore" });
  try {
    await eventually("it to be started", 5, () => readFile(log, "utf8").catch(() => undefined));
    await work(folder, async () => (await readFile(log, "utf8")).trim().split("\n"));
  } finally {
    process_.kill("SIGKILL");
    await once(process_, "exit");
    await rm(folder, { recursive: true });
  }
}

const noted = async (folder: string) =>
  (await Promise.all(["serves", "refused"].map((name) => readFile(join(folder, name), "utf8")))).map(
    (text) => text !== "",
  );

test("a text that changes before Caddy listens is not said to be refused, and taken when it does", async () => {
  await started(async (folder, calls) => {
    const before = await readFile(join(folder, "serves"), "utf8");
    await writeFile(join(folder, "caddy.json"), "second");
    await sleep(5000);
    assert.deepEqual([await calls(), await noted(folder)], [["run"], [true, false]]);
    const socket = createServer().listen(join(folder, "admin.sock"));
    await eventually("the text to be taken", 10, async () => {
      if ((await readFile(join(folder, "serves"), "utf8")) !== before) return true;
      throw new Error((await calls()).join());
    });
    assert.deepEqual(await noted(folder), [true, false]);
    socket.close();
  });
});

test("what was refused is noted, not tried again at once, and another text is", async () => {
  await started(async (folder, calls) => {
    const socket = createServer().listen(join(folder, "admin.sock"));
    await writeFile(join(folder, "calls.short"), "");
    await writeFile(join(folder, "caddy.json"), "second");
    await eventually("it to be refused", 10, async () => ((await noted(folder))[1] ? true : undefined));
    await sleep(5000);
    assert.deepEqual(await calls(), ["run", "reload"]);
    await rm(join(folder, "calls.short"));
    await writeFile(join(folder, "caddy.json"), "third");
    await eventually("it to be taken", 10, async () => ((await noted(folder))[1] ? undefined : true));
    assert.deepEqual(await calls(), ["run", "reload", "reload"]);
    socket.close();
  });
});

test("when a certificate ends is noted, in this half of the century and in the other, and of the next one", async () => {
  const chains = new Chains();
  const issued = (days: number) => chains.issue({ validity: ["-days", `${days}`] }).certificate;
  const endOf = (pem: string) => `${new X509Certificate(pem).validToDate.getTime() / 1000}\n`;
  try {
    const [first, later] = [issued(30), issued(20_000)];
    const ended = async (folder: string, expected: string) =>
      eventually(`the end ${expected}`, 10, async () => {
        const found = await readFile(join(folder, "ends"), "utf8");
        if (found === expected) return true;
        throw new Error(found);
      });
    await started(async (folder) => {
      await ended(folder, endOf(first));
      const socket = createServer().listen(join(folder, "admin.sock"));
      const around = `Bag Attributes\n${later}${chains.intermediate}`;
      await writeFile(join(folder, "tls.crt"), around);
      await ended(folder, endOf(later));
      await writeFile(join(folder, "tls.crt"), "no certificate");
      await ended(folder, "NaN\n");
      socket.close();
    }, `${first}${chains.intermediate}`);
  } finally {
    chains.remove();
  }
});
