import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { at, labelledAt, space } from "./stage.ts";

/** Configuration, secrets, and who may do what. */
export function access(opts: pulumi.CustomResourceOptions) {
  const settings = new k8s.core.v1.ConfigMap(
    "settings",
    { metadata: labelledAt(3), data: { mode: at("a", "b") } },
    opts,
  );
  const fixed = new k8s.core.v1.ConfigMap(
    "fixed",
    { metadata: { name: "fixed", ...labelledAt(3) }, data: { mode: at("a", "b"), kept: "yes" } },
    opts,
  );
  const ignoring = { ...opts, ignoreChanges: ["data.mode"] };
  new k8s.core.v1.ConfigMap(
    "ignored",
    { metadata: { name: "ignored" }, data: { mode: at("a", "b") } },
    ignoring,
  );
  const secret = new k8s.core.v1.Secret(
    "access",
    {
      metadata: { name: "access", ...labelledAt(2) },
      stringData: { password: pulumi.secret(at("e2e-geheim", "e2e-geheim", "e2e-anders")) },
    },
    opts,
  );

  const account = new k8s.core.v1.ServiceAccount(
    "account",
    {
      metadata: { name: at("account", "account", "account-3") },
      automountServiceAccountToken: at(true, false),
    },
    opts,
  );
  new k8s.core.v1.ServiceAccountPatch(
    "patch",
    { metadata: { name: account.metadata.name, labels: { patched: at("a", "b") } } },
    opts,
  );

  const rules = [{ apiGroups: [""], resources: ["pods"], verbs: at(["get"], ["get", "list"]) }];
  const subjects = [
    { kind: "ServiceAccount", name: at("account", "account", "account-3"), namespace: space },
  ];
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", name: at("role", "other") };
  new k8s.rbac.v1.Role("role", { metadata: { name: at("role", "role", "role-3") }, rules }, opts);
  new k8s.rbac.v1.RoleBinding(
    "binding",
    { metadata: { name: "binding" }, roleRef: { ...roleRef, kind: "Role" }, subjects },
    opts,
  );
  const wide = at(space, space, `${space}-3`);
  new k8s.rbac.v1.ClusterRole("cluster-role", { metadata: { name: wide }, rules }, opts);
  new k8s.rbac.v1.ClusterRoleBinding(
    "cluster-binding",
    { metadata: { name: space }, roleRef: { ...roleRef, kind: "ClusterRole" }, subjects },
    opts,
  );
  // Apart from the one that all else is in, which could not be replaced without it.
  new k8s.core.v1.Namespace(
    "spare",
    { metadata: { name: `${wide}-spare`, ...labelledAt(2) } },
    { ...opts, dependsOn: [] },
  );
  return { settings, fixed, secret };
}
