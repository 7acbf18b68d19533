/** Runs the command line as a process. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

export const commandPath: string = fileURLToPath(new URL("../../lab/dist/main.js", import.meta.url));

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function run(...flags: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [commandPath, ...flags], { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
