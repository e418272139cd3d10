import type { Pair } from "./pairs.ts";
import { command } from "./problems.ts";

const remove = (key: string) => `pulumi config rm --path edge-registry:certificate.${key}`;

/** What is about certificates that the registry issues itself. */
const issuing = ["validityDays", "renewAfterDays", "generation", "trusts", "authority"] as const;

/** Settings of the certificate that cannot be together. */
export const certificatePairs: readonly Pair[] = [
  {
    keys: ["certificate.renewAfterDays", "certificate.validityDays"],
    problem: { rule: "fewer days than validityDays", why: "an expired certificate is renewed too late" },
    got: ({ certificate: { renewAfterDays, validityDays } }) =>
      renewAfterDays >= validityDays && `${renewAfterDays} of ${validityDays}`,
  },
  {
    keys: ["certificate.trusts", "certificate.generation"],
    problem: { rule: "the generation that issues among them", why: "no node would trust the server" },
    got: ({ certificate: { trusts, generation } }) =>
      !trusts.includes(generation) && `[${trusts}] without ${generation}`,
  },
  ...(["generation", "trusts"] as const).map(
    (key): Pair => ({
      keys: [`certificate.${key}`, "certificate.authority"],
      problem: {
        rule: "nothing where authority is given",
        why: "only this registry's own authority has generations",
        run: remove(key),
      },
      got: (_, { certificate }) =>
        certificate?.authority !== undefined && certificate[key] !== undefined && "both",
    }),
  ),
  ...issuing.map(
    (key): Pair => ({
      keys: [`certificate.${key}`, "certificate"],
      problem: {
        rule: "nothing where a certificate is brought",
        why: "it is about those that are issued here",
        run: remove(key),
      },
      got: ({ certificate: { brought } }, { certificate }) =>
        brought !== undefined && certificate?.[key] !== undefined && "a value",
    }),
  ),
  {
    keys: ["certificate.secretName", "certificate"],
    problem: { rule: "either a Secret or PEM", why: "one certificate is served", run: remove("secretName") },
    got: (_, { certificate }) =>
      certificate?.secretName !== undefined &&
      (certificate.certificate ?? certificate.privateKey) !== undefined &&
      "both",
  },
  {
    keys: ["certificate.privateKey", "certificate"],
    problem: {
      rule: "the key of certificate.certificate",
      run: "pulumi config set --secret --path edge-registry:certificate.privateKey < tls.key",
    },
    got: (_, { certificate }) =>
      certificate?.certificate !== undefined && certificate.privateKey === undefined && "nothing",
  },
  {
    keys: ["certificate.certificate", "certificate"],
    problem: {
      rule: "the certificate of certificate.privateKey",
      run: "pulumi config set --path edge-registry:certificate.certificate < tls.crt",
    },
    got: (_, { certificate }) =>
      certificate?.privateKey !== undefined && certificate.certificate === undefined && "nothing",
  },
  {
    keys: ["certificate.caCertificate", "certificate"],
    problem: {
      rule: "nothing where no certificate is brought",
      why: "what is issued here has an authority: certificate.authority",
      run: remove("caCertificate"),
    },
    got: ({ certificate: { brought } }, { certificate }) =>
      brought === undefined && certificate?.caCertificate !== undefined && "a value",
  },
  {
    keys: ["host", "certificate", "expose"],
    problem: {
      rule: "a name where a certificate is brought",
      why: "it has to be known what the certificate is for",
      run: command("host", "registry.example.com"),
    },
    got: ({ certificate: { brought }, host, nodeAddress, expose }) =>
      brought !== undefined &&
      host === undefined &&
      (nodeAddress === undefined || expose.kind === "loadBalancer") &&
      "nothing",
  },
  {
    keys: ["expose.tlsSecret", "certificate"],
    problem: {
      rule: "nothing where a certificate is brought",
      why: "clients see the ingress controller's, and the registry's own is the controller's business alone",
      run: "pulumi config rm --path edge-registry:expose.tlsSecret",
    },
    got: ({ certificate: { brought }, expose }) =>
      brought !== undefined && expose.tlsSecret !== undefined && "a value",
  },
  {
    keys: ["certificate.secretName", "namespace"],
    problem: {
      rule: "a Secret of a namespace that exists",
      why: "it has to be there before the registry",
      run: command("namespace.existing", "NAME"),
    },
    got: ({ certificate: { brought }, namespace }) =>
      brought?.kind === "secret" && namespace.create && `one of ${namespace.name}, which up creates`,
  },
];
