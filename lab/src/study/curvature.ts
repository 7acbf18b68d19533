/** Whole Hessians of a task, by one product for each column. */
import { Matrix, type Basis, type Key, type StochasticObjective } from "egop";
import { multiply, symmetricEigen } from "egop/linalg";

/** ∇²f at a point, d products; undefined when the objective has none to give. */
export function hessianAt(objective: StochasticObjective, point: Float64Array, key: Key): Matrix | undefined {
  if (objective.hessianVector === undefined) return undefined;
  const { dimension } = objective;
  const rows = new Matrix(dimension, dimension);
  const unit = new Float64Array(dimension);
  for (let i = 0; i < dimension; i++) {
    unit[i] = 1;
    objective.hessianVector(point, unit, rows.row(i), key);
    unit[i] = 0;
  }
  return rows;
}

/** The columns of a dense basis as a matrix. */
export function columnsOf(basis: Basis): Matrix {
  const { dimension, rotatedDimension } = basis;
  const rows = new Matrix(rotatedDimension, dimension);
  const unit = new Float64Array(rotatedDimension);
  for (let i = 0; i < rotatedDimension; i++) {
    unit[i] = 1;
    basis.pushDirection(unit, rows.row(i));
    unit[i] = 0;
  }
  return rows.transpose();
}

/** Vᵀ H V. */
export function inCoordinates(hessian: Matrix, columns: Matrix): Matrix {
  return multiply(multiply(columns, hessian, { transposeA: true }), columns);
}

/** Σⱼ |Hᵢⱼ| for each i: diag(L) with these bounds the Hessian from both sides. */
export function rowSums(hessian: Matrix): Float64Array {
  return Float64Array.from({ length: hessian.rows }, (_value, i) =>
    hessian.row(i).reduce((sum, entry) => sum + Math.abs(entry), 0),
  );
}

/** What the spectrum of a Hessian says, without an estimate between. */
export interface SpectralFacts {
  /** Σ |λᵢ|, what Σᵢⱼ |Hᵢⱼ| is in the eigenbasis and at least everywhere. */
  readonly nuclear: number;
  /** sr/(βd) with the stable rank Σ|λᵢ|/|λ₁| and the density β = ‖v₁‖₁²/d of the eigenvector of the largest. */
  readonly bound: number;
}

export function spectralFacts(hessian: Matrix): SpectralFacts {
  const { values, vectors } = symmetricEigen(hessian);
  const nuclear = values.reduce((sum, value) => sum + Math.abs(value), 0);
  const leading = values.reduce((best, value, k) => (Math.abs(value) > Math.abs(values[best]) ? k : best), 0);
  let norm = 0;
  for (let i = 0; i < hessian.rows; i++) norm += Math.abs(vectors.get(i, leading));
  return { nuclear, bound: nuclear / (Math.abs(values[leading]) * norm * norm) };
}
