/**
 * A whole orthonormal basis of d directions from r ≪ d of them, at the cost of r: the first r columns are those that are
 * given, the others complete them, and all are kept as r Householder reflectors in compact WY form, Q = (I − Y T Yᵀ) S.
 *
 * The completion is close to the original axes: it differs from the identity by a matrix of rank r, so the coordinates
 * outside of the span are nearly the parameters themselves; which directions they are depends on the order in which the columns
 * are given, but not on their signs. Cost to make: 4d·r² operations; to apply: 4d·r. Orthonormal to
 * a few units of round-off whatever was given: columns that are not orthonormal are replaced by those of their QR
 * factorization.
 *
 * Source of the form: C. Van Loan and R. Schreiber, A Storage-Efficient WY Representation for Products of Householder
 * Transformations, SIAM J. Sci. Stat. Comput. 10, 1989.
 */
import { householderQR } from "../linalg/householder-qr.ts";
import { gatherReflectors } from "../linalg/householder.ts";
import { layout } from "../linalg/layout.ts";
import { Matrix } from "../linalg/matrix.ts";
import { triangleOf } from "../linalg/orthonormal-panels.ts";
import { keptMatrix, panelColumns, type Precision } from "../linalg/panel-columns.ts";
import { multiplyVector } from "../linalg/product.ts";
import { checkVectors, linearBasis, type Basis } from "./basis.ts";
import { matrixData, readMatrix, readPrecision, type BasisData } from "./basis-data.ts";
import { bytesOf, checkPrecision, tallShape, type DirectionOptions } from "./low-rank-basis.ts";

/** A whole orthonormal matrix (I − Y T Yᵀ) S: Y is d × r, T r × r, and S has these signs first, then ones. */
export interface Completion {
  readonly reflectors: Matrix;
  readonly triangle: Matrix;
  readonly signs: Float64Array;
}

/** A Householder-completed basis, with what it is made of. */
export interface HouseholderBasis extends Basis {
  readonly kind: "householder";
  readonly completion: Completion;
}

/** Whether a basis is one of `householderBasis`. */
export function isHouseholderBasis(basis: Basis): basis is HouseholderBasis {
  return basis.kind === "householder";
}

/** The completion of the orthonormal columns of a tall matrix. Throws NotFiniteError naming an entry that is not finite. */
export function completionOf(vectors: Matrix): Completion {
  const { rows, columns } = vectors;
  const { packed, scales } = householderQR(vectors);
  const { v, t } = gatherReflectors(packed.data, columns, 0, 0, rows - 1, columns, scales, 0);
  const reflectors = new Matrix(rows, columns, v);
  // A reflector of scale 0 reflects nothing; its vector must not say otherwise.
  scales.forEach((scale, k) => {
    if (scale === 0) reflectors.set(k, k, 0);
  });
  // Q R = V with R diagonal, ±1: the signs that bring back the columns that were given.
  const signs = Float64Array.from({ length: columns }, (_v, k) => (packed.get(k, k) < 0 ? -1 : 1));
  return { reflectors, triangle: new Matrix(columns, columns, t), signs };
}

/**
 * The d coordinates with respect to the orthonormal columns of a d × r matrix, r from 0 to d, and a completion of them.
 * Throws ShapeError for a wide matrix, NotFiniteError naming an entry that is NaN or infinite.
 *
 * @example householderBasis(Matrix.fromRows([[0.6], [0.8]])).rotatedDimension // 2
 */
export function householderBasis(vectors: Matrix, options: DirectionOptions = {}): HouseholderBasis {
  const { dimension, rank } = tallShape("householderBasis", vectors);
  const { precision = "double" } = options;
  checkPrecision("householderBasis", precision);
  const given = completionOf(vectors);
  const completion = precision === "double" ? given : rounded(given, precision);
  const { reflectors, triangle, signs } = completion;
  const panels = panelColumns(reflectors, precision);
  const inner = new Float64Array(rank);
  const signed = new Float64Array(dimension);

  const minusT = (transpose: boolean) => (coefficients: Float64Array) => {
    multiplyVector(triangle, coefficients, { transpose, out: inner });
    for (let k = 0; k < rank; k++) coefficients[k] = -inner[k];
  };
  const [forward, backward] = [false, true].map(minusT);
  const basis = linearBasis({
    kind: "householder",
    dimension,
    rotatedLayout: layout({ rotated: [dimension] }),
    pushDirection(direction, out): void {
      checkVectors("householderBasis", direction, out, dimension, dimension);
      signed.set(direction);
      for (let k = 0; k < rank; k++) signed[k] *= signs[k];
      panels.update(signed, forward, out);
    },
    pullGradient(gradient, out): void {
      checkVectors("householderBasis", gradient, out, dimension, dimension);
      panels.update(gradient, backward, out);
      for (let k = 0; k < rank; k++) out[k] *= signs[k];
    },
    matrices: [vectors],
    cost: { operations: 4 * dimension * rank, bytes: bytesOf(precision, dimension * rank) },
    toJSON: () => ({ kind: "householder", version: 1, precision, vectors: matrixData(vectors) }),
  });
  return { ...basis, kind: "householder", completion };
}

function rounded({ reflectors, signs }: Completion, precision: Precision): Completion {
  const kept = keptMatrix(reflectors, precision);
  return { reflectors: kept, triangle: triangleOf(kept), signs };
}

/** Reads what a Householder-completed basis' `toJSON` wrote. */
export function householderFromData(data: BasisData): Basis {
  return householderBasis(readMatrix(data, "vectors"), { precision: readPrecision(data) });
}
