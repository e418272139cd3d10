import { Readable } from "node:stream";
import { figure, repeated } from "../../local/test/bench/figure.ts";
import { digestOf, digestOfMebibytes, mebibytes, upload } from "../support/blobs.ts";
import { accountOf, kubectl, nodeAddresses, Site } from "../support/site.ts";

const size = 200;

/** What it costs that a push which was acknowledged outlives a power cut, on the cluster in $KUBECONFIG. */
export async function storeFigures(signal: AbortSignal): Promise<void> {
  const [address = ""] = Object.values(await nodeAddresses());
  for (const durable of [true, false]) {
    const site = await Site.create("bench-store", {
      cluster: { kubeconfig: process.env.KUBECONFIG },
      nodeAddress: address,
      storage: { durable },
      ...{ proof: "off", nodeTrust: "off", pullSecret: { namespaces: [] }, keepImages: "false" },
    });
    try {
      await site.must("up");
      const person = await site.person(address);
      const { https } = person;
      const account = accountOf(person, "regUser");
      // From its second start on the parts of uploads are not flushed on their own; one upload makes their folder.
      const bytes = Buffer.from("first");
      await upload(https, account, "bench", { digest: digestOf(bytes), bytes });
      await kubectl("-n", "edge-registry", "rollout", "restart", "deployment/object-store");
      await kubectl("-n", "edge-registry", "rollout", "status", "deployment/object-store", "--timeout=60s");
      const times = await repeated(signal, async () => {
        const seed = crypto.randomUUID();
        const digest = await digestOfMebibytes(seed, size);
        const since = performance.now();
        await upload(https, account, "bench", { digest, bytes: Readable.from(mebibytes(seed, size)) });
        return (performance.now() - since) / 1000;
      });
      const what = durable ? "outliving a power cut" : "without (storage.durable: false)";
      figure(`push of ${size} MiB, ${what}`, times, "s", "-");
    } finally {
      await site.end();
    }
  }
}
