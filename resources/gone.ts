import { type ClusterAddress, ClusterClient } from "../cluster/client.ts";
import { type Patience, settled, type Unsettled } from "../cluster/settled.ts";

/** Waits at a destroy, and fails nothing: the destroy goes on, and says what may still be there. */
export async function goneOrTold(
  what: string,
  inputs: Patience & { readonly cluster: ClusterAddress },
  remains: (client: ClusterClient) => Promise<readonly Unsettled[]>,
): Promise<void> {
  try {
    const client = new ClusterClient(inputs.cluster);
    await settled(() => remains(client), inputs);
  } catch (error) {
    const reason = error instanceof Error ? error.message : `${error}`;
    console.error(`${what} may not be gone yet: ${reason}`);
  }
}
