import assert from "node:assert/strict";
import { test } from "node:test";
import { clientSetup } from "../../../render/client-setup.ts";
import { card } from "../../engine/card.ts";

const outputs = {
  url: "https://10.78.151.11:5045",
  caCertificate: "PEM",
  accounts: [
    { name: "regUser", role: "push", password: "first-secret" },
    { name: "regPuller", role: "pull", password: "second-secret" },
  ],
  ...clientSetup("10.78.151.11:5045", "regUser"),
  certificateExpires: "2029-02-23T13:37:29.530166085Z",
  certificateRenewsFrom: "2028-01-07T13:37:29.000Z",
} as const;
const shown = card(outputs, { caFile: "/state/registry-ca.crt", chosen: " CLUSTER=other" });

test("the card says where, who, until when and how, and no password", () => {
  assert.match(shown, /^ {2}address {6}https:\/\/10\.78\.151\.11:5045$/m);
  assert.match(shown, /^ {2}accounts {5}regUser \(push\), regPuller \(pull\)$/m);
  assert.match(shown, /^ {2}CA file {6}\/state\/registry-ca\.crt$/m);
  assert.match(shown, /expires 2029-02-23, renewed by the first make up from 2028-01-07 on$/m);
  assert.match(shown, /eval "\$\(make -s env CLUSTER=other\)"/);
  for (const { password } of outputs.accounts) assert.ok(!shown.includes(password));
});

test("it has at most 12 lines of at most 100 columns", () => {
  const lines = shown.split("\n");
  assert.ok(lines.length <= 12, `${lines.length} lines`);
  assert.deepEqual(
    lines.filter((line) => line.length > 100),
    [],
  );
});

test("its login line is the output's, broken where a shell goes on reading", () => {
  const [, login = ""] = /^ {2}log in {7}(.*(?:\n {15}.*)*)$/m.exec(shown) ?? [];
  assert.match(login, /\|\n/);
  assert.equal(login.replaceAll(/\|\n {15}/g, "| "), outputs.loginCommand);
});
