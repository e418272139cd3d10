import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type {
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
} from "@pulumi/pulumi/proto/resource_pb.js";
import { makeCertificates } from "./certificates.ts";
import { type Bag, blackened, Recorded, type Registration, registrationOf } from "./recorded.ts";

/** Runs a program against an engine that only writes down what it is asked; no function may be called. */
export async function registered(program: () => unknown): Promise<Recorded> {
  const all: Registration[] = [];
  const outputs: Bag[] = [];
  const mocks: pulumi.runtime.Mocks = {
    newResource: ({ name, inputs }) => ({ id: `id-of-${name}`, state: sealed(all.at(-1), inputs) }),
    call({ token }) {
      throw new Error(`unexpected call of ${token}`);
    },
  };
  await pulumi.runtime.setMocks(mocks, "edge-registry", "dev");
  overhear("registerResource", (request: RegisterResourceRequest) => all.push(registrationOf(request)));
  overhear("registerResourceOutputs", (request: RegisterResourceOutputsRequest) =>
    outputs.push(blackened(request.getOutputs()?.toJavaScript() ?? {})),
  );
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // the runtime notes where each promise was made, which is a fifth of the time
  try {
    await pulumi.runtime.runInPulumiStack(async () => program());
    await pulumi.runtime.disconnect();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  const made = all.filter(({ type }) => type !== "pulumi:pulumi:Stack");
  return new Recorded(made, outputs);
}

/** The mocks are told inputs alone, but requests to the engine hold the options and say what is secret. */
function overhear<Request>(method: string, listener: (request: Request) => void): void {
  const monitor = pulumi.runtime.getMonitor();
  const original = monitor && Reflect.get(monitor, method);
  if (monitor === undefined || typeof original !== "function") throw new Error(`the mock has no ${method}`);
  Reflect.set(monitor, method, (request: Request, ...rest: readonly unknown[]) => {
    listener(request);
    return Reflect.apply(original, monitor, [request, ...rest]);
  });
}

/** A state with the secrets that the engine makes of it: an input's that was one, and those the type says. */
function sealed(asked: Registration | undefined, inputs: Bag): Bag {
  if (asked === undefined) throw new Error("expected a request before its answer");
  const state = { ...inputs, ...generated(asked) };
  const secret = (key: string) => asked.secretOutputs.includes(key) || asked.told[key] === "[secret]";
  return Object.fromEntries(
    Object.entries(state).map(([key, value]) => [key, secret(key) ? pulumi.secret(value) : value]),
  );
}

/** A real authority, as PEM: the program reads the dates of certificates. */
export const authority = await (async () => {
  const directory = mkdtempSync(join(tmpdir(), "edge-registry-"));
  try {
    await makeCertificates(directory);
    const [certificate, privateKey] = ["ca.crt", "ca.key"].map((file) =>
      readFileSync(join(directory, file), "utf8"),
    );
    return { certificate: certificate ?? "", privateKey: privateKey ?? "" };
  } finally {
    rmSync(directory, { recursive: true });
  }
})();

/** The address that a load balancer gives; a test may have it give a name. */
export const balancer = { address: "203.0.113.7" };

/** Whether a bucket outside is one that the stack made; a test may have it be another's. */
export const bucketOutside = { created: true };

/** What a provider adds to its inputs: the same at each run, and named after the resource. */
function generated({ type, name, inputs }: Registration): Bag {
  if (type.startsWith("kubernetes:"))
    return { metadata: { ...Object(inputs.metadata), generation: 1, uid: `uid-of-${name}` } };
  const salt = createHash("sha256").update(name).digest().subarray(0, 16).toString("base64");
  const states: Readonly<Record<string, Bag>> = {
    RandomPassword: { result: `generated-password-of-${name}`, bcryptHash: `$2b$10$hash-of-${name}` },
    RandomString: { result: `generated-string-of-${name}` },
    RandomBytes: { base64: salt },
    PrivateKey: { privateKeyPem: `private-key-of-${name}` },
    SelfSignedCert: { certPem: authority.certificate },
    CertRequest: { certRequestPem: `request-of-${name}` },
    LocallySignedCert: {
      certPem: `certificate-of-${name}\n`,
      validityEndTime: "2028-04-05T00:00:00Z",
    },
    "load-balancer-address": { address: balancer.address },
    "bucket-origin": { existed: !bucketOutside.created },
    "bucket-owner": { created: bucketOutside.created },
    "store-route": { address: `${inputs.host}:${inputs.port}` },
  };
  return states[type.split(":").at(-1) ?? ""] ?? {};
}
