/** Runs a script of this folder in Python and reads the milliseconds that it prints; null where PyTorch is not there. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a script prints, or null. One thread each for OpenMP and OpenBLAS, and the machine's own choice of kernels. */
function pytorchOutput(script: string, parameters: readonly (number | string)[]): string | null {
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
export function pytorchMilliseconds(script: string, parameters: readonly (number | string)[]): number | null {
  const milliseconds = Number.parseFloat(pytorchOutput(script, parameters) ?? "");
  return Number.isFinite(milliseconds) ? milliseconds : null;
}

/** A script that prints lines of a name and a number. */
export function pytorchTimes(script: string, parameters: readonly (number | string)[]): ReadonlyMap<string, number> {
  const lines = (pytorchOutput(script, parameters) ?? "").split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => [line.split("\t")[0], Number(line.split("\t")[1])]));
}
