import { run } from "../../local/machine/run.ts";

/** What `wrk` measured. */
export interface Load {
  readonly requests: number;
  readonly perSecond: number;
  /** Of all bytes, with headers. */
  readonly mebibytesPerSecond: number;
}

const units: Readonly<Record<string, number>> = { B: 2 ** -20, KB: 2 ** -10, MB: 1, GB: 2 ** 10 };

/** Asks for one thing over and over, on connections that are kept; any answer but 2xx is an error. */
export async function wrk(
  url: string,
  clients: number,
  seconds: number,
  headers: readonly string[] = [],
): Promise<Load> {
  const asked = headers.flatMap((header) => ["-H", header]);
  const most = ["-t1", `-c${clients}`, `-d${seconds}s`, "--timeout", "30s"];
  const output = await run("wrk", [...most, ...asked, url]);
  const failed = /Non-2xx.*|Socket errors.*/.exec(output);
  if (failed) throw new Error(`${url}: ${failed[0]}`);
  const [, amount, unit = ""] = /Transfer\/sec:\s+([\d.]+)([KMG]?B)/.exec(output) ?? [];
  return {
    requests: Number(/(\d+) requests in/.exec(output)?.[1]),
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1]),
    mebibytesPerSecond: Number(amount) * (units[unit] ?? Number.NaN),
  };
}
