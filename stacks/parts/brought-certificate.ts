import * as pulumi from "@pulumi/pulumi";
import { bundleOf } from "../../render/pem.ts";
import type { Brought } from "../settings/brought.ts";
import type { Certificates } from "./certificates.ts";
import type { Ground } from "./ground.ts";

/** A certificate that somebody else issued, and was judged before. */
export function broughtCertificate(brought: Brought, { found }: Ground): Certificates {
  // A preview that could ask nobody knows nothing of a Secret.
  const {
    authority = "",
    isPublic = false,
    expires = "unknown, as the cluster did not answer",
  } = found.brought ?? {};
  const bundle = bundleOf([authority, ...found.servedBy]);
  return {
    served:
      brought.kind === "secret"
        ? { secretName: pulumi.output(brought.secretName) }
        : { certificate: pulumi.output(brought.certificate), privateKey: pulumi.secret(brought.privateKey) },
    authority: pulumi.output(authority),
    bundle: pulumi.output(bundle),
    caCertificate: pulumi.output(isPublic ? "" : bundle),
    expires: pulumi.output(expires),
    renewsFrom: pulumi.output("it is renewed where it was brought from"),
    mark: pulumi.output(brought.kind === "secret" ? brought.secretName : brought.certificate),
    made: [],
  };
}
