import type { Stack } from "../../local/test/support/engine.ts";
import { stackLabel } from "../../render/names.ts";
import { isKey, type Secret } from "./secret.ts";
import { kubectl } from "./site.ts";

/** The passwords, their hashes and the private keys that a stack's state holds, decrypted. */
export async function secretsInState(stack: Stack): Promise<readonly Secret[]> {
  const { stdout } = await stack.command("stack", "export", "--show-secrets");
  const { deployment }: Exported = JSON.parse(stdout);
  return deployment.resources.flatMap(({ urn, type, outputs = {} }) => {
    const what = urn.split("::").at(-1) ?? urn;
    const text = (key: string) => `${revealed(outputs[key])}`;
    if (type.endsWith(":RandomPassword"))
      return [
        { what, texts: [text("result")] },
        { what: `${what}'s hash`, texts: [text("bcryptHash")] },
      ];
    const forms = ["privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"];
    return type.endsWith(":PrivateKey") ? [{ what, texts: forms.map(text) }] : [];
  });
}

interface Exported {
  readonly deployment: {
    readonly resources: readonly {
      readonly urn: string;
      readonly type: string;
      readonly outputs?: Readonly<Record<string, unknown>>;
    }[];
  };
}

/** What the engine writes for a secret where it is told to show it. */
function revealed(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("plaintext" in value)) return value;
  return JSON.parse(`${value.plaintext}`);
}

/** All that looks like a password, a hash of one or a private key in the cluster's Secrets of a stack. */
export async function secretsInCluster(stack: string): Promise<readonly Secret[]> {
  const selector = `${stackLabel}=${stack}`;
  const text = await kubectl("get", "secrets", "--all-namespaces", "-l", selector, "--output=json");
  const { items }: { readonly items: readonly SecretObject[] } = JSON.parse(text);
  return items.flatMap(({ metadata, data }) =>
    Object.entries(data).flatMap(([key, value]) => {
      const content = Buffer.from(value, "base64").toString();
      return within(`Secret ${metadata.namespace}/${metadata.name}`, key, content);
    }),
  );
}

interface SecretObject {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly data: Readonly<Record<string, string>>;
}

/** Names of what is a secret by itself, in the texts that are mounted into pods. */
const secretNames = ["password", "auth", "secret", "secretkey"];

/** What a text in JSON says, where it says more than one value; a gateway's `{…}` is a name, not JSON. */
function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function within(place: string, name: string, value: unknown): readonly Secret[] {
  const what = `${place} ${name}`;
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([key, part]) => within(place, key, part));
  if (typeof value !== "string") return [];
  const object = parsed(value);
  if (object !== undefined) return within(place, name, object);
  if (isKey(value)) return [{ what, texts: [value] }];
  if (name === "htpasswd")
    return value
      .trim()
      .split("\n")
      .map((line) => ({ what, texts: [line.slice(line.indexOf(":") + 1)] }));
  return secretNames.includes(name) ? [{ what, texts: [value] }] : [];
}
