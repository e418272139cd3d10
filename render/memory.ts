import { bytes } from "../stacks/settings/quantity.ts";

/** What a Go program collects its garbage for: two thirds of the container's limit, as the rest is not on its heap. */
export function goMemoryLimit(limit: string): string {
  const mebibytes = Math.floor(((bytes(limit) ?? 0) * 2) / 3 / 2 ** 20);
  return `${mebibytes}MiB`;
}
