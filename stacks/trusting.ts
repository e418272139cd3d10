import type { Found } from "./preflight.ts";
import type { Settings } from "./settings.ts";

/** What others made for clients to be shown, as far as it was looked at. */
interface Shown {
  readonly ingress?: Found["ingress"] | undefined;
  readonly brought?: Found["brought"] | undefined;
}

/** The chain that is shown to who comes from outside, where others made it and it was looked at. */
export const shownOutside = ({ ingress, brought }: Shown) => ingress?.chain ?? brought;

/** Whether nodes are made to trust the registry: where all know its authority already, only if that is wished for. */
export function trustsNodes({ nodeTrust, certificate }: Settings, found: Shown): boolean {
  if (nodeTrust.enabled === false) return false;
  const shown = shownOutside(found);
  if (shown === undefined) return certificate.brought === undefined;
  return nodeTrust.enabled === true || !shown.isPublic;
}
