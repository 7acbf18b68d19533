/**
 * A user's own objective from a JavaScript module, checked on the way in and whenever it is called. Two forms:
 *
 *   export const dimension = 2;
 *   export function valueAndGradient(point, gradientOut) { … return value; }     // or: return { value, gradient };
 *
 *   export default loss.on(data);      // an objective, as the library's `differentiable` makes it
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { random, type Key, type StochasticObjective } from "egop";
import { ModuleError } from "./errors.ts";

/** What a module says. */
export interface LoadedModule {
  readonly objective: StochasticObjective;
  readonly start: Float64Array;
  /** Of the Gaussian around the start in which gradients are sampled. */
  readonly deviation: number;
}

type Exports = Readonly<Record<string, unknown>>;

/** Imports a module. Throws ModuleError, in one sentence, for everything that is wrong with it. */
export async function loadModule(path: string): Promise<LoadedModule> {
  let exports: Exports;
  try {
    exports = (await import(pathToFileURL(resolve(path)).href)) as Exports;
  } catch (error) {
    throw new ModuleError(`${path} cannot be loaded (${messageOf(error)}).`);
  }
  const given = exports["default"];
  const source = typeof given === "object" && given !== null ? (given as Exports) : exports;
  const { dimension, valueAndGradient, hessianVector } = source;
  const { start, deviation = 1 } = exports;
  if (!(typeof dimension === "number" && Number.isSafeInteger(dimension) && dimension > 0))
    throw new ModuleError(`${path}: the export "dimension" is ${String(dimension)}; expected a positive whole number.`);
  if (typeof valueAndGradient !== "function")
    throw new ModuleError(`${path}: the export "valueAndGradient" is no function of (point, gradientOut).`);
  if (!(typeof deviation === "number" && deviation > 0 && Number.isFinite(deviation)))
    throw new ModuleError(`${path}: the export "deviation" is ${String(deviation)}; expected a positive number.`);
  const call = (name: string, action: () => unknown): unknown => {
    try {
      return action();
    } catch (error) {
      throw new ModuleError(`${path}: ${name} threw (${messageOf(error)}).`);
    }
  };
  return {
    objective: {
      dimension,
      valueAndGradient(point, gradientOut, key): number {
        // What is not written stays NaN, and is found.
        gradientOut.fill(NaN);
        const returned = call("valueAndGradient", () =>
          (valueAndGradient as Evaluate).call(source, point, gradientOut, key),
        );
        return accept(path, returned, gradientOut);
      },
      ...(typeof hessianVector === "function"
        ? {
            hessianVector(point, direction, out, key = random(0)): void {
              out.fill(NaN);
              call("hessianVector", () => (hessianVector as Multiply).call(source, point, direction, out, key));
              requireWritten(path, "hessianVector", out);
            },
          }
        : {}),
    },
    start: startOf(path, dimension, start),
    deviation,
  };
}

type Evaluate = (point: Float64Array, gradientOut: Float64Array, key: Key) => unknown;
type Multiply = (point: Float64Array, direction: Float64Array, out: Float64Array, key: Key) => unknown;

/** The value of what valueAndGradient returned; a gradient that came with it goes to where it belongs. */
function accept(path: string, returned: unknown, gradientOut: Float64Array): number {
  if (typeof returned === "number") {
    if (Number.isFinite(returned)) requireWritten(path, "valueAndGradient", gradientOut);
    return returned;
  }
  if (typeof returned !== "object" || returned === null || !("value" in returned) || !("gradient" in returned))
    throw new ModuleError(`${path}: valueAndGradient returned ${typeof returned}; expected a number.`);
  const { value, gradient } = returned as { value: unknown; gradient: ArrayLike<number> };
  const { length } = gradient;
  if (typeof value !== "number")
    throw new ModuleError(`${path}: valueAndGradient returned the value ${typeof value}; expected a number.`);
  if (length !== gradientOut.length)
    throw new ModuleError(
      `${path}: valueAndGradient returned a gradient of ${length} numbers; expected ${gradientOut.length}.`,
    );
  gradientOut.set(gradient);
  return value;
}

/** A function that writes too few numbers leaves NaN behind. */
function requireWritten(path: string, name: string, out: Float64Array): void {
  const missing = out.reduce((count, entry) => count + (Number.isNaN(entry) ? 1 : 0), 0);
  if (missing > 0)
    throw new ModuleError(`${path}: ${name} left ${missing} of ${out.length} numbers unwritten, or wrote NaN there.`);
}

function startOf(path: string, dimension: number, given: unknown): Float64Array {
  if (given === undefined) return new Float64Array(dimension);
  const start = Float64Array.from(given as ArrayLike<number>);
  if (start.length !== dimension || !start.every(Number.isFinite))
    throw new ModuleError(`${path}: the export "start" must be ${dimension} finite numbers.`);
  return start;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
