/**
 * Derivatives through the decompositions of linalg. Matrices lie on the last two axes, those before are a batch.
 *
 * Where eigenvalues or singular values coincide, vectors are determined only up to a rotation among them, and their
 * derivative does not exist. The rules then take the coupling between equal values as 0: derivatives of functions that do
 * not depend on that rotation (sums over all values, functions of the matrix that the factors make up) stay right, those
 * of single values or vectors are one choice of many. Values that are close, not equal, make derivatives of the vectors
 * large, as they are.
 */
import { ShapeError } from "../errors.ts";
import { householderQR } from "../linalg/householder-qr.ts";
import { singularValueDecomposition } from "../linalg/singular-value-decomposition.ts";
import { matrixExponential } from "../linalg/matrix-exponential.ts";
import { Matrix } from "../linalg/matrix.ts";
import { symmetricEigen } from "../linalg/symmetric-eigen.ts";
import { add, divide, multiply, subtract, sum } from "./arithmetic.ts";
import { equal, where } from "./comparisons.ts";
import { concatenate, slice } from "./join.ts";
import { antisymmetric, rightSolve, strictlyLower } from "./linear-systems.ts";
import { matmul } from "./matmul.ts";
import { matrixPrimitive, packedBelow, squareSize } from "./matrix-primitive.ts";
import { range, zerosLike } from "./repetition.ts";
import { reshape, transpose } from "./structure.ts";
import { apply, requireTensor, type Primitive, type Tensor } from "./tensor.ts";

/** Rows `start` to before `end` of packed results. */
const rowsOf = (packed: Tensor, start: number, end: number): Tensor => slice(packed, -2, start, end);

/** [..., 1, n] as a row, or turned to a column [..., n, 1]. */
const columnOf = (row: Tensor): Tensor => transpose(row);

/** 1 / (xⱼ − xᵢ) at place (i, j) of a row [..., 1, n], 0 where they are equal. */
function inverseGaps(row: Tensor): Tensor {
  const gaps = subtract(row, columnOf(row));
  const isZero = equal(gaps, 0);
  return where(isZero, 0, divide(1, where(isZero, 1, gaps)));
}

/** The diagonal of [..., n, n] as a row [..., 1, n]. */
function diagonalRow(a: Tensor): Tensor {
  const n = a.shape[a.shape.length - 1];
  const places = range(a.graph, n);
  const kept = multiply(a, equal(reshape(places, [n, 1]), places));
  return reshape(sum(kept, -2), [...a.shape.slice(0, -2), 1, n]);
}

// ---- symmetric eigenvalues --------------------------------------------------------------------------------------------

/** Packed: a row of eigenvalues, then the vectors as columns. */
const eigenPrimitive: Primitive = /* @__PURE__ */ matrixPrimitive({
  name: "eigenSymmetric",
  sizes: ([a]) => [squareSize(a) + 1, a[1]],
  compute(a): Matrix {
    const { values, vectors } = symmetricEigen(a);
    return packedBelow(new Matrix(1, a.rows, values), vectors);
  },
  jvp([a], packed, [tangent]): Tensor | undefined {
    if (tangent === undefined) return undefined;
    const n = a.shape[a.shape.length - 1];
    const [values, vectors] = [rowsOf(packed, 0, 1), rowsOf(packed, 1, n + 1)];
    const rotated = matmul(transpose(vectors), matmul(tangent, vectors));
    const turned = matmul(vectors, multiply(inverseGaps(values), rotated));
    return concatenate([diagonalRow(rotated), turned], packed.shape.length - 2);
  },
});

/** Eigenvalues [..., n], descending, and eigenvectors [..., n, n] as columns. */
export interface EigenFactors {
  readonly values: Tensor;
  readonly vectors: Tensor;
}

/**
 * Eigenvalues and eigenvectors of each symmetric matrix [..., n, n], in the order and with the signs of linalg's
 * `symmetricEigen`. The symmetric part of the argument is what is decomposed, so the derivative is symmetric; at repeated
 * eigenvalues see the head of this file: the coupling inside their eigenspace is taken as 0. Throws ShapeError for
 * matrices that are not square and, when the program runs, NotFiniteError and NotConvergedError.
 *
 * @example compiled(layout({ A: [2, 2] }), {}, (p) => eigenSymmetric(p.A).values).on({})(Float64Array.of(1, 0, 0, 3)) // [3, 1]
 */
export function eigenSymmetric(a: Tensor): EigenFactors {
  const packed = apply(eigenPrimitive, multiply(0.5, add(a, transpose(a))));
  const n = a.shape[a.shape.length - 1];
  return {
    values: reshape(rowsOf(packed, 0, 1), [...a.shape.slice(0, -2), n]),
    vectors: rowsOf(packed, 1, n + 1),
  };
}

// ---- singular values --------------------------------------------------------------------------------------------------

/** Packed: a row of singular values, then left and right vectors as columns. */
const svdPrimitive: Primitive = /* @__PURE__ */ matrixPrimitive({
  name: "svdFactors",
  sizes: ([[m, n]]) => [1 + m + n, Math.min(m, n)],
  compute(a): Matrix {
    const { values, u, v } = singularValueDecomposition(a);
    return packedBelow(new Matrix(1, values.length, values), u, v);
  },
  // J. Townsend, Differentiating the Singular Value Decomposition, 2016.
  jvp([a], packed, [tangent]): Tensor | undefined {
    if (tangent === undefined) return undefined;
    const [m, n] = a.shape.slice(-2);
    const [values, u, v] = [rowsOf(packed, 0, 1), rowsOf(packed, 1, m + 1), rowsOf(packed, m + 1, m + n + 1)];
    const forward = matmul(tangent, v);
    const backward = matmul(transpose(tangent), u);
    const rotated = matmul(transpose(u), forward);
    const turned = transpose(rotated);
    const gaps = inverseGaps(multiply(values, values));
    const column = columnOf(values);
    const inU = multiply(gaps, add(multiply(rotated, values), multiply(column, turned)));
    const inV = multiply(gaps, add(multiply(column, rotated), multiply(turned, values)));
    // What leaves the span of the vectors; there is none of it in the shorter direction.
    const leaving = (moved: Tensor, basis: Tensor, coefficients: Tensor): Tensor =>
      divide(subtract(moved, matmul(basis, coefficients)), values);
    const forU = m > n ? add(matmul(u, inU), leaving(forward, u, rotated)) : matmul(u, inU);
    const forV = n > m ? add(matmul(v, inV), leaving(backward, v, turned)) : matmul(v, inV);
    return concatenate([diagonalRow(rotated), forU, forV], packed.shape.length - 2);
  },
});

/** A = u · diag(values) · vᵀ: u [..., m, k], values [..., k] descending, v [..., n, k], k = min(m, n). */
export interface SvdFactors {
  readonly u: Tensor;
  readonly values: Tensor;
  readonly v: Tensor;
}

/**
 * The thin singular value decomposition of each matrix [..., m, n], in the order and with the signs of linalg's
 * `singularValueDecomposition`. At repeated singular values see the head of this file; where a singular value is 0, the
 * vectors of a matrix that is not square have no derivative: NaN. Throws, when the program runs, NotFiniteError and
 * NotConvergedError.
 *
 * @example compiled(layout({ A: [1, 2] }), {}, (p) => svdFactors(p.A).values).on({})(Float64Array.of(3, 4)) // [5]
 */
export function svdFactors(a: Tensor): SvdFactors {
  const packed = apply(svdPrimitive, a);
  const [m, n] = a.shape.slice(-2);
  const values = reshape(rowsOf(packed, 0, 1), [...a.shape.slice(0, -2), Math.min(m, n)]);
  return { u: rowsOf(packed, 1, m + 1), values, v: rowsOf(packed, m + 1, m + n + 1) };
}

// ---- QR and the exponential -------------------------------------------------------------------------------------------

/** Packed: Q, then R. */
const qrPrimitive: Primitive = /* @__PURE__ */ matrixPrimitive({
  name: "qrFactors",
  sizes([[m, n]]) {
    if (m < n) throw new ShapeError(`expected as many rows as columns at least, not ${m} × ${n}.`);
    return [m + n, n];
  },
  compute(a): Matrix {
    const factors = householderQR(a);
    return packedBelow(factors.q(), factors.r());
  },
  jvp([a], packed, [tangent]): Tensor | undefined {
    if (tangent === undefined) return undefined;
    const [m, n] = a.shape.slice(-2);
    const [q, r] = [rowsOf(packed, 0, m), rowsOf(packed, m, m + n)];
    const scaled = rightSolve(tangent, r);
    const inside = matmul(transpose(q), scaled);
    const turned = antisymmetric(strictlyLower(inside));
    const forQ = add(matmul(q, subtract(turned, inside)), scaled);
    return concatenate([forQ, matmul(subtract(inside, turned), r)], packed.shape.length - 2);
  },
});

/**
 * The thin factors A = q·r of each matrix [..., m, n] with m ≥ n and full rank: q [..., m, n] with orthonormal columns,
 * r [..., n, n] upper triangular, signs as linalg's `householderQR`. Throws ShapeError for m < n and, when a derivative
 * is computed, SingularMatrixError for a matrix without full rank.
 *
 * @example compiled(layout({ A: [2, 1] }), {}, (p) => qrFactors(p.A).r).on({})(Float64Array.of(3, 4)) // [-5]
 */
export function qrFactors(a: Tensor): { readonly q: Tensor; readonly r: Tensor } {
  const packed = apply(qrPrimitive, a);
  const [m, n] = a.shape.slice(-2);
  return { q: rowsOf(packed, 0, m), r: rowsOf(packed, m, m + n) };
}

/** The derivative along E is the upper right block of the exponential of [[A, E], [0, A]] (Higham, Functions of Matrices, 2008, eq. 3.16). */
const exponentialPrimitive: Primitive = /* @__PURE__ */ matrixPrimitive({
  name: "expm",
  sizes: ([a]) => [squareSize(a), a[1]],
  compute: (a) => matrixExponential(a),
  jvp: ([a], _output, [tangent]) => tangent && exponentialAlong(a, tangent),
  pullback: ([a], _output, cotangent) => [exponentialAlong(transpose(a), cotangent)],
});

function exponentialAlong(a: Tensor, direction: Tensor): Tensor {
  const n = a.shape[a.shape.length - 1];
  const last = a.shape.length - 1;
  const above = concatenate([a, direction], last);
  const below = concatenate([zerosLike(a), a], last);
  return slice(rowsOf(expm(concatenate([above, below], last - 1)), 0, n), -1, n, 2 * n);
}

/**
 * The exponential of each matrix [..., n, n] (not element by element). A derivative costs an exponential of twice the
 * size. Throws ShapeError for matrices that are not square and, when the program runs, NotFiniteError.
 *
 * @example compiled(layout({ A: [2, 2] }), {}, (p) => expm(p.A)).on({})(Float64Array.of(0, 1, 0, 0)) // [1.0, 1.0, 0.0, 1.0]
 */
export function expm(a: Tensor): Tensor {
  requireTensor(a, "expm");
  return apply(exponentialPrimitive, a);
}
