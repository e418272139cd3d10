import * as pulumi from "@pulumi/pulumi";

/** By what a server's certificate waits for the nodes. */
export interface Rotation {
  /** Who issued the certificate, as PEM. */
  readonly authority: pulumi.Output<string>;
  /** Whose certificates the servers show now, as PEM; none where there are no servers yet. */
  readonly servedBy: readonly string[];
  /** Is known once each node that can be asked trusts the authority; undefined where nodes are left alone. */
  readonly trusted: pulumi.Output<string> | undefined;
}

/** A certificate that servers get once nodes trust who issued it: at once where they show that authority's already. */
export function onceTrusted<T extends Readonly<Record<string, pulumi.Output<string>>>>(
  parts: T,
  { authority, servedBy, trusted }: Rotation,
): T {
  if (trusted === undefined) return parts;
  const first = authority.apply((pem) =>
    servedBy.every((each) => each.trim() === pem.trim()) ? pulumi.output("") : trusted,
  );
  const waiting = (part: pulumi.Output<string>) => pulumi.all([part, first]).apply(([text]) => text);
  // The same keys, each with its own text.
  return Object.fromEntries(Object.entries(parts).map(([key, part]) => [key, waiting(part)])) as T;
}
