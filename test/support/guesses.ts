import { setTimeout as delay } from "node:timers/promises";
import { HttpsClient } from "./https.ts";
import type { RegistryPod } from "./registry-pod.ts";

/** Signs in with wrong passwords for some seconds, so many at a time; answers with how many were refused. */
export async function guesses(
  pod: RegistryPod,
  name: string,
  atOnce: number,
  seconds: number,
): Promise<number> {
  const client = new HttpsClient(pod.ports.gateway, pod.authority);
  let count = 0;
  let going = true;
  const guessing = Array.from({ length: atOnce }, async () => {
    while (going) {
      const account = { name, password: `guess ${crypto.randomUUID()}` };
      const { status } = await client.send("GET", "/v2/", { account });
      if (status !== 401) throw new Error(`expected 401, got ${status}`);
      count += 1;
    }
  });
  const all = Promise.all(guessing);
  await Promise.race([all, delay(seconds * 1000)]);
  going = false;
  await all;
  return count;
}
