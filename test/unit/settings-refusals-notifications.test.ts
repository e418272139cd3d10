/** Wrong settings of who is told, and of who measures. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { least, problems } from "../support/example-settings.ts";
import { type Refusal, refuse } from "../support/refusals.ts";

const one = { name: "ci", url: "https://ci.example.com/pushed" };
const url = "notifications[0].url: expected a URL that begins with https://, got";
const labels = 'metrics.labels: expected an object of labels such as {"release": "monitoring"}, got';
const logged = "the registry writes the URL to its log when it cannot be told: leave out its";

refuse([
  ["notifications", one, /^notifications: expected a list such as .*, got an object$/],
  ["notifications", ["https://ci.example.com"], /^notifications\[0\]: expected an object .*, got a text$/],
  ["notifications", [{ name: "ci" }], /^notifications\[0\]\.url: expected a value, .* got nothing$/],
  ["notifications", [{ url: one.url }], /^notifications\[0\]\.name: expected a value, .* got nothing$/],
  ["notifications", [{ ...one, name: "My CI" }], /^notifications\[0\]\.name: expected a name of 1 to 63/],
  ["notifications", [one, one], "notifications[1]: expected another than notifications[0], got ci again"],
  ["notifications", [{ ...one, url: "ci.example.com" }], `${url} a text`],
  ["notifications", [{ ...one, url: "ftp://ci.example.com" }], `${url} a text`],
  ["notifications", [{ ...one, url: "https://" }], `${url} a text`],
  [
    "notifications",
    [{ ...one, url: "https://me:hunter2@ci.example.com" }],
    `${url} a text: ${logged} user or password, a token belongs in headers`,
  ],
  [
    "notifications",
    [{ ...one, url: "https://ci.example.com/pushed?token=hunter2" }],
    `${url} a text: ${logged} query, a token belongs in headers`,
  ],
  ["notifications", [{ ...one, url: "https://ci.example.com/pushed?" }], /leave out its query/],
  [
    "notifications",
    [{ ...one, url: "https://ci.example.com/#x" }],
    `${url} a text: leave out what is behind #`,
  ],
  [
    "notifications",
    [{ ...one, url: "http://ci.example.com" }],
    `${url} one with http://: names of images and headers could be read on their way; plain: true allows that`,
  ],
  ["notifications", [{ ...one, url: "http://ci.example.com", plain: false }], /got one with http:\/\//],
  [
    "notifications",
    [{ ...one, headers: ["Authorization: x"] }],
    /^notifications\[0\]\.headers: expected an object of texts .*, got a list$/,
  ],
  [
    "notifications",
    [{ ...one, headers: { "a b": "hunter2" } }],
    /^notifications\[0\]\.headers: .*, got something else: names have/,
  ],
  [
    "notifications",
    [{ ...one, headers: { A: "hunter2\nB: c" } }],
    /^notifications\[0\]\.headers: .*, got something else: names have/,
  ],
  ["notifications", [{ ...one, headers: { A: 5 } }], /^notifications\[0\]\.headers: .*, got something else/],
  [
    "notifications",
    [{ ...one, events: [] }],
    /^notifications\[0\]\.events: expected a list of push, pull and delete .*, got an empty list$/,
  ],
  [
    "notifications",
    [{ ...one, events: ["mount"] }],
    /^notifications\[0\]\.events\[0\]: expected push or pull or delete, got mount; run/,
  ],
  [
    "notifications",
    [{ ...one, timeoutSeconds: 0 }],
    /^notifications\[0\]\.timeoutSeconds: expected a whole number from 1 to 60, got 0/,
  ],
  [
    "notifications",
    [{ ...one, threshold: 0 }],
    /^notifications\[0\]\.threshold: expected a whole number from 1 to 1000/,
  ],
  [
    "notifications",
    [{ ...one, backoffSeconds: 4000 }],
    /^notifications\[0\]\.backoffSeconds: expected a whole number from 1 to 3600/,
  ],
  [
    "notifications",
    [{ ...one, retries: 3 }],
    /^notifications\[0\]\.retries: expected a setting that the README lists, got an unknown key/,
  ],
]);

refuse([
  ["metrics", "yes", /^metrics: expected on or off, got yes; run/],
  ["metrics", "true", /^metrics: expected on or off, got true: the word is "on"; run/],
  ["metrics", ["monitoring"], /^metrics: expected an object .*, got a list$/],
  ["metrics", { namespaces: "monitoring" }, /^metrics\.namespaces: expected a list of namespaces/],
  ["metrics", { namespaces: ["a.b"] }, /^metrics\.namespaces\[0\]: expected a name of 1 to 63 .*, got a\.b$/],
  ["metrics", { from: [] }, "metrics.from: expected only namespaces, labels here, got an unknown key"],
  ["metrics", { labels: "release=monitoring" }, `${labels} a text`],
  ["metrics", { labels: ["release"] }, `${labels} a list`],
  ["metrics", { labels: { release: 7 } }, `${labels} "release" with a number: put it in quotes`],
  ["metrics", { labels: { "a b": "c" } }, `${labels} "a b" with c: that is no key of a label`],
  ...["", "-a", "a/b/c", "/a", "a/", "Example.com/a", "a".repeat(64), `${"a.".repeat(127)}a/b`].map(
    (key): Refusal => [
      "metrics",
      { labels: { [key]: "x" } },
      /^metrics\.labels: .*: that is no key of a label$/,
    ],
  ),
  ...["a b", "-a", "a.", "a/b", "x".repeat(64)].map(
    (value): Refusal => [
      "metrics",
      { labels: { a: value } },
      /^metrics\.labels: .*: values have at most 63 of/,
    ],
  ),
  ...["app", "app.kubernetes.io/name", "edge-registry/stack"].map(
    (key): Refusal => [
      "metrics",
      { labels: { [key]: "x" } },
      `${labels} "${key}" with x: that label is the stack's own: leave it out`,
    ],
  ),
]);

test("no header and no URL is shown", () => {
  const said = problems({
    ...least,
    notifications: [
      { ...one, url: "https://hunter2@x", headers: { A: "hunter2\n" } },
      { ...one, url: "hunter2" },
    ],
  });
  assert.equal(said.length, 3);
  assert.doesNotMatch(said.join("\n"), /hunter2/);
});
