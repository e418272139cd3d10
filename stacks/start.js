/**
 * Loaded by Node before all else, as Pulumi.yaml says. What is loaded is kept compiled, in the checkout, since what others
 * may write to would be run as our own. This one file is plain JavaScript, so that Node's compiler for TypeScript is not
 * loaded where all is compiled already.
 */
import { enableCompileCache } from "node:module";
import { join } from "node:path";

enableCompileCache(join(import.meta.dirname, "../node_modules/.cache/compiled"));
await import("./leaner-sdk.ts");
await import("./quieter-sdk.ts");
