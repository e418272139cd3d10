import { bytes } from "../stacks/settings/quantity.ts";

/**
 * How a Go program collects its garbage. A heap of a few MiB is collected all the time, which is a fifth of what a request
 * takes of the processor: it may grow to three times what is in use. What bounds it is its share of the container's limit.
 */
export const garbageCollection = (limit: string) => ({ GOGC: "200", GOMEMLIMIT: goMemoryLimit(limit) });

/** For how much heap it is at the most: two thirds of the container's limit, as the rest is not on it. */
export function goMemoryLimit(limit: string): string {
  const mebibytes = Math.floor(((bytes(limit) ?? 0) * 2) / 3 / 2 ** 20);
  return `${mebibytes}MiB`;
}

/** How many uploads a registry has room for: each has a buffer of 8 MiB for a part of 5 MiB, besides what it takes idle. */
export function uploadsAtOnce(limit: string): number {
  const mebibytes = (bytes(limit) ?? 0) / 2 ** 20;
  return Math.max(1, Math.floor((mebibytes - 80) / 11));
}

/**
 * How many files a gateway may open, connections above all: beyond its 60 MiB, each takes 36 KiB from TLS's greetings on.
 * Caddy has no limit of its own, and would be killed by a crowd that says nothing.
 */
export function openFiles(limit: string): number {
  const mebibytes = (bytes(limit) ?? 0) / 2 ** 20;
  return Math.max(256, Math.floor(((mebibytes - 60) * 1024) / 36));
}
