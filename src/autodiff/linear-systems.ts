/**
 * Derivatives through linear systems: solution, inverse, determinant and Cholesky factor (M. B. Giles, Collected Matrix
 * Derivative Results for Forward and Reverse Mode Algorithmic Differentiation, 2008). Matrices lie on the last two axes,
 * those before are a batch. Systems are solved, and determinants taken, by LU factorization with partial pivoting.
 */
import { NotPositiveDefiniteError, ShapeError, SingularMatrixError } from "../errors.ts";
import { choleskyInPlace } from "../linalg/cholesky-columns.ts";
import { lu, type LU } from "../linalg/lu.ts";
import { Matrix } from "../linalg/matrix.ts";
import { zeroOnDiagonal } from "../linalg/triangular-solve.ts";
import { add, multiply, negate, subtract, sum } from "./arithmetic.ts";
import { equal, greater } from "./comparisons.ts";
import { matmul } from "./matmul.ts";
import { matrixPrimitive, squareSize } from "./matrix-primitive.ts";
import { broadcastTo, range } from "./repetition.ts";
import { reshape, transpose } from "./structure.ts";
import { apply, requireTensor, type Graph, type Primitive, type Tensor } from "./tensor.ts";

/** The factors of a matrix. Throws SingularMatrixError, in the operation's name, for one with a pivot that is zero. */
function regularFactors(name: string, a: Matrix): LU {
  const factors = lu(a);
  const place = zeroOnDiagonal(factors.packed.data, a.rows);
  if (place >= 0) throw new SingularMatrixError(`${name}: the matrix is singular (pivot ${place} is 0).`, place);
  return factors;
}

const solvePrimitive: Primitive = /* @__PURE__ */ matrixPrimitive({
  name: "linearSolve",
  sizes([a, b]) {
    if (squareSize(a) !== b[0]) throw new ShapeError(`the right-hand side has ${b[0]} rows, not ${a[0]}.`);
    return b;
  },
  compute: (a, b) => regularFactors("linearSolve", a).solve(b),
  jvp([a], x, [forA, forB]): Tensor | undefined {
    const change = forA && negate(matmul(forA, x));
    const side = change === undefined ? forB : forB === undefined ? change : add(forB, change);
    return side && apply(solvePrimitive, a, side);
  },
  pullback([a], x, cotangent): readonly Tensor[] {
    const forB = apply(solvePrimitive, transpose(a), cotangent);
    return [negate(matmul(forB, x, { transposeB: true })), forB];
  },
});

const logDeterminantPrimitive: Primitive = /* @__PURE__ */ matrixPrimitive({
  name: "logAbsDeterminant",
  sizes([a]) {
    squareSize(a);
    return [1, 1];
  },
  compute(a): Matrix {
    const { logarithm } = regularFactors("logAbsDeterminant", a).logDeterminant();
    return new Matrix(1, 1, Float64Array.of(logarithm));
  },
  jvp([a], output, [tangent]): Tensor | undefined {
    if (tangent === undefined) return undefined;
    const trace = sum(sum(multiply(transpose(matrixInverse(a)), tangent), -1), -1);
    return reshape(trace, output.shape);
  },
});

const choleskyPrimitive: Primitive = /* @__PURE__ */ matrixPrimitive({
  name: "choleskyFactor",
  sizes: ([a]) => [squareSize(a), a[1]],
  compute(a): Matrix {
    const l = new Matrix(a.rows, a.rows, a.data.slice());
    const place = choleskyInPlace(l.data, a.rows);
    if (place >= 0)
      throw new NotPositiveDefiniteError(
        `choleskyFactor: the matrix is not positive definite (pivot ${place} is ${l.get(place, place)}).`,
        place,
      );
    return l;
  },
  // L·Φ(L⁻¹·dA·L⁻ᵀ), Φ the lower triangle with half the diagonal.
  jvp(_inputs, l, [tangent]): Tensor | undefined {
    if (tangent === undefined) return undefined;
    const left = apply(solvePrimitive, l, tangent);
    const both = apply(solvePrimitive, l, transpose(left));
    return matmul(l, multiply(both, lowerWithHalfDiagonal(l.graph, l.shape[l.shape.length - 1])));
  },
});

/** 1 below the diagonal, ½ on it, 0 above. */
function lowerWithHalfDiagonal(graph: Graph, n: number): Tensor {
  const column = range(graph, n);
  const row = reshape(column, [n, 1]);
  return add(greater(row, column), multiply(0.5, equal(row, column)));
}

/** The identity matrix in place of each matrix of a batch. */
function identityLike(a: Tensor): Tensor {
  const n = a.shape[a.shape.length - 1];
  const places = range(a.graph, n);
  return broadcastTo(equal(reshape(places, [n, 1]), places), a.shape);
}

/**
 * The solution X of A·X = B: A [..., n, n], B [..., n, p] with the same axes before; or B [n] for one matrix. Its
 * derivative costs a solve more. Throws ShapeError where they do not fit and, when the program runs, SingularMatrixError.
 *
 * @example compiled(layout({ A: [2, 2], b: [2] }), {}, (p) => linearSolve(p.A, p.b)).on({})(Float64Array.of(2, 0, 0, 4, 1, 1)) // [0.5, 0.25]
 */
export function linearSolve(a: Tensor, b: Tensor): Tensor {
  requireTensor(b, "linearSolve");
  if (b.shape.length !== 1) return apply(solvePrimitive, a, b);
  return reshape(apply(solvePrimitive, a, reshape(b, [b.size, 1])), b.shape);
}

/**
 * The inverse of each matrix [..., n, n]; `linearSolve` is cheaper and more accurate where a product with it is wanted.
 * Throws as that. @example compiled(layout({ A: [2, 2] }), {}, (p) => matrixInverse(p.A)).on({})(Float64Array.of(2, 0, 0, 4)) // [0.5, 0.0, 0.0, 0.25]
 */
export function matrixInverse(a: Tensor): Tensor {
  requireTensor(a, "matrixInverse");
  return apply(solvePrimitive, a, identityLike(a));
}

/**
 * log |det A| of each matrix: [..., n, n] to [...]. Throws ShapeError for matrices that are not square and, when the
 * program runs, SingularMatrixError.
 *
 * @example compiled(layout({ A: [2, 2] }), {}, (p) => logAbsDeterminant(p.A)).on({})(Float64Array.of(1, 1, 0, -1)) // [0]
 */
export function logAbsDeterminant(a: Tensor): Tensor {
  const packed = apply(logDeterminantPrimitive, a);
  return reshape(packed, packed.shape.slice(0, -2));
}

/**
 * The lower triangular L with A = L·Lᵀ of each symmetric positive definite matrix [..., n, n]. The symmetric part of A is
 * what is factored, so the derivative is symmetric. Throws ShapeError for matrices that are not square and, when the
 * program runs, NotPositiveDefiniteError.
 *
 * @example compiled(layout({ A: [2, 2] }), {}, (p) => choleskyFactor(p.A)).on({})(Float64Array.of(4, 2, 2, 2)) // [2, 0, 1, 1]
 */
export function choleskyFactor(a: Tensor): Tensor {
  return apply(choleskyPrimitive, multiply(0.5, add(a, transpose(a))));
}

/** Strictly below the diagonal of [..., n, n], zeros elsewhere. */
export function strictlyLower(a: Tensor): Tensor {
  const column = range(a.graph, a.shape[a.shape.length - 1]);
  return multiply(a, greater(reshape(column, [column.size, 1]), column));
}

/** X·R⁻¹ for square R: the solution of Rᵀ·Yᵀ = Xᵀ. */
export function rightSolve(x: Tensor, r: Tensor): Tensor {
  return transpose(apply(solvePrimitive, transpose(r), transpose(x)));
}

/** a − aᵀ. */
export function antisymmetric(a: Tensor): Tensor {
  return subtract(a, transpose(a));
}
