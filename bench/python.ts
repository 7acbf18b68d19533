/** Runs a script of this folder in Python and reads the milliseconds that it prints; null where what it needs is not there. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a script prints, or null. One thread each for OpenMP and OpenBLAS, and the machine's own choice of kernels. */
function pythonOutput(script: string, parameters: readonly (number | string)[]): string | null {
  const environment = { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
  Reflect.deleteProperty(environment, "OPENBLAS_CORETYPE");
  const { status, stdout } = spawnSync(
    "/usr/bin/python3",
    [fileURLToPath(new URL(`../${script}`, import.meta.url)), ...parameters.map(String)],
    { encoding: "utf8", env: environment },
  );
  return status === 0 ? stdout : null;
}

/** A script that prints one number. */
export function pythonMilliseconds(script: string, parameters: readonly (number | string)[]): number | null {
  const milliseconds = Number.parseFloat(pythonOutput(script, parameters) ?? "");
  return Number.isFinite(milliseconds) ? milliseconds : null;
}

/** A script that prints lines of a name and a number. */
export function pythonTimes(script: string, parameters: readonly (number | string)[]): ReadonlyMap<string, number> {
  const lines = (pythonOutput(script, parameters) ?? "").split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => [line.split("\t")[0], Number(line.split("\t")[1])]));
}
