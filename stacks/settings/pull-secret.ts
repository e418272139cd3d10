import { namespaceName, objectName } from "./names.ts";
import { list, object } from "./structures.ts";

/** The Secret that pods pull with. */
export interface PullSecretSettings {
  /** @default "ches-registry-secret" */
  readonly name: string;
  /**
   * The namespaces that get it.
   * @default ["default"]
   */
  readonly namespaces: readonly string[];
  /**
   * The service accounts in each of them whose pods use it without naming it; none for `[]`.
   * @default ["default"]
   */
  readonly serviceAccounts: readonly string[];
}

export const readPullSecret = object('{"name": …, "namespaces": […], "serviceAccounts": […]}', {
  name: objectName,
  namespaces: list('a list of namespaces such as ["default"]', namespaceName, { unlike: String }),
  serviceAccounts: list('a list of service accounts such as ["default"]', objectName, { unlike: String }),
});

/** What was given, with the defaults. */
export function pullSecretOf(given: ReturnType<typeof readPullSecret> = {}): PullSecretSettings {
  const { name = "ches-registry-secret", namespaces = ["default"], serviceAccounts = ["default"] } = given;
  return { name, namespaces, serviceAccounts };
}
