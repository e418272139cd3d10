import { distance } from "./nearest.ts";
import { command, type Problems } from "./problems.ts";

/** The configuration as the engine gives it: keys such as `edge-registry:port`, objects and lists as JSON texts. */
export type RawConfig = Readonly<Record<string, string>>;

const project = "edge-registry";

/** The project's own settings without their prefix, with objects and lists as such. */
export function rawSettings(config: RawConfig): Readonly<Record<string, unknown>> {
  const own = Object.entries(config).filter(([key]) => key.startsWith(`${project}:`));
  return Object.fromEntries(own.map(([key, text]) => [key.slice(project.length + 1), decoded(text)]));
}

/** A text that is JSON of an object or a list is that; any other, `[::1]` for one, is for its reader to judge. */
function decoded(text: unknown): unknown {
  if (typeof text !== "string" || !/^\s*[{[]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Reports keys of other namespaces that somebody may believe to act here. */
export function reportForeignKeys(config: RawConfig, problems: Problems): void {
  for (const key of Object.keys(config)) {
    const [space = "", name = ""] = key.split(":");
    if (space === "kubernetes" && (name === "context" || name === "kubeconfig")) {
      const run = `${command(`cluster.${name}`, "NAME")}; pulumi config rm ${key}`;
      problems.add(key, {
        rule: `edge-registry:cluster, which has a ${name}`,
        got: "a key that acts on nothing here",
        run,
      });
    } else if (space !== project && distance(space.slice(0, 60), project) <= 2) {
      const shown = JSON.stringify(key.slice(0, 60));
      problems.add(shown, { rule: `a key that begins with ${project}:`, got: "another beginning" });
    }
  }
}
