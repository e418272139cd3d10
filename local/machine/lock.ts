import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Holds a name on this machine while `work` runs; another holder is waited for, after `onWait` was told once.
 * An abstract socket is the lock: the kernel frees it with the process, whatever ends that, so none is ever stale.
 */
export async function withLock<T>(
  name: string,
  work: () => Promise<T>,
  { signal, onWait }: { readonly signal?: AbortSignal; readonly onWait?: () => void } = {},
): Promise<T> {
  let lock = await tryLock(name);
  if (lock === undefined) onWait?.();
  while (lock === undefined) {
    await sleep(100, undefined, { ...(signal === undefined ? {} : { signal }) });
    lock = await tryLock(name);
  }
  try {
    return await work();
  } finally {
    lock.close();
  }
}

function tryLock(name: string): Promise<{ close(): void } | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer().unref();
    server.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(`\0edge-registry/${name}`, () => resolve(server));
  });
}
