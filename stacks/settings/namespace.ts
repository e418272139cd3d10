import { namespaceName, ownNamespaceName } from "./names.ts";
import type { Place, Reader } from "./reader.ts";
import { object } from "./structures.ts";

/** The namespace that the registry lives in. */
export interface NamespaceSettings {
  readonly name: string;
  /** Whether it is this stack's own; one that exists is never deleted. */
  readonly create: boolean;
}

const fields = { existing: namespaceName };
const readExisting = object('{"existing": "NAME"}', fields, ["existing"]);

const read: Reader<NamespaceSettings> = (value, at: Place) => {
  if (typeof value === "object" && value !== null) {
    const found = readExisting(value, at);
    return found && { name: found.existing, create: false };
  }
  const name = ownNamespaceName(value, at);
  return name === undefined ? undefined : { name, create: true };
};

export const readNamespace = Object.assign(read, { fields });
