import { mkdtemp, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../local/machine/run.ts";
import { onNode } from "./nodes.ts";

/** A disk of a node's that is a file here: it can be full, and what a power cut would leave on it can be looked at. */
export class LoopVolume {
  readonly #directory: string;
  readonly #device: string;
  readonly #node: string;
  readonly #path: string;

  private constructor(directory: string, device: string, node: string, path: string) {
    this.#directory = directory;
    this.#device = device;
    this.#node = node;
    this.#path = path;
  }

  /** Makes an ext4 of that size and mounts it at a path of the node. */
  static async mount(node: string, path: string, mebibytes: number): Promise<LoopVolume> {
    const directory = await mkdtemp("/tmp/edge-registry-disk-");
    const file = join(directory, "disk");
    await writeFile(file, "");
    await truncate(file, mebibytes * 1024 * 1024);
    // Nothing of the file system is left to be made in the background.
    const whole = ["-q", "-m", "0", "-E", "lazy_itable_init=0,lazy_journal_init=0"];
    await run("mkfs.ext4", [...whole, file]);
    const device = (await run("losetup", ["--find", "--show", file])).trim();
    const volume = new LoopVolume(directory, device, node, path);
    await onNode(node, `mkdir -p ${path} && mount -o noatime ${device} ${path}`).catch(async (error) => {
      await volume.remove();
      throw error;
    });
    return volume;
  }

  /** Writes beside the data until no block is left; it ends with "No space left on device". */
  fill = (name: string, block: string): Promise<string> =>
    onNode(this.#node, `dd if=/dev/zero of=${this.#path}/filler-${name} bs=${block} 2>/dev/null || true`);

  /** Takes away all that it was filled with. */
  makeRoom = (): Promise<string> => onNode(this.#node, `rm ${this.#path}/filler-*`);

  /** Shows the disk as it is at this moment, and nothing is written to it before: the folder is there during the look. */
  async afterPowerCut<T>(look: (folder: string) => Promise<T>): Promise<T> {
    const [copy, folder] = [join(this.#directory, "copy"), join(this.#directory, "mounted")];
    await this.#copy(copy);
    await run("mkdir", ["-p", folder]);
    // Mounting it is what a node does after a power cut: the journal is replayed.
    await run("mount", ["-o", "loop", copy, folder]);
    try {
      return await look(folder);
    } finally {
      await run("umount", [folder]);
      await rm(copy);
    }
  }

  /** A copy of one moment: where the kernel wrote meanwhile it is two moments' mixture, and made anew. */
  async #copy(copy: string): Promise<void> {
    const file = join(this.#directory, "disk");
    const written = async () => (await stat(file, { bigint: true })).mtimeNs;
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const before = await written();
      await run("cp", ["--sparse=always", file, copy]);
      if ((await written()) === before) return;
    }
    throw new Error("the disk was written to all the time");
  }

  async remove(): Promise<void> {
    await onNode(this.#node, `umount -l ${this.#path} && rmdir ${this.#path}`).catch(() => undefined);
    await run("losetup", ["--detach", this.#device]);
    await rm(this.#directory, { recursive: true });
  }
}
