import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { HttpsClient } from "./https.ts";
import { freePort } from "./program.ts";
import type { RegistryPod } from "./registry-pod.ts";

/** Asks another gateway of the pod's, behind which something else answers than a registry. */
export async function inFrontOf(
  pod: RegistryPod,
  answer: RequestListener,
  work: (client: HttpsClient, port: number) => Promise<void>,
): Promise<void> {
  const server = createServer(answer);
  const [behind, port] = [await freePort(), await freePort()];
  await once(server.listen(behind, "127.0.0.1"), "listening");
  const gateway = await pod.gatewayTo(behind, port);
  try {
    await gateway.start();
    await work(new HttpsClient(port, pod.authority), port);
  } finally {
    await gateway.kill();
    server.closeAllConnections();
    server.close();
  }
}
