import { rules } from "../../policy/rules.ts";
import { podsOf } from "./pods.ts";
import { identityOf, type Recorded, type Registration } from "./recorded.ts";

type Labels = Readonly<Record<string, string>>;

interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly targetPort: string;
}

/** What in a program's objects does not fit together, a line each; `brought` are Secrets that others make. */
export function misfits(recorded: Recorded, brought: readonly string[]): readonly string[] {
  const objects = recorded.all.filter(({ type }) => type.startsWith("kubernetes:"));
  const surroundings = {
    names: new Set([...objects.map(nameOf), ...brought]),
    pods: podsOf(recorded).map(({ labels }) => labels),
    services: recorded.of("Service"),
    ports: podsOf(recorded).flatMap(({ containers }) =>
      containers.flatMap(({ ports }) => (ports ?? []).map(({ name }) => `${name}`)),
    ),
  };
  return recorded.all.flatMap((one) => {
    const broken = rules.flatMap(({ name, check }) =>
      check(one.type, one.inputs).map((fault) => `${name}: ${fault}`),
    );
    const faults = objects.includes(one) ? lacks(one, surroundings) : [];
    return [...broken, ...faults].map((fault) => `${identityOf(one)}: ${fault}`);
  });
}

interface Surroundings {
  /** As "Kind namespace/name". */
  readonly names: ReadonlySet<string>;
  /** The labels of each workload's pods. */
  readonly pods: readonly Labels[];
  readonly services: readonly Registration[];
  /** What pods call the ports that they open. */
  readonly ports: readonly string[];
}

/** What an object names, selects or leads to and that is not there. */
function lacks({ type, inputs }: Registration, { names, pods, services, ports }: Surroundings) {
  const { kind = type.split(":").at(-1), metadata, spec = {} } = Object(inputs);
  const lost = references(inputs)
    .map(({ kind, name }) => `${kind} ${metadata?.namespace}/${name}`)
    .filter((one) => !names.has(one));
  const selected = kind === "ServiceMonitor" ? services.map(labelsOf) : pods;
  const selectors = selectorsIn(kind, spec).filter(
    (selector) => !selected.some((labels) => selects(selector, labels)),
  );
  const opened = [...services.flatMap(portsOf), ...ports];
  const closed = portsIn(kind, spec).filter((port) => !opened.includes(port));
  return [
    ...lost.map((one) => `there is no ${one}`),
    ...selectors.map((selector) => `nothing is selected by ${JSON.stringify(selector)}`),
    ...closed.map((port) => `nothing opens ${port}`),
  ];
}

/** `kubernetes:core/v1:Secret` with its namespace and name. */
function nameOf({ type, inputs }: Registration): string {
  const { kind = type.split(":").at(-1), metadata } = Object(inputs);
  return `${kind} ${metadata?.namespace}/${metadata?.name}`;
}

interface Reference {
  readonly kind: string;
  readonly name: string;
}

/** Each reference of an object to another of its namespace. */
function references(value: unknown): readonly Reference[] {
  if (typeof value !== "object" || value === null) return [];
  const own = Object.entries(value).flatMap(([key, one]): readonly Reference[] => {
    if (key === "secretName") return [{ kind: "Secret", name: one }];
    if (key === "claimName") return [{ kind: "PersistentVolumeClaim", name: one }];
    if (key === "imagePullSecrets") return one.map(({ name }: Reference) => ({ kind: "Secret", name }));
    if (key === "rootCAsSecrets") return one.map((name: string) => ({ kind: "Secret", name }));
    if (key === "configMap") return [{ kind: "ConfigMap", name: one.name }];
    if (key === "service") return [{ kind: "Service", name: one.name }];
    if (key === "services") return one.map(({ name }: Reference) => ({ kind: "Service", name }));
    if (key === "scaleTargetRef") return [{ kind: one.kind, name: one.name }];
    return [];
  });
  return [...own, ...Object.values(value).flatMap(references)];
}

interface Spec {
  /** A Service's own, or with `matchLabels` of others. */
  readonly selector?: Labels & { readonly matchLabels?: Labels };
  readonly podSelector?: { readonly matchLabels: Labels };
  readonly ports?: readonly ServicePort[];
  readonly endpoints?: readonly Port[];
  readonly ingress?: readonly { readonly ports?: readonly Port[] }[];
  readonly routes?: readonly { readonly services: readonly Port[] }[];
  readonly rules?: readonly { readonly http: { readonly paths: readonly Path[] } }[];
}

interface Port {
  readonly port: string | number;
}

interface Path {
  readonly backend: {
    readonly service: { readonly port: { readonly name?: string; readonly number?: number } };
  };
}

/** By which labels an object knows its pods, or a monitor its Services. */
function selectorsIn(kind: string, { selector, podSelector }: Spec): readonly Labels[] {
  if (kind === "Service") return selector ? [selector] : [];
  if (kind === "NetworkPolicy") return podSelector ? [podSelector.matchLabels] : [];
  const chosen = ["PodDisruptionBudget", "ServiceMonitor"].includes(kind) && selector?.matchLabels;
  return chosen ? [chosen] : [];
}

/** The ports by which an object leads to pods or Services, by name where they have one. */
function portsIn(kind: string, spec: Spec): readonly string[] {
  const of = (list: readonly Port[] | undefined) => (list ?? []).map(({ port }) => `${port}`);
  if (kind === "Service") return (spec.ports ?? []).map(({ targetPort }) => targetPort);
  if (kind === "ServiceMonitor") return of(spec.endpoints);
  if (kind === "NetworkPolicy") return (spec.ingress ?? []).flatMap(({ ports }) => of(ports));
  if (kind === "IngressRouteTCP") return (spec.routes ?? []).flatMap(({ services }) => of(services));
  if (kind !== "Ingress") return [];
  const backends = (spec.rules ?? []).flatMap(({ http }) => http.paths.map(({ backend }) => backend));
  return backends.map(({ service: { port } }) => port.name ?? `${port.number}`);
}

const portsOf = ({ inputs }: Registration): readonly string[] =>
  Object(inputs.spec).ports.flatMap(({ name, port }: ServicePort) => [name ?? "", `${port}`]);

const labelsOf = ({ inputs }: Registration): Labels => Object(inputs.metadata).labels;

/** Whether labels have all that a selector asks for. */
export const selects = (selector: Labels, labels: Labels): boolean =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);
