import { faults, text } from "./scalars.ts";
import { object } from "./structures.ts";

/** The cluster to deploy to. */
export interface ClusterSettings {
  /**
   * The context of the kubeconfig.
   * @default the kubeconfig's current one, which only the stack `dev` may take without naming either
   */
  readonly context?: string;
  /**
   * The kubeconfig's path, absolute or from the project's folder.
   * @default what KUBECONFIG names, or the one in the home folder
   */
  readonly kubeconfig?: string;
}

const context = text(
  "the name of a context, as `kubectl config get-contexts -o name` lists them",
  faults([/^$|^\s|\s$|\p{C}/u, "no control characters, and no blanks at the ends"]),
);

const kubeconfig = text(
  "the path of a kubeconfig, absolute or from the project's folder",
  faults(
    [
      /^\s*(apiVersion|kind|clusters|users|contexts|current-context|---|\{)/m,
      "this is its content: write it to a file and name that",
    ],
    [/^[~$]|\$\{/, "no shell expands ~ or variables here: write the whole path"],
    [/^$|^\s|\s$|\p{C}/u, "no control characters, and no blanks at the ends"],
  ),
);

export const readCluster = object('{"context": …, "kubeconfig": …}', { context, kubeconfig });
