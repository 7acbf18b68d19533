/**
 * The objective in the coordinates of a basis: f̃(θ̃) = f(V θ̃) with ∇f̃(θ̃) = Vᵀ ∇f(V θ̃). Any optimizer that runs on it
 * runs in the basis. Source: A. DePavia et al., Faster Adaptive Optimization via Expected Gradient Outer Product
 * Reparameterization, arXiv 2502.01594, 2026, algorithm 1.
 */
import { ShapeError } from "../errors.ts";
import type { Coordinates, Objective, StochasticObjective } from "../optim/objective.ts";
import type { Basis } from "./basis.ts";
import { requireItsTensors } from "./basis-tensors.ts";

/** An objective that knows the way back to original coordinates. */
export interface Reparameterized {
  readonly coordinates: Coordinates;
}

/**
 * `objective` in the coordinates of `basis`. The result is an objective like any other (it can be reparameterized
 * again); `minimize` starts from and returns parameters in the original coordinates. An evaluation costs the objective's
 * plus one `toOriginal` and one `pullGradient`. Throws ShapeError when the basis has another dimension, or is for other
 * tensors.
 *
 * @example minimize(reparameterize(objective, basis), { start, optimizer: adam(), steps: 100 }).parameters
 */
export function reparameterize(objective: Objective, basis: Basis): Objective & Reparameterized;
export function reparameterize(objective: StochasticObjective, basis: Basis): StochasticObjective & Reparameterized;
export function reparameterize(objective: StochasticObjective, basis: Basis): StochasticObjective & Reparameterized {
  if (basis.dimension !== objective.dimension)
    throw new ShapeError(
      `reparameterize: the basis is for ${basis.dimension} parameters; the objective has ${objective.dimension}.`,
    );
  requireItsTensors("reparameterize", basis, objective.layout, "the objective has");
  const point = new Float64Array(basis.dimension);
  const gradient = new Float64Array(basis.dimension);
  return {
    ...(objective.hessianVector === undefined ? {} : { hessianVector: hessianVectorIn(objective, basis) }),
    dimension: basis.rotatedDimension,
    layout: basis.rotatedLayout,
    coordinates: throughBasis(objective, basis),
    valueAndGradient(rotated, gradientOut, key): number {
      basis.toOriginal(rotated, point);
      const value = objective.valueAndGradient(point, gradient, key);
      basis.pullGradient(gradient, gradientOut);
      return value;
    },
  };
}

/** ∇²f̃(θ̃)·d̃ = Vᵀ ∇²f(V θ̃) V d̃. */
function hessianVectorIn(
  objective: StochasticObjective,
  basis: Basis,
): NonNullable<StochasticObjective["hessianVector"]> {
  const point = new Float64Array(basis.dimension);
  const direction = new Float64Array(basis.dimension);
  const product = new Float64Array(basis.dimension);
  return (rotatedPoint, rotatedDirection, out, key) => {
    basis.toOriginal(rotatedPoint, point);
    basis.pushDirection(rotatedDirection, direction);
    objective.hessianVector?.(point, direction, product, key);
    basis.pullGradient(product, out);
  };
}

/** The basis, and behind it the objective's own coordinates where it has such. */
function throughBasis({ coordinates: inner, dimension }: StochasticObjective, basis: Basis): Coordinates {
  if (inner === undefined)
    return {
      originalDimension: dimension,
      toOwn: (original, out) => basis.toRotated(original, out),
      toOriginal: (own, out) => basis.toOriginal(own, out),
    };
  const between = new Float64Array(dimension);
  return {
    originalDimension: inner.originalDimension,
    toOwn(original, out): void {
      inner.toOwn(original, between);
      basis.toRotated(between, out);
    },
    toOriginal(own, out): void {
      basis.toOriginal(own, between);
      inner.toOriginal(between, out);
    },
  };
}
