/**
 * A run folder: every finished job is appended to it at once, so that a study that is killed goes on where it was. One
 * line of JSON per job, under a key that says all that the job depends on; numbers come back with the same bits.
 *
 * One process at a time writes to a folder. What it finds there from an earlier one is used only when asked to resume;
 * a last line that was cut off in the middle of writing is left out.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OutputError } from "../errors.ts";
import { lockFolder } from "./lock.ts";

/** Finished jobs by their keys. */
export interface Store {
  /** What a job of this key came to; undefined when it is not finished. */
  find(key: string): unknown;
  /** Keeps a result, on disk before this returns. Throws OutputError when it cannot be written. */
  keep(key: string, result: unknown): void;
  /** How many jobs were there at the start. */
  readonly found: number;
  /** Lets other processes have the folder. */
  close(): void;
}

/** For studies that nobody wants to keep. */
export function memoryStore(): Store {
  const results = new Map<string, unknown>();
  return {
    find: (key) => results.get(key),
    keep: (key, result) => void results.set(key, result),
    found: 0,
    close() {},
  };
}

/**
 * Opens a folder, which is made if it is not there. Throws OutputError when another process has it, when it holds results
 * and `resume` was not asked for, when it belongs to another study than `identity` says, or cannot be written.
 */
export function openStore(folder: string, identity: string, resume: boolean): Store {
  const path = join(folder, "finished.jsonl");
  const unlock = guarded(folder, () => {
    mkdirSync(folder, { recursive: true });
    return lockFolder(folder);
  });
  try {
    const lines = existsSync(path) ? guarded(path, () => readFileSync(path, "utf8")).split("\n") : [];
    const header = lines.length > 1 ? lines[0] : undefined;
    if (header !== undefined && !resume)
      throw new OutputError(`${folder} holds results already: go on with --resume, or choose another folder.`);
    if (header !== undefined && header !== identity)
      throw new OutputError(`${folder} holds the results of another study or another version: choose another folder.`);
    const results = new Map<string, unknown>();
    // What stands behind the last line break was cut off.
    for (const line of lines.slice(1, -1)) {
      const entry = parsed(line);
      if (entry !== undefined) results.set(entry.key, entry.result);
    }
    const kept = [identity, ...[...results].map(([key, result]) => JSON.stringify({ key, result }))];
    guarded(path, () => writeFileSync(path, `${kept.join("\n")}\n`));
    return {
      find: (key) => results.get(key),
      keep(key, result): void {
        guarded(path, () => appendFileSync(path, `${JSON.stringify({ key, result })}\n`, { flush: true }));
        results.set(key, result);
      },
      found: results.size,
      close: unlock,
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

function parsed(line: string): { readonly key: string; readonly result: unknown } | undefined {
  try {
    return JSON.parse(line) as { key: string; result: unknown };
  } catch {
    return undefined;
  }
}

function guarded<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (error instanceof OutputError) throw error;
    throw new OutputError(`Cannot write ${path} (${error instanceof Error ? error.message : String(error)}).`);
  }
}
