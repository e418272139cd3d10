import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../local/machine/run.ts";
import { type Run, Stack } from "../../local/test/support/engine.ts";
import { nodesNamespace } from "../../render/names.ts";
import { Crane } from "./crane.ts";
import { HttpsClient } from "./https.ts";

/** The program's own folder. */
export const checkout = join(import.meta.dirname, "../..");

/** An account as the outputs tell it. */
export interface Account {
  readonly name: string;
  readonly password: string;
}

/** One deployment of the program, as somebody at a site has it, with the clients of that site. */
export class Site {
  readonly stack: Stack;
  readonly #directory: string;
  #namespace = "edge-registry";

  private constructor(stack: Stack, directory: string) {
    this.stack = stack;
    this.#directory = directory;
  }

  /** Settings whose value is no text are set as JSON. */
  static async create(
    name: string,
    settings: Readonly<Record<string, unknown>>,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Site> {
    const stack = await Stack.create(checkout, env, name);
    const site = new Site(stack, await mkdtemp("/tmp/edge-registry-site-"));
    await site.set(settings);
    return site;
  }

  async set(settings: Readonly<Record<string, unknown>>): Promise<void> {
    const texts = Object.entries(settings).map(
      ([key, value]) =>
        [`edge-registry:${key}`, typeof value === "string" ? value : JSON.stringify(value)] as const,
    );
    await this.stack.setAll(texts);
    const { namespace } = settings;
    if (namespace !== undefined)
      this.#namespace = typeof namespace === "string" ? namespace : `${Object(namespace).existing}`;
  }

  async unset(key: string): Promise<void> {
    await this.stack.command("config", "rm", `edge-registry:${key}`);
  }

  /** Runs an operation and expects success; all that was told is in the error otherwise. */
  async must(operation: "up" | "preview" | "refresh" | "destroy"): Promise<Run> {
    const run = await this.stack[operation]();
    if (run.code === 0) return run;
    throw new Error(`${operation} ended with ${run.code}:\n${run.stdout}${run.stderr}`);
  }

  /** A person at this site: `crane` signed in as each account, under its name. Names are not resolved here. */
  async person(address?: string): Promise<Person> {
    const outputs = await this.stack.outputs();
    const accounts = outputs.accounts as readonly Account[];
    const directory = await mkdtemp(join(this.#directory, "person-"));
    const authority = join(directory, "ca.crt");
    await writeFile(authority, `${outputs.caCertificate}`);
    const { hostname, port } = new URL(`${outputs.url}`);
    const crane = new Crane(directory, address ? `${address}:${port}` : `${outputs.host}`, authority);
    for (const account of accounts) await crane.signIn(account.name, account);
    const https = new HttpsClient(Number(port), authority, address ?? hostname);
    return { directory, authority, accounts, crane, https, outputs };
  }

  /**
   * Takes away what runs of it, without waiting for that, and its files. What it leaves on nodes is of its address and port
   * alone; that a destroy leaves nothing is for tests that destroy.
   */
  async end(): Promise<void> {
    if (this.stack.deployed) {
      const namespaces = [this.#namespace, nodesNamespace(this.#namespace)];
      await kubectl("delete", "namespace", ...namespaces, "--ignore-not-found", "--wait=false");
    }
    await this.remove();
  }

  /** Takes away its files; what it deployed is the test's to destroy. */
  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
    await this.stack.remove();
  }
}

export interface Person {
  readonly directory: string;
  readonly authority: string;
  readonly accounts: readonly Account[];
  readonly crane: Crane;
  readonly https: HttpsClient;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** An account by its name. */
export function accountOf({ accounts }: Pick<Person, "accounts">, name: string): Account {
  const found = accounts.find((account) => account.name === name);
  if (found === undefined) throw new Error(`no account ${name}`);
  return found;
}

export const kubectl = (...args: readonly string[]) => run("kubectl", args);

/** The addresses of the cluster's nodes, by name. */
export async function nodeAddresses(): Promise<Readonly<Record<string, string>>> {
  const list = JSON.parse(await kubectl("get", "nodes", "-o", "json"));
  const of = (node: NodeObject) =>
    [
      node.metadata.name,
      node.status.addresses.find(({ type }) => type === "InternalIP")?.address ?? "",
    ] as const;
  return Object.fromEntries(list.items.map(of));
}

interface NodeObject {
  readonly metadata: { readonly name: string };
  readonly status: { readonly addresses: readonly { readonly type: string; readonly address: string }[] };
}
