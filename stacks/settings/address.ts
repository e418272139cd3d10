import { isIP, isIPv4, isIPv6 } from "node:net";

/** An IP address as everybody writes it the same: IPv6 in lower case and shortest; undefined for anything else. */
export function canonical(address: string): string | undefined {
  if (isIPv4(address)) return address;
  if (!isIPv6(address) || address.includes("%")) return undefined;
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

/** Splits `host:port` or `[IPv6]:port`; undefined for anything else. */
export function splitPort(text: string): { readonly host: string; readonly port: number } | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/@[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  if (bracketed !== undefined && !isIPv6(bracketed)) return undefined;
  const host = bracketed ?? plain;
  return host === undefined ? undefined : { host: canonical(host) ?? host, port: Number(digits) };
}

/** The network that a range such as `10.1.0.0/16` means, with the bits after its length cleared. */
export function network(range: string): string | undefined {
  const [, address = "", digits = ""] = /^([^/]+)\/(\d{1,3})$/.exec(range) ?? [];
  const family = canonical(address) === undefined ? 0 : isIP(address);
  const size = family === 4 ? 32 : 128;
  const length = Number(digits);
  if (family === 0 || length > size || String(length) !== digits) return undefined;
  const gap = BigInt(size - length);
  const cleared = ((family === 4 ? number4(address) : number6(address)) >> gap) << gap;
  return `${family === 4 ? write4(cleared) : write6(cleared)}/${length}`;
}

const number4 = (address: string) => address.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);

function number6(address: string): bigint {
  const [head = "", tail] = (canonical(address) ?? "").split("::");
  const groups = (part: string) => part.split(":").filter((group) => group !== "");
  const [first, last] = [groups(head), groups(tail ?? "")];
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => "0");
  return [...first, ...zeros, ...last].reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}

const write4 = (number: bigint) =>
  [24n, 16n, 8n, 0n].map((shift) => String((number >> shift) & 255n)).join(".");

function write6(number: bigint): string {
  const groups = Array.from({ length: 8 }, (_, at) => (number >> BigInt(112 - 16 * at)) & 65535n);
  return canonical(groups.map((group) => group.toString(16)).join(":")) ?? "";
}
