/** Whether results can be written where a user wants them, found out before they are computed. */
import { closeSync, existsSync, mkdirSync, openSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { UsageError } from "./errors.ts";

/** Throws UsageError, naming the flag, when a file cannot be written. What is there stays as it is. */
export function requireWritable(flag: string, path: string, makeFolder = false): void {
  try {
    if (makeFolder) mkdirSync(dirname(path), { recursive: true });
    const there = existsSync(path);
    closeSync(openSync(path, "a"));
    if (!there) rmSync(path);
  } catch (error) {
    throw cannotWrite(flag, path, error);
  }
}

/** The same for a folder that files will be put into; it is made. */
export function requireWritableFolder(flag: string, folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    const probe = `${folder}/.probe-${process.pid}`;
    closeSync(openSync(probe, "wx"));
    rmSync(probe);
  } catch (error) {
    throw cannotWrite(flag, folder, error);
  }
}

function cannotWrite(flag: string, path: string, error: unknown): UsageError {
  return new UsageError(
    `--${flag}: ${path} cannot be written (${error instanceof Error ? error.message : String(error)}).`,
  );
}
