import { RunError } from "@pulumi/pulumi";
import { PreflightError } from "./preflight.ts";
import { SettingsError } from "./settings/problems.ts";

/** Has what a person can mend told as a sentence, without the stack of calls that a defect is told with. */
export async function told<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SettingsError || error instanceof PreflightError) throw new RunError(error.message);
    throw error;
  }
}
