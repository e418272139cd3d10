/** Certificates that are brought, judged before anything is created. */
import assert from "node:assert/strict";
import type { X509Certificate } from "node:crypto";
import { after, test } from "node:test";
import { rootCertificates } from "node:tls";
import { bundleOf, certificatesIn } from "../../render/pem.ts";
import { judge } from "../../stacks/preflight/chain.ts";
import { keyIn } from "../../stacks/settings/pem.ts";
import { Chains } from "../support/chains.ts";

const chains = new Chains();
after(() => chains.remove());
const good = chains.issue();
// Certificates that a test makes begin later than the test did.
const now = new Date(Date.now() + 60_000);
const days = (count: number) => new Date(now.getTime() + count * 86_400_000);

interface Case {
  readonly certificate?: string;
  readonly privateKey?: string;
  readonly authority?: string | undefined;
  readonly names?: readonly string[];
  readonly at?: Date;
  readonly roots?: readonly X509Certificate[];
}

function judged(given: Case = {}) {
  const {
    certificate = good.certificate + chains.intermediate,
    privateKey = good.privateKey,
    names = ["registry.example.com"],
    at = now,
    roots,
  } = given;
  const authority = "authority" in given ? given.authority : chains.root;
  return judge({
    certificates: certificatesIn(certificate),
    key: keyIn(privateKey),
    authorities: certificatesIn(authority ?? ""),
    names,
    now: at,
    ...(roots && { roots }),
  });
}

const faults = (given: Case): readonly string[] => judged(given).faults;

test("a private chain leads to the authority that is told, or to its own last certificate", () => {
  const root = bundleOf([chains.root]);
  const [leaf] = certificatesIn(good.certificate);
  const chain = { authority: root, isPublic: false, expires: leaf?.validToDate.toISOString() };
  assert.deepEqual(judged(), { chain, faults: [] });
  const whole = good.certificate + chains.intermediate + chains.root;
  assert.deepEqual(judged({ certificate: whole, authority: undefined }), { chain, faults: [] });
  const issuing = judged({ authority: chains.intermediate });
  assert.equal(issuing.chain?.authority, bundleOf([chains.intermediate]));
  const alone = judged({ certificate: good.certificate, authority: chains.intermediate });
  assert.equal(alone.chain?.isPublic, false);
});

test("a chain that ends at an authority which all know is public, whether it is in it or not", () => {
  const roots = certificatesIn(chains.root);
  for (const more of ["", chains.root])
    for (const authority of [undefined, chains.root]) {
      const certificate = good.certificate + chains.intermediate + more;
      assert.equal(judged({ certificate, authority, roots }).chain?.isPublic, true);
      assert.equal(judged({ certificate, authority: chains.intermediate, roots }).chain?.isPublic, false);
    }
  const [known = ""] = rootCertificates;
  assert.equal(judged({ certificate: known, authority: undefined, names: [] }).stranger, undefined);
});

test("another's key is told, and one that is none", () => {
  const { privateKey } = chains.issue();
  assert.deepEqual(faults({ privateKey }), ["its key is another certificate's"]);
  assert.deepEqual(faults({ privateKey: "none" }), ["its key is none that can be read"]);
});

test("what is missing or in another order is told apart", () => {
  const { certificate } = good;
  const { root, intermediate } = chains;
  assert.deepEqual(faults({ certificate, authority: root }), [
    "it does not lead to CN=Example Root, but to CN=Example Issuing: intermediate certificates may be missing",
  ]);
  const unknown = judged({ certificate, authority: undefined });
  assert.deepEqual(unknown, { faults: [], stranger: "CN=Example Issuing" });
  assert.deepEqual(faults({ certificate: certificate + root + intermediate }), [
    "its certificates are in another order than the server's first, and after each one who issued it",
  ]);
  assert.deepEqual(faults({ certificate: certificate + root, authority: undefined }), [
    "after CN=registry.example.com comes CN=Example Root, which did not issue it",
  ]);
  const reversed = faults({ certificate: intermediate + certificate });
  assert.ok(reversed.includes("its key is another certificate's"), reversed.join("\n"));
  assert.deepEqual(faults({ certificate: "" }), ["it holds no certificate"]);
});

test("one that is over, or not valid yet, is told with its day, and so is one of its issuers", () => {
  const [late = "", ...others] = faults({ at: days(91) });
  assert.match(late, /^of CN=registry\.example\.com, it expired on \w+ +\d+ .* GMT$/);
  assert.deepEqual(others, []);
  assert.match(faults({ at: days(1826) }).join("\n"), /^of CN=Example Issuing, it expired on /m);
  assert.match(
    faults({ at: days(-1) }).join("\n"),
    /^of CN=registry\.example\.com, it is not valid before /m,
  );
});

test("it is for the names that clients use, by its alternative names alone", () => {
  const { certificate, privateKey } = chains.issue({ names: "DNS:*.example.com,IP:192.0.2.10" });
  const chain = { certificate: certificate + chains.intermediate, privateKey };
  assert.deepEqual(faults({ ...chain, names: ["registry.example.com", "192.0.2.10"] }), []);
  assert.deepEqual(faults({ ...chain, names: ["a.b.example.com", "192.0.2.11"] }), [
    "it is not for a.b.example.com, but for *.example.com, 192.0.2.10",
    "it is not for 192.0.2.11, but for *.example.com, 192.0.2.10",
  ]);
  const other = chains.issue({ names: "DNS:other.example.com" });
  assert.deepEqual(
    faults({ certificate: other.certificate + chains.intermediate, privateKey: other.privateKey }),
    ["it is not for registry.example.com, but for other.example.com"],
  );
});

test("one for clients is no server's", () => {
  const { certificate, privateKey } = chains.issue({ usage: "clientAuth" });
  assert.deepEqual(faults({ certificate: certificate + chains.intermediate, privateKey }), [
    "its extended key usage lacks serverAuth, so that clients refuse it",
  ]);
});
