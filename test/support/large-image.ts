import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { run } from "../../local/machine/run.ts";
import type { Person } from "./site.ts";

/** Pushes an image with one layer of 300 MB, which takes a store that has all on its disk first half a minute and more. */
export async function pushLarge({ crane, directory }: Person, account: string, name: string): Promise<void> {
  await run("sh", ["-c", `head -c 300M /dev/urandom > ${directory}/large`]);
  await run("tar", ["-cf", join(directory, "large.tar"), "-C", directory, "large"]);
  const layer = join(directory, "large.tar.gz");
  // In the form that crane would give it, without the time that compressing noise takes.
  const stored = createGzip({ level: 0 });
  await pipeline(createReadStream(join(directory, "large.tar")), stored, createWriteStream(layer));
  await crane.run(account, "append", "--oci-empty-base", "-f", layer, "-t", crane.image(name));
}
