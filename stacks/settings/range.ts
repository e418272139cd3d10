import { isIPv6 } from "node:net";
import { network } from "./address.ts";
import type { Fault } from "./scalars.ts";

/** What is wrong with a network. */
export const notARange: Fault = (range) => {
  const meant = network(range);
  if (meant === range) return undefined;
  const alone = network(`${range}/${isIPv6(range) ? 128 : 32}`);
  if (meant === undefined) return alone === undefined ? "" : `a single address is ${alone}`;
  return `the network is ${meant}`;
};
