import { isOpenToAnybody, makePrivate } from "../../s3/anybody.ts";
import { trouble } from "../../s3/must.ts";
import { type Owner, ownerOf } from "../../s3/owner.ts";
import { readTrouble, writeTrouble } from "../../s3/probe.ts";
import type { ExternalStore } from "../settings/external-store.ts";
import { command } from "../settings/problems.ts";
import type { Settings } from "../settings.ts";
import { bucketAddress } from "./s3-address.ts";
import type { Said } from "./said.ts";

type Objections = Omit<Said<never>, "found">;

const none: Objections = { problems: [], warnings: [] };

/**
 * Asks the service for the bucket: whether it is there, whose it is, and whether it can be used as a registry does. That
 * is tried by writing and deleting something, so only where this is no preview. A bucket that is not there is tried out
 * when it is created.
 */
export async function askExternalStore(
  storage: ExternalStore,
  bucket: string,
  { stack, preview }: { readonly stack: string; readonly preview: boolean },
): Promise<Objections> {
  const address = bucketAddress(storage, bucket);
  const unread = await readTrouble(address);
  if (unread?.kind === "no bucket" && storage.create) return none;
  if (unread?.kind === "unreachable" && preview)
    return { ...none, warnings: [`${unread.sentence}; the preview is made without it`] };
  if (unread !== undefined) return { ...none, problems: [unread.sentence] };

  const open = isOpenToAnybody(address);
  let owner: Owner | undefined;
  const unknown = await trouble(async () => {
    owner = await ownerOf(address);
  });
  const foreign = owner !== undefined && owner.stack !== stack && !storage.adopt;
  const unwritable = preview || foreign ? undefined : await writeTrouble(address);
  const problems = [
    ...(foreign
      ? [`bucket: ${bucket} at ${storage.endpoint} has the images of stack ${owner?.stack}: ${remedy}`]
      : []),
    ...[unknown ?? unwritable].flatMap((one) => one?.sentence ?? []),
  ];
  const warnings = [
    ...(owner === undefined && unknown === undefined
      ? [
          `bucket: ${bucket} at ${storage.endpoint} was there before: it is used, and no destroy deletes it or what is in it`,
        ]
      : []),
    ...((await open) ? [`bucket: at ${storage.endpoint} ${makePrivate(bucket)}`] : []),
  ];
  return { problems, warnings };
}

const remedy = `choose another with ${command("bucket", "NAME")}, or, where that registry is gone, take it over with ${command("storage.adopt", "true")}`;

/** What there is against the store, where it lies outside. */
export async function askStore(
  { storage, bucket }: Pick<Settings, "storage" | "bucket">,
  asked: { readonly stack: string; readonly preview: boolean },
): Promise<Objections> {
  return storage.kind === "external" ? await askExternalStore(storage, bucket, asked) : none;
}
