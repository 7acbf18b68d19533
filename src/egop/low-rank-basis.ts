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
import { ArgumentError, ShapeError } from "../errors.ts";
import { checkFinite, requireFinite } from "../linalg/finite.ts";
import { layout } from "../linalg/layout.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { orthonormalPanels } from "../linalg/orthonormal-panels.ts";
import { isPrecision, type PanelColumns, type Precision } from "../linalg/panel-columns.ts";
import type { GradientTransformation, TransformationState } from "../optim/transformation.ts";
import { checkVectors, linearBasis, type Basis } from "./basis.ts";
import { matrixData, readMatrix, readPrecision, readVector, type BasisData } from "./basis-data.ts";

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

/** How the directions of a low-rank or Householder-completed basis are kept. */
export interface DirectionOptions {
  /**
   * "single" and "third": rounded, and made orthonormal again to a few units of round-off of doubles. Such directions are
   * applied with the same exactness, and take a half or a third of the memory and, where the memory is what limits, of the
   * time. Their distance from those given is within about 1e-7 with singles, and with thirds 1e-3 of their length, which is
   * still well below the error of directions estimated from samples. Default "double".
   */
  readonly precision?: Precision;
}

/** The bytes of so many elements. */
export function bytesOf(precision: Precision, elements: number): number {
  return Math.ceil(elements * { double: 8, single: 4, third: 8 / 3 }[precision]);
}

/** Throws ArgumentError for what is no precision; the types allow nothing else, but plain JavaScript callers have none. */
export function checkPrecision(what: string, precision: string): void {
  if (!isPrecision(precision))
    throw new ArgumentError(`${what}: precision is "${precision}"; expected "double", "single" or "third".`);
}

export interface ReducedOptions extends DirectionOptions {
  /** The run's start; what of it lies outside of the span stays. */
  readonly start?: Float64Array;
}

/**
 * The r coordinates with respect to the orthonormal columns of a d × r matrix, of which a copy is made. With `start`, the
 * part of it outside of the span stays: the run begins at `start`, and moves within start + span. Without, all of the
 * parameters lie in the span. Throws ShapeError for a wide matrix and for a start of another length, NotFiniteError naming
 * an entry of either that is NaN or infinite.
 *
 * @example reducedBasis(Matrix.fromRows([[0.6], [0.8]])).rotatedDimension // 1
 */
export function reducedBasis(vectors: Matrix, options: ReducedOptions = {}): Basis {
  const { dimension, rank } = tallShape("reducedBasis", vectors);
  if (rank === 0) throw new ShapeError("reducedBasis: the matrix has no columns; expected at least one direction.");
  const { start, precision = "double" } = options;
  checkPrecision("reducedBasis", precision);
  requireFinite(vectors, "reducedBasis");
  if (start !== undefined) {
    checkVectors("reducedBasis: start", start, start, dimension, dimension);
    checkFinite(start, "reducedBasis: start");
  }
  const panels = orthonormalPanels(vectors, precision, "reducedBasis");
  let outside: Float64Array | undefined;
  if (start !== undefined) {
    outside = new Float64Array(dimension);
    panels.update(start, negate, outside);
  }
  return reduced(vectors, panels, precision, outside);
}

function negate(coefficients: Float64Array): void {
  for (let k = 0; k < coefficients.length; k++) coefficients[k] = -coefficients[k];
}

function reduced(
  vectors: Matrix,
  panels: PanelColumns,
  precision: Precision,
  outside: Float64Array | undefined,
): Basis {
  const { rows: dimension, columns: rank } = vectors;
  const kept = bytesOf(precision, dimension * rank);
  return {
    ...linearBasis({
      kind: "reduced",
      dimension,
      rotatedLayout: layout({ rotated: [rank] }),
      pushDirection(direction, out): void {
        checkVectors("reducedBasis", direction, out, rank, dimension);
        panels.combination(undefined, direction, out);
      },
      pullGradient(gradient, out): void {
        checkVectors("reducedBasis", gradient, out, dimension, rank);
        panels.coefficients(gradient, out);
      },
      matrices: [vectors],
      cost: { operations: 2 * dimension * rank, bytes: kept + (outside === undefined ? 0 : 8 * dimension) },
      toJSON: () => ({
        ...{ kind: "reduced", version: 1, precision, vectors: matrixData(vectors) },
        outside: outside === undefined ? null : Array.from(outside),
      }),
    }),
    toOriginal(rotated, out): void {
      checkVectors("reducedBasis", rotated, out, rank, dimension);
      panels.combination(outside, rotated, out);
    },
  };
}

/** Reads what a reduced basis' `toJSON` wrote. */
export function reducedFromData(data: BasisData): Basis {
  const vectors = readMatrix(data, "vectors");
  const precision = readPrecision(data);
  if (data["outside"] === null) return reducedBasis(vectors, { precision });
  const outside = readVector(data, "outside");
  const { dimension } = tallShape("reducedBasis", vectors);
  checkVectors("reducedBasis: outside", outside, outside, dimension, dimension);
  return reduced(vectors, orthonormalPanels(vectors, precision, "reducedBasis"), precision, outside);
}

/** An auxiliary basis, whose rotated vectors are θ_r (r elements) and θ_d (d elements), in this order. */
export interface AuxiliaryBasis extends Basis {
  readonly kind: "auxiliary";
  /** Takes out of the θ_d of a rotated vector, in place, what lies in the span of V_r: the parameters stay what they are. */
  projectBack(rotated: Float64Array): void;
}

/**
 * The r coordinates with respect to the orthonormal columns of a d × r matrix (copied; r may be 0) beside the d original
 * ones. Throws ShapeError for a wide matrix, NotFiniteError naming an entry that is NaN or infinite.
 *
 * @example auxiliaryBasis(Matrix.fromRows([[0.6], [0.8]])).rotatedDimension // 3
 */
export function auxiliaryBasis(vectors: Matrix, options: DirectionOptions = {}): AuxiliaryBasis {
  const { dimension, rank } = tallShape("auxiliaryBasis", vectors);
  const { precision = "double" } = options;
  checkPrecision("auxiliaryBasis", precision);
  requireFinite(vectors, "auxiliaryBasis");
  const panels = orthonormalPanels(vectors, precision, "auxiliaryBasis");
  const total = dimension + rank;
  const linear = linearBasis({
    kind: "auxiliary",
    dimension,
    rotatedLayout: rank === 0 ? layout({ original: [dimension] }) : layout({ rotated: [rank], original: [dimension] }),
    pushDirection(direction, out): void {
      checkVectors("auxiliaryBasis", direction, out, total, dimension);
      const difference = (coefficients: Float64Array): void => {
        for (let k = 0; k < rank; k++) coefficients[k] = direction[k] - coefficients[k];
      };
      panels.update(direction.subarray(rank), difference, out);
    },
    pullGradient(gradient, out): void {
      checkVectors("auxiliaryBasis", gradient, out, dimension, total);
      const keep = (coefficients: Float64Array): void => {
        out.set(coefficients);
        negate(coefficients);
      };
      panels.update(gradient, keep, out.subarray(rank));
    },
    matrices: [vectors],
    cost: { operations: 4 * dimension * rank, bytes: bytesOf(precision, dimension * rank) },
    toJSON: () => ({ kind: "auxiliary", version: 1, precision, vectors: matrixData(vectors) }),
  });
  return {
    ...linear,
    kind: "auxiliary",
    projectBack(rotated): void {
      checkVectors("auxiliaryBasis: projectBack", rotated, rotated, total, total);
      const original = rotated.subarray(rank);
      panels.update(original, negate, original);
    },
  };
}

/** Reads what an auxiliary basis' `toJSON` wrote. */
export function auxiliaryFromData(data: BasisData): Basis {
  return auxiliaryBasis(readMatrix(data, "vectors"), { precision: readPrecision(data) });
}

function isAuxiliary(basis: Basis): basis is AuxiliaryBasis {
  return basis.kind === "auxiliary";
}

export interface ProjectLeakState extends TransformationState {
  readonly kind: "projectLeak";
  readonly version: 1;
}

/**
 * The last transformation of an optimizer in an auxiliary basis, if its leak is not wanted: it changes the step so that
 * θ_d ends it outside of the span of V_r, where the loss, which does not see the difference, stays the same.
 *
 * Throws ArgumentError for a basis of another kind.
 *
 * @example const optimizer = chain(adamw({ weightDecay: 0.1 }), projectLeak(auxiliaryBasis(Matrix.fromRows([[0.6], [0.8]]))));
 */
export function projectLeak(basis: Basis): GradientTransformation<ProjectLeakState> {
  if (!isAuxiliary(basis))
    throw new ArgumentError(`projectLeak: the basis is a ${basis.kind} one; expected an auxiliary one.`);
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
