/** Objectives with gradients by hand, and the reference trajectories, for the tests of this folder. */
import { readFileSync } from "node:fs";
import type { Objective, StochasticObjective } from "../../src/optim/objective.ts";
import { layout } from "../../src/linalg/layout.ts";
import type { GradientTransformation } from "../../src/optim/transformation.ts";

export interface Golden {
  readonly H: readonly (readonly number[])[];
  readonly start: readonly number[];
  readonly trajectories: Readonly<Record<string, readonly (readonly number[])[]>>;
}

export const golden = JSON.parse(readFileSync(new URL("../golden/optimizers.json", import.meta.url), "utf8")) as Golden;

/** ½ x·Hx + Σ cos xᵢ, the objective of the reference trajectories. */
export const goldenObjective: Objective = {
  dimension: golden.start.length,
  valueAndGradient(point, gradientOut) {
    let value = 0;
    for (let i = 0; i < point.length; i++) {
      let row = 0;
      for (let j = 0; j < point.length; j++) row += golden.H[i][j] * point[j];
      gradientOut[i] = row - Math.sin(point[i]);
      value += 0.5 * point[i] * row + Math.cos(point[i]);
    }
    return value;
  },
};

/** ½ Σ cᵢ (xᵢ − 1)². */
export function parabola(curvatures: readonly number[]): Objective {
  return {
    dimension: curvatures.length,
    valueAndGradient(point, gradientOut) {
      let value = 0;
      for (let i = 0; i < point.length; i++) {
        const distance = point[i] - 1;
        gradientOut[i] = curvatures[i] * distance;
        value += 0.5 * curvatures[i] * distance * distance;
      }
      return value;
    },
  };
}

/** Rosenbrock's valley, (1 − x)² + 100 (y − x²)², with its minimum 0 at (1, 1). */
export const rosenbrock: Objective = {
  dimension: 2,
  layout: layout({ x: [], y: [] }),
  valueAndGradient(point, gradientOut) {
    const [x, y] = point;
    const above = y - x * x;
    gradientOut[0] = -2 * (1 - x) - 400 * x * above;
    gradientOut[1] = 200 * above;
    return (1 - x) * (1 - x) + 100 * above * above;
  },
};

/** Feeds gradients one after the other, each from `parameters`; returns the steps and the state after them. */
export function stepsOf(
  transformation: GradientTransformation,
  gradients: readonly (readonly number[])[],
  parameters: readonly number[] = new Array<number>(gradients[0].length).fill(0),
): { steps: number[][]; state: ReturnType<GradientTransformation["init"]> } {
  const state = transformation.init(layout({ p: [parameters.length] }));
  const steps = gradients.map((entries) => {
    const gradient = Float64Array.from(entries);
    transformation.update(gradient, state, Float64Array.from(parameters));
    return [...gradient];
  });
  return { steps, state };
}

function norm(vector: Iterable<number>): number {
  return Math.hypot(...vector);
}

/** ‖x − y‖ / ‖y‖. */
export function distance(x: ArrayLike<number>, y: ArrayLike<number>): number {
  return norm(Array.from(x, (entry, i) => entry - y[i])) / norm(Array.from(y));
}

/** A parabola whose minimum jitters with the key. */
export const jittery: StochasticObjective = {
  dimension: 2,
  valueAndGradient(point, gradientOut, key) {
    gradientOut[0] = point[0] + key.words[0] / 2 ** 32;
    gradientOut[1] = 3 * point[1] + key.words[3] / 2 ** 32;
    return 0.5 * (point[0] ** 2 + 3 * point[1] ** 2) + key.words[1] / 2 ** 32;
  },
};

/** Catches what a call throws, and fails the test when it throws nothing or another class. */
export function caught<E extends Error>(kind: new (...args: never[]) => E, call: () => unknown): E {
  try {
    call();
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
  throw new Error(`expected a ${kind.name}`);
}
