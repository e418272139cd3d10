import type { Provider } from "./own-resource.ts";

/** Of states of earlier versions, which waited for a Job: whatever takes such a resource away loads this file. */
export const provider: Provider<object> = {
  create() {
    throw new Error("no version makes one any more");
  },
};
