/** An objective from its module: what the module must export, checked. */
import { pathToFileURL } from "node:url";
import { gaussian, type ExampleObjective, type SamplingDistribution, type StochasticObjective } from "egop";
import { loadModule } from "egop-lab/dist/load-module.js";
import { messageOf, PayloadError } from "./errors.ts";

/** What gradients are sampled of, and where. */
export interface SampledObjective {
  readonly objective: StochasticObjective | ExampleObjective;
  readonly points: SamplingDistribution;
}

/**
 * Imports a module that exports `objective` and `points` (a SamplingDistribution), or what the lab's `spectrum --module`
 * takes: `dimension`, `valueAndGradient`, and maybe `start` and `deviation` of a Gaussian.
 *
 * Throws PayloadError or the lab's ModuleError, in one sentence, for everything that is wrong with it.
 */
export async function loadObjective(path: string): Promise<SampledObjective> {
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new PayloadError(`${path} cannot be loaded (${messageOf(error)}).`);
  }
  const { objective, points } = exports;
  if (objective === undefined) {
    const { objective: simple, start, deviation } = await loadModule(path);
    return { objective: simple, points: gaussian({ mean: start, standardDeviation: deviation }) };
  }
  if (!hasFunction(objective, "valueAndGradient") && !hasFunction(objective, "exampleGradients"))
    throw new PayloadError(`${path}: the export "objective" has no function valueAndGradient or exampleGradients.`);
  if (!isPositive(objective["dimension"]))
    throw new PayloadError(`${path}: the export "objective" has no positive whole dimension.`);
  if (!hasFunction(points, "draw"))
    throw new PayloadError(`${path}: the export "points" is no sampling distribution; expected one of egop's.`);
  return {
    objective: objective as unknown as SampledObjective["objective"],
    points: points as unknown as SamplingDistribution,
  };
}

function hasFunction(value: unknown, name: string): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && typeof (value as Record<string, unknown>)[name] === "function";
}

function isPositive(value: unknown): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}
