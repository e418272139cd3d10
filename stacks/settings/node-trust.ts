import type { Place, Reader } from "./reader.ts";
import { choice, yesNo } from "./scalars.ts";
import { object } from "./structures.ts";

/** What is written on the nodes, so that they trust the registry. */
export interface NodeTrustSettings {
  /** @default true */
  readonly enabled: boolean;
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
export function nodeTrustOf(given: GivenTrust | undefined, hosts: boolean): NodeTrustSettings {
  const enabled = given?.enabled ?? true;
  return {
    enabled,
    hosts: enabled && (given?.hosts ?? hosts),
    adopt: given?.adopt ?? false,
  };
}
