/** The arithmetic of address ranges. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  apiService,
  candidates,
  controlPlaneAddress,
  dnsService,
  firstFree,
  machineAddress,
  mostNodes,
  nodeAddress,
  overlap,
  parseSubnet,
  podRange,
  podsOf,
  rangeOf,
  serviceRange,
} from "../../cluster/addresses.ts";

const byte = fc.nat(255);
const subnet = fc
  .tuple(fc.integer({ min: 1, max: 223 }), byte, byte)
  .filter(([first]) => first !== 127)
  .map((parts) => ({ prefix: parts.join(".") }));
const dotted = (address: number) => [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
const range = fc.record({ address: fc.nat(2 ** 32 - 1), length: fc.nat(32) });
const written = ({ address, length }: { address: number; length: number }) => `${dotted(address)}/${length}`;

test("a range that is written is read back", () => {
  fc.assert(fc.property(subnet, (one) => assert.deepEqual(parseSubnet(rangeOf(one)), one)));
});

test("anything but a /24 range is refused", () => {
  const refused = [
    ...["", "10.78.5.0", "10.78.5.0/23", "10.78.5.0/240", "10.78.5.1/24", "10.78.0/24", "10.78.5.5.0/24"],
    ...["10.78.256.0/24", "999.1.1.0/24", " 10.78.5.0/24", "10.78.5.0/24\n", "10.-1.5.0/24", "fd00::/24"],
    ...["1e1.78.5.0/24", "10.78.5.0/24; reboot", "10.78..0/24", "١٠.78.5.0/24"],
    ...["010.78.5.0/24", "10.078.5.0/24", "0.0.0.0/24", "127.0.0.0/24", "224.0.0.0/24", "255.1.1.0/24"],
  ];
  for (const text of refused) assert.equal(parseSubnet(text), undefined, text);
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."0125.9/4-") }), (text) => {
      const read = parseSubnet(text);
      assert.ok(read === undefined || rangeOf(read) === text);
    }),
  );
});

test("two ranges overlap where the shorter prefix is common to both", () => {
  const near = range.chain((one) =>
    fc
      .tuple(fc.constant(one), fc.record({ bits: fc.nat(32), length: fc.nat(32) }))
      .map(([{ address, length }, far]) => ({
        one: { address, length },
        // Differs from the first in one bit, or in none.
        other: { address: (far.bits === 32 ? address : address ^ (1 << far.bits)) >>> 0, length: far.length },
      })),
  );
  fc.assert(
    fc.property(near, ({ one, other }) => {
      const common = BigInt(32 - Math.min(one.length, other.length));
      const expected = BigInt(one.address) >> common === BigInt(other.address) >> common;
      assert.equal(overlap(written(one), written(other)), expected);
      assert.equal(overlap(written(other), written(one)), expected);
    }),
    { numRuns: 500 },
  );
});

test("an address without a length is one address", () => {
  assert.equal(overlap("10.78.5.255", "10.78.5.0/24"), true);
  assert.equal(overlap("10.78.6.0", "10.78.5.0/24"), false);
  assert.equal(overlap("255.255.255.255", "0.0.0.0/0"), true);
});

test("the candidates are all 256 ranges once, from one that the seed decides", () => {
  fc.assert(
    fc.property(fc.string(), (seed) => {
      const ranges = candidates(seed).map(rangeOf);
      assert.equal(new Set(ranges).size, 256);
      assert.deepEqual(ranges, candidates(seed).map(rangeOf));
      for (const one of ranges) assert.match(one, /^10\.78\.\d+\.0\/24$/);
    }),
    { numRuns: 20 },
  );
  const begins = new Set(Array.from({ length: 100 }, (_, at) => candidates(`checkout-${at}`)[0]?.prefix));
  assert.ok(begins.size > 50, `100 names begin at ${begins.size} ranges`);
});

test("the first free one meets nothing in use, and none before it is free", () => {
  const used = fc
    .tuple(byte, fc.constantFrom(20, 23, 24, 25, 32))
    .map(([third, length]) => `10.78.${third}.0/${length}`);
  fc.assert(
    fc.property(fc.string(), fc.array(used, { maxLength: 40 }), (seed, inUse) => {
      const all = candidates(seed);
      const free = firstFree(all, inUse);
      const isTaken = (one: { prefix: string }) => inUse.some((other) => overlap(rangeOf(one), other));
      const before = free === undefined ? all : all.slice(0, all.indexOf(free));
      assert.ok(free === undefined || !isTaken(free));
      assert.ok(before.every(isTaken));
    }),
    { numRuns: 50 },
  );
  assert.equal(firstFree(candidates("x"), ["10.0.0.0/8"]), undefined);
});

test("no two machines of a cluster share an address, and all are in its range", () => {
  const [one = assert.fail()] = candidates("x");
  const nodes = Array.from({ length: mostNodes }, (_, at) => nodeAddress(one, at + 1));
  const all = [controlPlaneAddress(one), machineAddress(one), ...nodes];
  assert.equal(new Set(all).size, all.length);
  for (const address of all) {
    assert.ok(overlap(address, rangeOf(one)), address);
    assert.doesNotMatch(address, /\.(0|255)$/);
  }
});

test("pods and Services have ranges apart, and each node's pods one of their own", () => {
  const pods = Array.from({ length: mostNodes }, (_, at) => podsOf(at + 1));
  for (const [at, one] of pods.entries()) {
    assert.ok(overlap(one, podRange) && !pods.slice(0, at).some((other) => overlap(one, other)), one);
  }
  for (const address of [apiService, dnsService]) assert.ok(overlap(address, serviceRange), address);
  const kinds = [serviceRange, podRange, "10.78.0.0/16"];
  for (const one of kinds) assert.equal(kinds.filter((other) => overlap(one, other)).length, 1, one);
});
