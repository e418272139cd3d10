/** What the engine's SDK notes of its own steps, and nobody reads. Loaded after what stands in for parts of it. */
import { createRequire } from "node:module";

const sdk = createRequire(import.meta.url);

// The SDK tells the engine of each step of its own, one call after the other, which is a third of a preview's work, and
// nobody sees it but with --debug: `NODE_DEBUG=pulumi pulumi preview --debug` still shows it.
if (!/\bpulumi\b/.test(process.env.NODE_DEBUG ?? "")) sdk("@pulumi/pulumi/log").debug = async () => undefined;

// The SDK notes by what calls each of its promises was made, for who looks for one that never ends.
if (!process.env.PULUMI_DEBUG_PROMISE_LEAKS) {
  const debuggable = sdk("@pulumi/pulumi/runtime/debuggable");
  const noted: (...promise: unknown[]) => unknown = debuggable.debuggablePromise;
  debuggable.debuggablePromise = (...promise: unknown[]) => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return noted(...promise);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
}
