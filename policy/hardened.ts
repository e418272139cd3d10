import { type Excuse, excuseOf } from "./excuses.ts";
import type { Container, Pod } from "./pods.ts";

/** A pod without rights: what is wrong with one, a sentence each. */
export function notHardened(pod: Pod): readonly string[] {
  const excuse = excuseOf(pod.app);
  const own = pod.containers.flatMap((one) =>
    faults(one, pod, excuse).map((fault) => `container ${one.name}: ${fault}`),
  );
  return [...podFaults(pod), ...own];
}

/** The node's own things: what a pod has of them without an excuse. */
export function onTheNode({ app, spec, containers }: Pod): readonly string[] {
  const excuse = excuseOf(app);
  const folders = (spec.volumes ?? []).filter(({ hostPath }) => hostPath);
  const ports = containers.flatMap((one) => (one.ports ?? []).filter(({ hostPort }) => hostPort));
  return [
    ...(spec.hostNetwork && !excuse.hostNetwork ? ["it uses the node's network"] : []),
    ...(spec.hostPID ? ["it sees the node's processes"] : []),
    ...(spec.hostIPC ? ["it shares the node's memory"] : []),
    ...(excuse.hostPath ? [] : folders.map(({ hostPath }) => `it has the node's ${hostPath.path}`)),
    ...(excuse.hostPorts ? [] : ports.map(({ hostPort }) => `it opens port ${hostPort} of the node`)),
    ...containers
      .filter(({ securityContext }) => securityContext?.privileged)
      .map(({ name }) => `container ${name} is privileged`),
  ];
}

function podFaults({ spec }: Pod): readonly string[] {
  return [
    ...(spec.automountServiceAccountToken === false ? [] : ["automountServiceAccountToken has to be false"]),
    ...(spec.enableServiceLinks === false ? [] : ["enableServiceLinks has to be false"]),
  ];
}

function faults({ name = "", securityContext }: Container, { spec }: Pod, excuse: Excuse): readonly string[] {
  const excused = excuse.containers?.[name];
  const pods = spec.securityContext;
  const user = securityContext?.runAsUser ?? pods?.runAsUser;
  const nonRoot = (securityContext?.runAsNonRoot ?? pods?.runAsNonRoot) && user !== 0;
  const { drop = [], add = [] } = securityContext?.capabilities ?? {};
  const seccomp = securityContext?.seccompProfile?.type ?? pods?.seccompProfile?.type;
  const toomuch = add.filter((capability) => !excused?.capabilities.includes(capability));
  return [
    ...(nonRoot || excused?.root ? [] : ["runAsNonRoot has to be true"]),
    ...(securityContext?.allowPrivilegeEscalation === false
      ? []
      : ["allowPrivilegeEscalation has to be false"]),
    ...(securityContext?.readOnlyRootFilesystem ? [] : ["readOnlyRootFilesystem has to be true"]),
    ...(drop.includes("ALL") ? [] : ["capabilities.drop has to be ALL"]),
    ...toomuch.map((capability) => `it may not have the capability ${capability}`),
    ...(seccomp === "RuntimeDefault" || seccomp === "Localhost"
      ? []
      : ["seccompProfile has to be RuntimeDefault"]),
  ];
}
