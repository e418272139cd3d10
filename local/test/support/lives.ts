/** How an object of e2e/programs/kubernetes goes through its life. */
export interface Life {
  /** What the program's second and third step do to it: it is changed in place once, and once by replacement. */
  readonly steps: readonly ["update", "replace"] | readonly ["replace", "update"];
  /** Kind and name of what is there after the third, as kubectl takes them. */
  readonly object: string;
  /** The merge patch that somebody else then applies; undefined to delete it. */
  readonly drift: object | undefined;
  /** How the program has its way again. */
  readonly repair: "update" | "replace" | "create";
}

const first = { steps: ["update", "replace"], repair: "update" } as const;
const last = { steps: ["replace", "update"], repair: "update" } as const;
const labelled = { metadata: { labels: { phase: "drifted" } } };
const podsWith = (spec: object) => ({ spec: { template: { spec } } });
const otherImage = podsWith({ containers: [{ name: "main", image: "drifted:1" }] });

/** Each object by its name in the program; `space` is its namespace. */
export const lives = (space: string): Readonly<Record<string, Life>> => ({
  fixed: { ...last, object: "configmap/fixed", drift: { data: { mode: "drifted" } }, repair: "replace" },
  access: { ...first, object: "secret/access", drift: { data: { password: "eA==" } }, repair: "replace" },
  account: { ...first, object: "serviceaccount/account-3", drift: { automountServiceAccountToken: true } },
  patch: {
    ...first,
    object: "serviceaccount/account-3",
    drift: { metadata: { labels: { patched: "drifted" } } },
  },
  role: { ...first, object: "role/role-3", drift: { rules: [] } },
  binding: { ...last, object: "rolebinding/binding", drift: { subjects: [] } },
  "cluster-role": { ...first, object: `clusterrole/${space}-3`, drift: { rules: [] } },
  "cluster-binding": { ...last, object: `clusterrolebinding/${space}`, drift: { subjects: [] } },
  spare: { ...first, object: `namespace/${space}-3-spare`, drift: labelled },
  class: { ...first, object: `storageclass/${space}-class`, drift: { allowVolumeExpansion: false } },
  claim: { ...first, object: "persistentvolumeclaim/claim", drift: labelled },
  policy: { ...first, object: "networkpolicy/policy-3", drift: undefined, repair: "create" },
  headless: { ...first, object: "service/headless", drift: { spec: { ports: [{ port: 82 }] } } },
  entrance: { ...first, object: "ingress/entrance-3", drift: { spec: { rules: [{ host: "drifted" }] } } },
  web: { ...first, object: "deployment/web", drift: otherImage },
  ordered: { ...last, object: "statefulset/ordered", drift: otherImage },
  everywhere: {
    ...first,
    object: "daemonset/everywhere",
    drift: podsWith({ nodeSelector: { "example.com/none": "drifted" } }),
  },
  once: { ...last, object: "job/once", drift: labelled },
  alone: { ...last, object: "pod/alone", drift: labelled },
  budget: { ...first, object: "poddisruptionbudget/budget-3", drift: { spec: { minAvailable: 3 } } },
  thing: { ...first, object: `things.${space}.example.com/thing-3`, drift: { spec: { size: 3 } } },
});
