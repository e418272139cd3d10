import type { Place, Reader } from "./reader.ts";
import { choice, yesNo } from "./scalars.ts";
import { object } from "./structures.ts";

/** What is written on the nodes, so that they trust the registry. */
export interface NodeTrustSettings {
  /**
   * A brought certificate may be from an authority that all nodes know.
   * @default true; "unless-public" where a certificate is brought, or shown by an ingress controller
   */
  readonly enabled: boolean | "unless-public";
  /**
   * Whether each node's hosts file gets a line with `host`.
   * @default true on `single-node` where `host` is set
   */
  readonly hosts: boolean;
  /**
   * Whether what somebody else put in its place on a node is taken over, and not only named.
   * @default false
   */
  readonly adopt: boolean;
}

/** A switch of the settings: these words, because the engine hands over texts. */
export const onOff: Reader<"on" | "off"> = choice(["on", "off"], {
  true: 'the word is "on"',
  false: 'the word is "off"',
});

const fields = { hosts: yesNo, adopt: yesNo };
const readObject = object('{"hosts": true or false, "adopt": true or false}', fields);

export interface GivenTrust {
  readonly enabled: boolean;
  readonly hosts?: boolean;
  readonly adopt?: boolean;
}

const read: Reader<GivenTrust> = (value, at: Place) => {
  if (typeof value === "object" && value !== null) {
    const found = readObject(value, at);
    return found && { enabled: true, ...found };
  }
  const word = onOff(value, at);
  return word && { enabled: word === "on" };
};

export const readNodeTrust = Object.assign(read, { fields });

/** What was given, with the defaults. */
export function nodeTrustOf(
  given: GivenTrust | undefined,
  usual: Pick<NodeTrustSettings, "enabled" | "hosts">,
): NodeTrustSettings {
  const enabled = given?.enabled ?? usual.enabled;
  return {
    enabled,
    hosts: enabled !== false && (given?.hosts ?? usual.hosts),
    adopt: given?.adopt ?? false,
  };
}
