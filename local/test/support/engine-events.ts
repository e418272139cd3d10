import { readFile } from "node:fs/promises";

/** One resource step the engine took or planned. */
export interface Step {
  /** Logical name: the last part of the URN. */
  readonly name: string;
  readonly type: string;
  readonly urn: string;
  /** create, update, delete, replace, create-replacement, delete-replaced, same, refresh, read, import … */
  readonly op: string;
  /** Property paths that differ, sorted. */
  readonly diffs: readonly string[];
  /** Property path → add, delete, update, add-replace, update-replace …, as the provider told. */
  readonly detailedDiff: Readonly<Record<string, string>>;
}

interface Metadata {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly diffs?: readonly string[];
  readonly detailedDiff?: Record<string, { readonly kind?: string; readonly diffKind?: string }>;
}

/** A line of the engine's event log. */
interface EngineEvent {
  readonly resourcePreEvent?: { readonly metadata: Metadata };
  readonly resOutputsEvent?: { readonly metadata: Metadata };
  readonly diagnosticEvent?: { readonly message: string; readonly severity: string };
}

/** What the engine told so far. */
export async function readEvents(log: string): Promise<readonly EngineEvent[]> {
  const text = await readFile(log, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter((line) => line.endsWith("}")) // a killed engine leaves half a line
    .map((line) => JSON.parse(line) as EngineEvent);
}

/** Every step except the stack's and the providers' own. */
export function stepsOf(events: readonly EngineEvent[]): readonly Step[] {
  return events
    .flatMap((e) => (e.resourcePreEvent ? [e.resourcePreEvent.metadata] : []))
    .filter((m) => m.type !== "pulumi:pulumi:Stack" && !m.type.startsWith("pulumi:providers:"))
    .map((m) => ({
      name: m.urn.split("::").slice(3).join("::"),
      type: m.type,
      urn: m.urn,
      op: m.op,
      diffs: [...(m.diffs ?? [])].sort(),
      detailedDiff: Object.fromEntries(
        Object.entries(m.detailedDiff ?? {}).map(([key, d]) => [key, d.diffKind ?? d.kind ?? ""]),
      ),
    }));
}
