/** The addresses inside a cluster; Services and pods never leave its namespaces, so all clusters share theirs. */
export const serviceRange = "10.97.0.0/16";
export const apiService = "10.97.0.1";
export const dnsService = "10.97.0.10";
export const podRange = "10.245.0.0/16";

/** A cluster may have had this many nodes in its life. */
export const mostNodes = 60;

/** A /24 range, written as its first three numbers, with the addresses a cluster gives out in it. */
export interface Subnet {
  readonly prefix: string;
}

/** The range's own notation. */
export const rangeOf = ({ prefix }: Subnet) => `${prefix}.0/24`;
/** Where the API server listens. */
export const controlPlaneAddress = ({ prefix }: Subnet) => `${prefix}.1`;
/** This machine's own address in the range. */
export const machineAddress = ({ prefix }: Subnet) => `${prefix}.254`;
/** The address of the node with a number. */
export const nodeAddress = ({ prefix }: Subnet, number: number) => `${prefix}.${10 + number}`;
/** The pods of the node with a number. */
export const podsOf = (number: number) => `10.245.${number}.0/24`;

/** Reads `a.b.c.0/24` with numbers as people write them, of a range that machines may have; undefined otherwise. */
export function parseSubnet(text: string): Subnet | undefined {
  const prefix = /^((?:(?:0|[1-9]\d{0,2})\.){2}(?:0|[1-9]\d{0,2}))\.0\/24$/.exec(text)?.[1];
  const [first = 0, ...others] = (prefix ?? "").split(".").map(Number);
  if (prefix === undefined || first < 1 || first > 223 || first === 127) return undefined;
  return others.every((part) => part <= 255) ? { prefix } : undefined;
}

const number = (address: string) => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

/** The first and last address of `address/length`. */
function ends(range: string): readonly [number, number] {
  const [address = "", length = "32"] = range.split("/");
  const size = 2 ** (32 - Number(length));
  const first = Math.floor(number(address) / size) * size;
  return [first, first + size - 1];
}

/** Whether two ranges have an address in common. */
export function overlap(one: string, other: string): boolean {
  const [firstA, lastA] = ends(one);
  const [firstB, lastB] = ends(other);
  return firstA <= lastB && firstB <= lastA;
}

/** The ranges that clusters choose from when none is asked for, beginning with the one that `seed` points at. */
export function candidates(seed: string): readonly Subnet[] {
  const start = [...seed].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 256, 7);
  return Array.from({ length: 256 }, (_, at) => ({ prefix: `10.78.${(start + at) % 256}` }));
}

/** The first candidate that meets none of the ranges in use. */
export function firstFree(wanted: readonly Subnet[], inUse: readonly string[]): Subnet | undefined {
  return wanted.find((subnet) => !inUse.some((range) => overlap(rangeOf(subnet), range)));
}
