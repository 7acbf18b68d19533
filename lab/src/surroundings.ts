/** What the lab takes from where it runs: cores and folders. */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

/** The most worker threads that can be asked for. */
export const mostThreads = 16;

/** Two, or one on a single core. */
export function usualThreads(): number {
  return Math.min(2, availableParallelism());
}

/** A folder of the lab: "data", "reports", "results". */
export function labFolder(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url));
}

/** Where the CSV files are, unless --data says otherwise. */
export function dataFolder(): string {
  return labFolder("data");
}
