import { hostPort, serverName } from "../../render/names.ts";
import type { Settings } from "../settings.ts";
import { certificatePairs } from "./certificate-pairs.ts";
import { exposePairs } from "./expose-pairs.ts";
import type { GivenSettings } from "./given.ts";
import { command, type Problem, type Problems } from "./problems.ts";
import { storagePairs } from "./storage-pairs.ts";

/** Settings that are each right and cannot be together. */
export interface Pair {
  /** The settings; the problem is told of the first. Nothing is said where one of them is wrong in itself. */
  readonly keys: readonly [string, ...string[]];
  readonly problem: Omit<Problem, "got">;
  /** What stands there, where the pair is impossible. */
  readonly got: (settings: Settings, given: GivenSettings) => string | false;
}

const lacks = ({ accounts }: Settings, role: "push" | "pull") =>
  !accounts.some((account) => account.role === role) && "none";

const itself = ({ images, host, nodeAddress, port }: Settings) => {
  const names = [host, nodeAddress].filter((name) => name !== undefined);
  const own = names.flatMap((name) => [`${serverName(name, port)}/`, `${hostPort(name, port)}/`]);
  return Object.values(images).find((image) => own.some((prefix) => image.startsWith(prefix))) ?? false;
};

const pairs: readonly Pair[] = [
  ...exposePairs,
  ...storagePairs,
  {
    keys: ["storage.hostPath", "storage.storageClasses"],
    problem: { rule: "either a host path or storage classes", why: "the data lies in one place" },
    got: (_, { storage }) =>
      storage?.hostPath !== undefined && storage.storageClasses !== undefined && "both",
  },
  {
    keys: ["port", "expose", "storage.reachAt"],
    problem: {
      rule: "another port than the store's",
      why: "both are opened on the same node",
      run: command("port", "5045"),
    },
    got: ({ port, expose, storage }) =>
      expose.kind === "hostPort" &&
      storage.kind === "in-cluster" &&
      port === storage.reachAt.port &&
      `${port} for both`,
  },
  ...certificatePairs,
  {
    keys: ["nodeTrust", "host"],
    problem: {
      rule: "hosts: true only with the setting host",
      why: "there is no name to write into the nodes' hosts files",
      run: command("host", "registry.example.com"),
    },
    got: ({ host }, { nodeTrust }) => nodeTrust?.hosts === true && host === undefined && "no host",
  },
  {
    keys: ["proof", "nodeTrust"],
    problem: {
      rule: "off where nodeTrust is off and no certificate is brought",
      why: "nodes that do not trust the registry cannot pull from it",
      run: command("proof", "off"),
    },
    got: ({ proof, nodeTrust, certificate, expose }) =>
      proof && nodeTrust.enabled === false && (certificate.brought ?? expose.tlsSecret) === undefined && "on",
  },
  {
    keys: ["accounts", "proof"],
    problem: {
      rule: "an account of role push while the proof is on",
      why: "the proof pushes its image with it",
    },
    got: (settings) => settings.proof && lacks(settings, "push"),
  },
  {
    keys: ["accounts", "proof"],
    problem: { rule: "an account of role pull while the proof is on", why: "the nodes pull with it" },
    got: (settings) => settings.proof && lacks(settings, "pull"),
  },
  {
    keys: ["accounts", "pullSecret", "proof"],
    problem: { rule: "an account of role pull for the pull secrets", why: "pods pull with it" },
    got: (settings) =>
      !settings.proof && settings.pullSecret.namespaces.length > 0 && lacks(settings, "pull"),
  },
  {
    keys: ["images", "host", "nodeAddress", "port"],
    problem: {
      rule: "images from elsewhere",
      why: "the registry cannot start from an image that lies in itself",
    },
    got: itself,
  },
];

/** Reports each impossible pair. */
export function checkPairs(settings: Settings, given: GivenSettings, problems: Problems): void {
  for (const { keys, problem, got } of pairs) {
    const found = !keys.some((key) => problems.concern(key)) && got(settings, given);
    if (found !== false) problems.add(keys[0], { ...problem, got: found });
  }
}
