/**
 * Loaded by Node before all else, as Pulumi.yaml says. The engine's SDK brings TypeScript and half of npm along; kept
 * compiled, they load in half the time. In the checkout, since what others may write to would be run as our own.
 */
import { enableCompileCache } from "node:module";
import { join } from "node:path";

enableCompileCache(join(import.meta.dirname, "../node_modules/.cache/compiled"));
