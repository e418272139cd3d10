import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { type TestContext, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { ServerCertificate } from "../../components/server-certificate.ts";
import { authority, registered } from "../support/mocks.ts";

/** An authority that ends in two days. */
const short = execFileSync(
  "openssl",
  "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 2 -subj /CN=short -keyout /dev/null".split(
    " ",
  ),
  { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
);

/** What is told of two certificates that an authority issues now, to be renewed after some days. */
async function issuedBy(t: TestContext, certificate: string, renewAfterDays: number) {
  const warn = t.mock.method(pulumi.log, "warn", async () => undefined);
  const recorded = await registered(() => {
    const issuer = { certificate: pulumi.output(certificate), privateKey: pulumi.output("key") };
    const names = { commonName: "c", dnsNames: [], ipAddresses: [] };
    const lifetime = { validityDays: 825, renewAfterDays, now: new Date() };
    for (const name of ["one", "two"]) void new ServerCertificate(name, { issuer, ...names, ...lifetime });
  });
  const warnings = warn.mock.calls.map(({ arguments: [message] }) => `${message}`);
  warn.mock.restore();
  const told = recorded.outputs.filter((outputs) => "renewsFrom" in outputs);
  assert.equal(told.length, 2);
  return { warnings, told: told[0], recorded };
}

const after = (certificate: string, days: number) =>
  new Date(Date.parse(new X509Certificate(certificate).validFrom) + days * 24 * 60 * 60 * 1000).toISOString();

test("a certificate ends when it says, where its authority lasts longer", async (t) => {
  const { warnings, told } = await issuedBy(t, authority.certificate, 412);
  assert.deepEqual(told, {
    expires: "2028-04-05T00:00:00Z",
    renewsFrom: after(authority.certificate, 412),
  });
  assert.deepEqual(warnings, []);
});

test("a certificate ends with its authority at the latest, which is warned of once where no renewal is before", async (t) => {
  const { warnings, told } = await issuedBy(t, short, 412);
  const end = after(short, 2);
  assert.deepEqual(told, { expires: end, renewsFrom: after(short, 412) });
  assert.deepEqual(warnings, [
    `the certificate authority ends on ${end.slice(0, 10)}, before the certificates that it issued are renewed: replace it before, or nothing is trusted from then on`,
  ]);
});

test("an authority that ends after the next renewal is not warned of", async (t) => {
  const { warnings, told } = await issuedBy(t, short, 1);
  assert.equal(told?.renewsFrom, after(short, 1));
  assert.deepEqual(warnings, []);
});

test("each certificate has a clock of its own, a day of which is tolerance", async (t) => {
  const { recorded } = await issuedBy(t, short, 1);
  for (const name of ["one", "two"])
    assert.partialDeepStrictEqual(recorded.one(`renewal-clock ${name}-clock`).inputs, {
      authority: after(short, 0),
      days: 1,
      period: 0,
      latest: 1,
    });
});
