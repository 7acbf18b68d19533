/**
 * Bases from r ≪ d directions, the columns of V_r: at a cost of d·r they change coordinates where the gradients are.
 *
 *   reduced:    θ = (I − V_r V_rᵀ) θ₀ + V_r z, or θ = V_r z          d → r coordinates; what lies outside stays as it was
 *   auxiliary:  θ = θ_d + V_r (θ_r − V_rᵀ θ_d)                        d → r + d coordinates; nothing is lost
 *
 * The auxiliary form starts at θ_r = V_rᵀθ₀ and θ_d = θ₀ − V_r θ_r, with gradients V_rᵀg and (I − V_r V_rᵀ)g. Under
 * gradient descent it is exactly gradient descent; r = 0 is the plain optimizer, r = d dense EGOP. Under Adam, θ_d leaks
 * into the span of V_r: invisible to the loss, but weight decay acts on it. `projectLeak` takes it out.
 *
 * Source: the authors' low-rank follow-up to A. DePavia et al., arXiv 2502.01594, for both forms.
 */
import { ShapeError } from "../errors.ts";
import { layout } from "../linalg/layout.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { multiplyVector } from "../linalg/product.ts";
import type { GradientTransformation, TransformationState } from "../optim/transformation.ts";
import { checkVectors, linearBasis, type Basis } from "./basis.ts";
import { matrixData, readMatrix, readVector, type BasisData } from "./basis-data.ts";

/** The shape of a tall matrix; throws ShapeError for a wide one. */
export function tallShape(
  what: string,
  { rows, columns }: Matrix,
): { readonly dimension: number; readonly rank: number } {
  if (columns > rows)
    throw new ShapeError(
      `${what}: the matrix is ${rows} × ${columns}; orthonormal columns are at most as many as rows.`,
    );
  return { dimension: rows, rank: columns };
}

/**
 * The r coordinates with respect to the orthonormal columns of a d × r matrix (kept, not copied). With `start`, the part
 * of it outside of the span stays: the run begins at `start`, and moves within start + span. Without, all of the
 * parameters lie in the span. Throws ShapeError for a wide matrix and for a start of another length.
 *
 * @example reducedBasis(Matrix.fromRows([[0.6], [0.8]])).rotatedDimension // 1
 */
export function reducedBasis(vectors: Matrix, options: { readonly start?: Float64Array } = {}): Basis {
  const { dimension, rank } = tallShape("reducedBasis", vectors);
  if (rank === 0) throw new ShapeError("reducedBasis: the matrix has no columns; expected at least one direction.");
  const { start } = options;
  let outside: Float64Array | undefined;
  if (start !== undefined) {
    checkVectors("reducedBasis: start", start, start, dimension, dimension);
    outside = start.slice();
    const within = multiplyVector(vectors, multiplyVector(vectors, start, { transpose: true }));
    within.forEach((value, i) => ((outside as Float64Array)[i] -= value));
  }
  return reduced(vectors, outside);
}

function reduced(vectors: Matrix, outside: Float64Array | undefined): Basis {
  const { rows: dimension, columns: rank } = vectors;
  const linear = linearBasis({
    kind: "reduced",
    dimension,
    rotatedLayout: layout({ rotated: [rank] }),
    pushDirection(direction, out): void {
      multiplyVector(vectors, direction, { out });
    },
    pullGradient(gradient, out): void {
      multiplyVector(vectors, gradient, { transpose: true, out });
    },
    matrices: [vectors],
    cost: { operations: 2 * dimension * rank, bytes: 8 * dimension * (rank + (outside === undefined ? 0 : 1)) },
    toJSON: () => ({
      ...{ kind: "reduced", version: 1, vectors: matrixData(vectors) },
      outside: outside === undefined ? null : Array.from(outside),
    }),
  });
  if (outside === undefined) return linear;
  return {
    ...linear,
    toOriginal(rotated, out): void {
      multiplyVector(vectors, rotated, { out });
      for (let i = 0; i < out.length; i++) out[i] += outside[i];
    },
  };
}

/** Reads what a reduced basis' `toJSON` wrote. */
export function reducedFromData(data: BasisData): Basis {
  const vectors = readMatrix(data, "vectors");
  if (data["outside"] === null) return reducedBasis(vectors);
  const outside = readVector(data, "outside");
  const { dimension } = tallShape("reducedBasis", vectors);
  checkVectors("reducedBasis: outside", outside, outside, dimension, dimension);
  return reduced(vectors, outside);
}

/** An auxiliary basis, whose rotated vectors are θ_r (r elements) and θ_d (d elements), in this order. */
export interface AuxiliaryBasis extends Basis {
  readonly kind: "auxiliary";
  /** Takes out of the θ_d of a rotated vector, in place, what lies in the span of V_r: the parameters stay what they are. */
  projectBack(rotated: Float64Array): void;
}

/**
 * The r coordinates with respect to the orthonormal columns of a d × r matrix (kept, not copied; r may be 0) beside the
 * d original ones. Throws ShapeError for a wide matrix.
 *
 * @example auxiliaryBasis(Matrix.fromRows([[0.6], [0.8]])).rotatedDimension // 3
 */
export function auxiliaryBasis(vectors: Matrix): AuxiliaryBasis {
  const { dimension, rank } = tallShape("auxiliaryBasis", vectors);
  const coefficients = new Float64Array(rank);
  /** out = vector + V (leading − Vᵀ vector), or vector − V Vᵀ vector. */
  function outsidePlus(vector: Float64Array, leading: Float64Array | undefined, out: Float64Array): void {
    multiplyVector(vectors, vector, { transpose: true, out: coefficients });
    for (let k = 0; k < rank; k++) coefficients[k] = (leading === undefined ? 0 : leading[k]) - coefficients[k];
    multiplyVector(vectors, coefficients, { out });
    for (let i = 0; i < dimension; i++) out[i] += vector[i];
  }
  const total = dimension + rank;
  const linear = linearBasis({
    kind: "auxiliary",
    dimension,
    rotatedLayout: rank === 0 ? layout({ original: [dimension] }) : layout({ rotated: [rank], original: [dimension] }),
    pushDirection(direction, out): void {
      checkVectors("auxiliaryBasis", direction, out, total, dimension);
      outsidePlus(direction.subarray(rank), direction.subarray(0, rank), out);
    },
    pullGradient(gradient, out): void {
      checkVectors("auxiliaryBasis", gradient, out, dimension, total);
      multiplyVector(vectors, gradient, { transpose: true, out: out.subarray(0, rank) });
      multiplyVector(vectors, out.subarray(0, rank), { out: out.subarray(rank) });
      for (let i = 0; i < dimension; i++) out[rank + i] = gradient[i] - out[rank + i];
    },
    matrices: [vectors],
    cost: { operations: 4 * dimension * rank, bytes: 8 * dimension * rank },
    toJSON: () => ({ kind: "auxiliary", version: 1, vectors: matrixData(vectors) }),
  });
  const outside = new Float64Array(dimension);
  return {
    ...linear,
    kind: "auxiliary",
    projectBack(rotated): void {
      checkVectors("auxiliaryBasis: projectBack", rotated, rotated, total, total);
      outsidePlus(rotated.subarray(rank), undefined, outside);
      rotated.set(outside, rank);
    },
  };
}

/** Reads what an auxiliary basis' `toJSON` wrote. */
export function auxiliaryFromData(data: BasisData): Basis {
  return auxiliaryBasis(readMatrix(data, "vectors"));
}

export interface ProjectLeakState extends TransformationState {
  readonly kind: "projectLeak";
  readonly version: 1;
}

/**
 * The last transformation of an optimizer in an auxiliary basis, if its leak is not wanted: it changes the step so that
 * θ_d ends it outside of the span of V_r, where the loss, which does not see the difference, stays the same.
 *
 * @example const optimizer = chain(adamw({ weightDecay: 0.1 }), projectLeak(auxiliaryBasis(Matrix.fromRows([[0.6], [0.8]]))));
 */
export function projectLeak(basis: AuxiliaryBasis): GradientTransformation<ProjectLeakState> {
  const after = new Float64Array(basis.rotatedDimension);
  return {
    name: "projectLeak",
    init: () => ({ kind: "projectLeak", version: 1 }),
    update(step, _state, parameters): void {
      checkVectors("projectLeak", step, parameters, after.length, after.length);
      for (let i = 0; i < after.length; i++) after[i] = parameters[i] + step[i];
      basis.projectBack(after);
      for (let i = 0; i < after.length; i++) step[i] = after[i] - parameters[i];
    },
  };
}
