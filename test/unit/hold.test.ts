import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type HoldPlatform, hold, holdPlatforms } from "../../render/hold.ts";

const emulator: Readonly<Record<string, string>> = {
  amd64: "qemu-x86_64",
  arm64: "qemu-aarch64",
  386: "qemu-i386",
};
const machine = process.arch === "x64" ? "amd64" : process.arch;
// The number of rt_sigtimedwait here; an emulator calls it for its program.
const waiting = machine === "amd64" ? "128" : "137";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "hold-"));
  await chmod(folder, 0o755);
  for (const platform of holdPlatforms) await writeFile(programOf(platform), hold(platform), { mode: 0o755 });
});
after(() => rm(folder, { recursive: true }));

const programOf = ({ architecture }: HoldPlatform) => join(folder, architecture);

for (const platform of holdPlatforms) {
  const { architecture } = platform;
  const command = emulator[architecture] ?? `qemu-${architecture}`;

  test(`${architecture}: sleeps until SIGTERM, then exits 0`, async (t) => {
    const process = start(t, command, [programOf(platform)]);
    await asleep(pidOf(process));
    assert.deepEqual(await endOf(process, "SIGTERM"), { code: 0, signal: null });
  });

  test(`${architecture}: sleeps on when it was stopped and continued`, async (t) => {
    const process = start(t, command, [programOf(platform)]);
    await asleep(pidOf(process));
    process.kill("SIGSTOP");
    await until(async () => (await stateOf(pidOf(process))) === "T", "stopped");
    process.kill("SIGCONT");
    await asleep(pidOf(process));
    assert.deepEqual(await endOf(process, "SIGTERM"), { code: 0, signal: null });
  });
}

test("as a container's first process, without rights, it leaves at once", async (t) => {
  const platform = holdPlatforms.find(({ architecture }) => architecture === machine) ?? assert.fail();
  const root = process.getuid?.() === 0;
  const drop = ["--reuid=65532", "--regid=65532", "--clear-groups", "--bounding-set=-all", "--no-new-privs"];
  const program = root ? ["setpriv", ...drop, programOf(platform)] : [programOf(platform)];
  const options = [...(root ? [] : ["--user"]), "--pid", "--fork", "--kill-child"];
  const unshare = start(t, "unshare", [...options, ...program]);

  const children = `/proc/${pidOf(unshare)}/task/${pidOf(unshare)}/children`;
  await until(async () => (await readFile(children, "utf8")) !== "", "there");
  const pid = Number.parseInt(await readFile(children, "utf8"), 10);
  await asleep(pid);
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  assert.match(status, /^NSpid:.*\t1$/m);
  assert.match(status, /^Threads:\t1$/m);

  const ended = once(unshare, "exit");
  const since = performance.now();
  process.kill(pid, "SIGTERM");
  assert.deepEqual(await ended, [0, null]);
  assert.ok(performance.now() - since < 1000);
});

function start(t: TestContext, command: string, args: readonly string[]): ChildProcess {
  const child = spawn(command, args, { stdio: "inherit" });
  t.after(() => child.kill("SIGKILL"));
  return child;
}

const pidOf = ({ pid }: ChildProcess) => pid ?? assert.fail("not started");

async function endOf(child: ChildProcess, sent: NodeJS.Signals) {
  const exit = once(child, "exit", { signal: AbortSignal.timeout(1000) });
  child.kill(sent);
  const [code, signal] = await exit;
  return { code, signal };
}

const asleep = (pid: number) =>
  until(async () => {
    const call = await readFile(`/proc/${pid}/syscall`, "utf8");
    return call.startsWith(`${waiting} `) && (await stateOf(pid)) === "S";
  }, "waiting for a signal");

const stateOf = async (pid: number) => (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ").at(-1)?.[0];

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, `not ${what} after 10 s`);
    await delay(5);
  }
}
