/** Writing files that a user asked for. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { OutputError } from "./errors.ts";

/** Writes a file. Throws OutputError, in one sentence, when that is not possible. */
export function writeOutput(path: string, text: string, makeFolder = false): void {
  try {
    if (makeFolder) mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    throw new OutputError(`Cannot write ${path} (${error instanceof Error ? error.message : String(error)}).`);
  }
}
