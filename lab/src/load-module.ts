/** A user's own objective from a JavaScript module, checked on the way in and whenever it is called. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Objective } from "egop";
import { ModuleError } from "./errors.ts";

/** What a module says. */
export interface LoadedModule {
  readonly objective: Objective;
  readonly start: Float64Array;
  /** Of the Gaussian around the start in which gradients are sampled. */
  readonly deviation: number;
}

/** Imports a module. Throws ModuleError, in one sentence, for everything that is wrong with it. */
export async function loadModule(path: string): Promise<LoadedModule> {
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = (await import(pathToFileURL(resolve(path)).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new ModuleError(`${path} cannot be loaded (${error instanceof Error ? error.message : String(error)}).`);
  }
  const { dimension, valueAndGradient, start, deviation = 1 } = exports;
  if (!(typeof dimension === "number" && Number.isSafeInteger(dimension) && dimension > 0))
    throw new ModuleError(`${path}: the export "dimension" is ${String(dimension)}; expected a positive whole number.`);
  if (typeof valueAndGradient !== "function")
    throw new ModuleError(`${path}: the export "valueAndGradient" is no function of (point, gradientOut).`);
  if (!(typeof deviation === "number" && deviation > 0 && Number.isFinite(deviation)))
    throw new ModuleError(`${path}: the export "deviation" is ${String(deviation)}; expected a positive number.`);
  return {
    objective: checked(path, dimension, valueAndGradient as Objective["valueAndGradient"]),
    start: startOf(path, dimension, start),
    deviation,
  };
}

function startOf(path: string, dimension: number, given: unknown): Float64Array {
  if (given === undefined) return new Float64Array(dimension);
  const start = Float64Array.from(given as ArrayLike<number>);
  if (start.length !== dimension || !start.every(Number.isFinite))
    throw new ModuleError(`${path}: the export "start" must be ${dimension} finite numbers.`);
  return start;
}

/** What it throws and what it returns becomes one sentence that names the module. */
function checked(path: string, dimension: number, valueAndGradient: Objective["valueAndGradient"]): Objective {
  return {
    dimension,
    valueAndGradient(point, gradientOut): number {
      let value: unknown;
      try {
        value = valueAndGradient(point, gradientOut);
      } catch (error) {
        throw new ModuleError(
          `${path}: valueAndGradient threw (${error instanceof Error ? error.message : String(error)}).`,
        );
      }
      if (typeof value !== "number")
        throw new ModuleError(`${path}: valueAndGradient returned ${typeof value}; expected a number.`);
      return value;
    },
  };
}
