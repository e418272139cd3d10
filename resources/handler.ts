import { isDeepStrictEqual } from "node:util";
import type * as pulumi from "@pulumi/pulumi";
import type { Provider } from "./own-resource.ts";

type Bag = Readonly<Record<string, unknown>>;

/** All that the engine may call, for a file that exports a provider with less. */
export function handlerOf({ provider }: { readonly provider: Provider<Bag> }) {
  return {
    async check(olds: Bag, news: Bag): Promise<pulumi.dynamic.CheckResult> {
      const failures = (await told(provider.check?.(olds, news))) ?? [];
      return { inputs: { ...news }, failures: [...failures] };
    },
    async diff(_id: string, olds: Bag, news: Bag): Promise<pulumi.dynamic.DiffResult> {
      return (await told(provider.diff?.(olds, news))) ?? { changes: changed(olds, news).length > 0 };
    },
    create: (inputs: Bag) => told(provider.create(inputs)),
    async update(id: string, olds: Bag, news: Bag): Promise<pulumi.dynamic.UpdateResult> {
      const update = provider.update?.(id, olds, news) ?? provider.create(news).then(({ outs }) => outs);
      return { outs: { ...(await told(update)) } };
    },
    delete: (id: string, state: Bag) => told(provider.delete?.(id, state)),
    async read(id: string, state: Bag): Promise<pulumi.dynamic.ReadResult> {
      await told(provider.refresh?.(state));
      return { id, props: state };
    },
  };
}

/** The inputs that differ. */
export function changed(olds: Bag, news: Bag): readonly string[] {
  const names = Object.keys(news).filter((name) => name !== "__provider");
  return names.filter((name) => !isDeepStrictEqual(olds[name], news[name]));
}

/** A failure's stack would be shown to the person, who has no use for it. */
async function told<T>(work: Promise<T>): Promise<T>;
async function told<T>(work: Promise<T> | undefined): Promise<T | undefined>;
async function told<T>(work: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error) error.stack = "";
    throw error;
  }
}
