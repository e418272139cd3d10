/** What every pod of ours sets that runs nothing privileged: what the `restricted` Pod Security Standard asks, and more. */
export const hardenedPod = {
  automountServiceAccountToken: false,
  enableServiceLinks: false, // a Service named like a program's variable would configure it
} as const;

/** The same for a pod's processes; `user` is one that no image of ours gives a meaning. */
export function unprivileged(user: number) {
  return {
    runAsNonRoot: true,
    runAsUser: user,
    runAsGroup: user,
    fsGroup: user,
    fsGroupChangePolicy: "OnRootMismatch",
    seccompProfile: { type: "RuntimeDefault" },
  } as const;
}

/** The same for a container; `capabilities` are what its binary insists on. */
export function confined(capabilities: readonly string[] = []) {
  return {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"], add: [...capabilities] },
  };
}
