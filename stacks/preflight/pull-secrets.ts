import type { ClusterClient, KubeObject } from "../../cluster/client.ts";
import { stackLabel } from "../../render/names.ts";
import type { Settings } from "../settings.ts";

interface ServiceAccount extends KubeObject {
  readonly imagePullSecrets?: readonly { readonly name: string }[];
}

type Asked = Pick<Settings, "pullSecret" | "namespace">;

/** What stands in the way of the pull secrets: namespaces and service accounts that are not there, or are taken. */
export async function pullSecretProblems(
  client: ClusterClient,
  settings: Asked,
  stack: string,
): Promise<readonly string[]> {
  const { namespaces } = settings.pullSecret;
  const problems = await Promise.all(namespaces.map((name) => problemsIn(client, name, settings, stack)));
  return problems.flat();
}

async function problemsIn(
  client: ClusterClient,
  namespace: string,
  { pullSecret, namespace: own }: Asked,
  stack: string,
): Promise<readonly string[]> {
  const base = `/api/v1/namespaces/${namespace}`;
  if (!(await client.get(base))) {
    if (own.create && own.name === namespace) return [];
    return [
      `pullSecret.namespaces: expected namespaces of this cluster, got ${namespace}: kubectl create namespace ${namespace}`,
    ];
  }
  const secretNamed = (name: string) => client.get(`${base}/secrets/${name}`);
  const secret = await secretNamed(pullSecret.name);
  const owner = secret?.metadata.labels?.[stackLabel];
  const taken =
    secret === undefined || owner === stack
      ? []
      : [
          `pullSecret.name: a Secret ${pullSecret.name} is in namespace ${namespace} already and ${owner ? `belongs to stack ${owner}` : "is not a registry's"}: pulumi config set --path edge-registry:pullSecret.name ANOTHER`,
        ];
  const accounts = await Promise.all(
    pullSecret.serviceAccounts.map(async (name) => {
      const found = await client.get<ServiceAccount>(`${base}/serviceaccounts/${name}`);
      if (found === undefined) return [lacking(namespace, name)];
      const listed = (found.imagePullSecrets ?? []).filter((one) => one.name !== pullSecret.name);
      const secrets = await Promise.all(listed.map((one) => secretNamed(one.name)));
      // Under another name, ours of before: the change of its name takes it off the list.
      const foreign = listed.filter((_, at) => secrets[at]?.metadata.labels?.[stackLabel] !== stack);
      return foreign.length > 0 ? [shared(namespace, name, pullSecret.name, foreign)] : [];
    }),
  );
  return [...taken, ...accounts.flat()];
}

const lacking = (namespace: string, name: string) =>
  `pullSecret.serviceAccounts: expected service accounts of namespace ${namespace}, got ${name}`;

/** The list of a service account has one owner: who takes it over takes all of it. */
function shared(
  namespace: string,
  name: string,
  secret: string,
  others: NonNullable<ServiceAccount["imagePullSecrets"]>,
): string {
  const list = JSON.stringify([...others, { name: secret }]);
  return `pullSecret.serviceAccounts: ${namespace}/${name} pulls with ${others.map((one) => one.name).join(", ")} already: leave it out of the setting and add ours by hand: kubectl -n ${namespace} patch serviceaccount ${name} -p '{"imagePullSecrets":${list}}'`;
}
