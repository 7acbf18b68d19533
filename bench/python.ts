/** Runs a script of this folder in Python and reads the milliseconds that it prints; null where what it needs is not there. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** One thread each for OpenMP and OpenBLAS, and the machine's own choice of kernels. */
export function pythonMilliseconds(script: string, parameters: readonly (number | string)[]): number | null {
  const environment = { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
  Reflect.deleteProperty(environment, "OPENBLAS_CORETYPE");
  const { status, stdout } = spawnSync(
    "/usr/bin/python3",
    [fileURLToPath(new URL(`../${script}`, import.meta.url)), ...parameters.map(String)],
    { encoding: "utf8", env: environment },
  );
  const milliseconds = Number.parseFloat(stdout);
  return status === 0 && Number.isFinite(milliseconds) ? milliseconds : null;
}
