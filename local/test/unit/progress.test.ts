/** What long work looks like, on a terminal and in a log. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elapsed, Progress, type Screen } from "../../terminal/progress.ts";

class FakeScreen implements Screen {
  text = "";
  readonly isTTY: boolean;
  readonly columns = 30;

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.text += text;
  }

  /** What a terminal shows of each line in the end: what follows the last time it was cleared. */
  shown(): readonly string[] {
    return this.text.split("\n").map((line) => line.split("\r\u001b[K").at(-1) ?? "");
  }
}

test("elapsed time is read as people read it", () => {
  for (const [milliseconds, text] of [
    [0, "0.0 s"],
    [1_250, "1.3 s"],
    [42_400, "42 s"],
    [100_000, "1 min 40 s"],
    [3_599_900, "59 min 59 s"],
  ] as const)
    assert.equal(elapsed(1000, 1000 + milliseconds), text);
});

test("in a log each event is a line of its own", async () => {
  const screen = new FakeScreen(false);
  const progress = new Progress(screen);
  progress.say("hello");
  assert.equal(await progress.during("building", async () => 7, "built"), 7);
  assert.match(screen.text, /^hello\n {2}building …\n {2}built {2}0\.0 s\n$/);
});

test("work that fails throws its own error and is not said to be done", async () => {
  for (const isTTY of [true, false]) {
    const screen = new FakeScreen(isTTY);
    const error = new Error("no");
    const work = new Progress(screen).during("building", () => Promise.reject(error), "built");
    await assert.rejects(work, error);
    assert.ok(!screen.text.includes("built "));
    assert.equal(screen.shown().at(-1), "");
  }
});

test("on a terminal one line moves, below what is said meanwhile, and is gone in the end", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const screen = new FakeScreen(true);
  const progress = new Progress(screen);
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  const both = [progress.during("one", () => first.promise), progress.during("two", () => second.promise)];
  assert.equal(screen.text, "");
  t.mock.timers.tick(200);
  assert.match(screen.shown().at(-1) ?? "", /^ {2}one 0\.\d s · two 0\.\d s$/);
  progress.say("news");
  assert.equal(screen.shown().at(-2), "news");
  assert.match(screen.shown().at(-1) ?? "", /^ {2}one .* two /);

  first.resolve();
  await both[0];
  assert.match(screen.shown().at(-1) ?? "", /^ {2}two 0\.\d s$/);
  second.resolve();
  await both[1];
  assert.match(screen.shown().slice(-3).join("\n"), /^ {2}one {2}0\.\d s\n {2}two {2}0\.\d s\n$/);
  const { text } = screen;
  t.mock.timers.tick(10_000);
  assert.equal(screen.text, text, "it goes on drawing when nothing runs");
});

test("the moving line never wraps", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const screen = new FakeScreen(true);
  const { promise, resolve } = Promise.withResolvers<void>();
  const work = new Progress(screen).during("x".repeat(200), () => promise);
  t.mock.timers.tick(200);
  assert.equal(screen.shown().at(-1)?.length, screen.columns - 1);
  resolve();
  await work;
});
