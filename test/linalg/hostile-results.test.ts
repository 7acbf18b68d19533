/**
 * What the routines that solve, iterate or build on decompositions make of ten thousand hostile matrices: not any finite numbers, but
 * those that belong to the matrix, to LAPACK's threshold, or one of the library's typed errors.
 */
import { describe, expect, it } from "vitest";
import { EgopError } from "../../src/errors.ts";
import * as linalg from "../../src/linalg/index.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { multiply, multiplyVector } from "../../src/linalg/product.ts";
import { random } from "../../src/math/random.ts";
import {
  divided,
  expectTakenOrRefused,
  finite,
  hostileMatrices,
  largest,
  mirrored,
  type Check,
} from "./hostile-matrices.ts";
import { build, distance, orthonormality, roundoff, scaled } from "./residuals.ts";

const tiniest = 5e-324;
const ones = (length: number): Float64Array => new Float64Array(length).fill(1);
const times = (values: Float64Array, factor: number): Float64Array => values.map((value) => value * factor);
const unitOf = (a: Matrix): number => largest(a.data) || 1;

/** ‖b − Ax‖ / (n u (‖A‖‖x‖ + ‖b‖)), and what the smallest numbers lose. */
function solved(a: Matrix, x: Float64Array, b = ones(a.rows), growth = 1): number {
  const [unit, size] = [unitOf(a), largest(x) || 1];
  const images = multiplyVector(
    divided(a, unit),
    x.map((value) => value / size),
  );
  const [wanted, n] = [b.map((value) => value / unit / size), Math.max(b.length, 1)];
  if (!wanted.every(Number.isFinite)) return finite(...x);
  const rest = images.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i])), 0);
  const floor = tiniest / unit + tiniest / size;
  return rest / (n * n * growth * (roundoff + floor) * (1 + largest(wanted)));
}

/** ‖Aᵀ(b − Ax) − ρx‖ / (n u ‖A‖ (‖b‖ + ‖A‖‖x‖)) for b = 1: that of a least-squares or ridge solution. */
function least(a: Matrix, x: Float64Array, ridge = 0): number {
  const unit = Math.max(unitOf(a), Math.sqrt(ridge));
  const [scaledMatrix, y] = [divided(a, unit), times(x, unit)];
  // A solution is as far from a ridge's as the matrix above its root is ill-conditioned.
  if (!y.every(Number.isFinite) || (ridge > 0 && unit > 1e3 * Math.sqrt(ridge))) return finite(...x);
  const rest = multiplyVector(scaledMatrix, y).map((value) => 1 - value);
  const normal = multiplyVector(scaledMatrix, rest, { transpose: true });
  const error = normal.reduce((most, value, i) => Math.max(most, Math.abs(value - (y[i] * ridge) / unit / unit)), 0);
  const n = Math.max(a.rows, a.columns, 1);
  return error / (n * n * (roundoff + tiniest * unit + tiniest / unit) * (1 + largest(y)));
}

/** |x − y| of descending values, over n u times the largest. */
function apart(x: Float64Array, y: Float64Array, unit: number, tolerance = roundoff): number {
  const n = Math.max(x.length, 1);
  const floor = tiniest / unit;
  return (
    x.reduce((most, value, k) => Math.max(most, Math.abs(value / unit - y[k] / unit)), 0) /
    (n * n * (tolerance + floor))
  );
}

/** ‖X⁴A − I‖ over n κ and the tolerance, of A whose condition number leaves some digits. */
function fourthRoot(a: Matrix, root: Matrix, tolerance: number): number {
  const unit = unitOf(a);
  const condition = linalg.symmetricEigen(a).conditionNumber();
  if (!(condition * tolerance < 1e-3) || unit < 1e-300) return finite(...root.data);
  const x = scaled(root, Math.sqrt(Math.sqrt(unit)));
  const square = multiply(x, x);
  const product = multiply(multiply(square, square), divided(mirrored(a), unit));
  return distance(product, Matrix.identity(a.rows)) / (Math.max(a.rows, 1) ** 2 * condition * tolerance);
}

/** Five steps of Muon's polynomial on the singular values are the singular values of the result. */
function newtonSchulz(a: Matrix): number {
  const result = linalg.newtonSchulz(a);
  const unit = unitOf(a);
  const values = linalg.singularValues(divided(a, unit));
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)) || 1;
  const [p, q, r] = linalg.muonCoefficients;
  let wanted = times(values, 1 / norm);
  for (let step = 0; step < 5; step++) wanted = wanted.map((x) => x * (p + x * x * (q + x * x * r)));
  wanted = wanted.map(Math.abs).sort().reverse();
  // Five steps enlarge what is small by 3.4445⁵, errors too.
  return apart(linalg.singularValues(result), wanted, 1, 500 * roundoff);
}

/** Against the Taylor series of A/2⁵, squared, where A is not large. */
function exponential(a: Matrix): number {
  const result = linalg.matrixExponential(a);
  const norm = linalg.oneNorm(a);
  if (norm > 8) return finite(...result.data);
  const part = scaled(a, 1 / 32);
  let [term, sum] = [Matrix.identity(a.rows), Matrix.identity(a.rows)];
  for (let k = 1; k < 30; k++) {
    term = scaled(multiply(term, part), 1 / k);
    const before = sum;
    sum = build(a.rows, a.rows, (i, j) => before.get(i, j) + term.get(i, j));
  }
  for (let k = 0; k < 5; k++) sum = multiply(sum, sum);
  return distance(result, sum) / (32 * Math.max(a.rows, 1) ** 2 * roundoff * Math.exp(norm));
}

function sketched(a: Matrix): number {
  const dimension = a.columns;
  const values = linalg.singularValues(a);
  const unit = (values.at(0) ?? 0) || 1;
  const [small, whole] = [1, Math.max(dimension, 1)].map((size) => linalg.frequentDirections({ dimension, size }));
  linalg.addRows(small, a);
  // In two halves, merged.
  const rest = linalg.frequentDirections({ dimension, size: whole.size });
  for (let i = 0; i < a.rows; i++) linalg.addRows(i % 2 === 0 ? whole : rest, a.row(i));
  linalg.mergeSketches(whole, rest);
  if (unit < 1e-150) return finite(small.shrinkage, whole.squaredNorm);
  const squares = values.map((value) => (value / unit) ** 2);
  const kept = linalg.sketchEigen(whole).values.map((value) => value / unit / unit);
  const error = Math.max(...kept.map((value, k) => Math.abs(value - (squares[k] ?? 0))), 0);
  const [first = 0] = linalg.sketchEigen(small).values;
  const [lower, shrinkage] = [first / unit / unit, small.shrinkage / unit / unit];
  const top = squares.at(0) ?? 0;
  const beyond = Math.max(lower - top, top - shrinkage - lower, 0);
  return Math.max(error, beyond) / (Math.max(a.rows, dimension) ** 2 * roundoff);
}

const checks: Record<string, Check> = {
  "lu's solutions": (a) => {
    const factors = linalg.lu(a);
    const growth = Math.max(1, largest(factors.u().data) / unitOf(a));
    return Math.max(
      solved(a, factors.solve(ones(a.rows)), undefined, growth),
      solved(a.transpose(), factors.solve(ones(a.rows), { transpose: true }), undefined, growth),
      solved(a, linalg.solve(a, ones(a.rows)), undefined, growth),
    );
  },
  "ldlt's solutions": (a) => solved(mirrored(a), linalg.ldlt(a).solve(ones(a.rows)), undefined, 8),
  "solutions of definite systems": (a) => {
    const n = a.rows;
    // A aᵀ over its norm with a ridge: definite, whatever A is.
    const square = linalg.gram(divided(a, unitOf(a)), { transpose: true });
    const definite = build(n, n, (i, j) => square.get(i, j) + (i === j ? 1e-6 : 0));
    const factors = linalg.cholesky(definite);
    return Math.max(
      solved(definite, factors.solve(ones(n))),
      solved(definite, linalg.modifiedCholesky(definite).factors.solve(ones(n))),
    );
  },
  "solutions of triangular systems": (a) => {
    const x = linalg.solveTriangular(a, ones(a.rows));
    return solved(
      build(a.rows, a.rows, (i, j) => (j <= i ? a.get(i, j) : 0)),
      x,
    );
  },
  leastSquares: (a) => least(a, linalg.leastSquares(a, ones(a.rows))),
  "solutions by singular values": (a) => least(a, linalg.singularValueDecomposition(a).solve(ones(a.rows))),
  "solutions by eigenvalues": (a) => least(mirrored(a), linalg.symmetricEigen(a).solve(ones(a.rows))),
  ridgeSolution: (a) => least(a, linalg.ridgeSolution(a, ones(a.rows), { ridge: 1 }), 1),
  pseudoInverse: (a) => {
    const ratio = least(a, multiplyVector(linalg.pseudoInverse(a), ones(a.rows)));
    const svd = linalg.singularValueDecomposition(a);
    const rank = svd.rank();
    return rank === 0 ? ratio : ratio / (svd.values[0] / svd.values[rank - 1]);
  },
  nullSpace: (a) => {
    const basis = linalg.nullSpace(a);
    const n = Math.max(a.rows, a.columns, 1);
    const images = multiply(divided(a, unitOf(a)), basis);
    return Math.max(largest(images.data) / (n * n * (roundoff + tiniest / unitOf(a))), orthonormality(basis));
  },
  polarDecomposition: (a) => {
    const { u, p } = linalg.polarDecomposition(a);
    expect(p.transpose()).toEqual(p);
    return orthonormality(a.rows < a.columns ? u.transpose() : u);
  },
  modifiedCholesky: (a) => {
    const { factors, correction, modified } = linalg.modifiedCholesky(a);
    if (factors.inertia().positive !== a.rows) return NaN;
    return finite(...correction.data, modified === correction.data.some((entry) => entry !== 0) || modified ? 0 : NaN);
  },
  inverseRoot: (a) => fourthRoot(a, linalg.inverseRoot(a, 4), roundoff),
  "inverseRoot, newton": (a) => fourthRoot(a, linalg.inverseRoot(a, 4, { method: "newton" }), 1e-12),
  newtonSchulz,
  matrixExponential: exponential,
  lanczos: (a) => {
    const { values } = linalg.lanczos(a, { count: Math.min(1, a.rows), tolerance: 1e-8 });
    return apart(values, linalg.symmetricEigen(a).values, unitOf(a), 1e-8);
  },
  lobpcg: (a) => {
    const { values } = linalg.lobpcg(a, { count: Math.min(1, a.rows), tolerance: 1e-8, maximumIterations: 40 });
    return apart(values, linalg.symmetricEigen(a).values, unitOf(a), 1e-8);
  },
  orthogonalIteration: (a) => {
    const { values, vectors } = linalg.orthogonalIteration(a, Matrix.identity(a.rows), { steps: 2 });
    return Math.max(apart(values, linalg.symmetricEigen(a).values, unitOf(a)), orthonormality(vectors));
  },
  "randomizedSVD of all": (a) => {
    const rank = Math.min(a.rows, a.columns);
    const { values, u, v } = linalg.randomizedSVD(a, { rank, key: random(1) });
    const exact = linalg.singularValues(a);
    return Math.max(apart(values, exact, (exact.at(0) ?? 0) || 1), orthonormality(u), orthonormality(v));
  },
  randomizedRange: (a) => {
    const basis = linalg.randomizedRange(a, { rank: Math.min(a.rows, a.columns), key: random(1) });
    const whole = divided(a, unitOf(a));
    const projected = multiply(basis, multiply(basis, whole, { transposeA: true }));
    const n = Math.max(a.rows, a.columns, 1);
    return distance(whole, projected) / (n * n * (roundoff + tiniest / unitOf(a)));
  },
  frequentDirections: sketched,
};

describe("hostile matrices", () => {
  it.each(Object.keys(checks))("give what belongs to them, or are refused, by %s", (name) =>
    expectTakenOrRefused(checks[name]),
  );

  it("that are not finite are always refused", () => {
    const bad = hostileMatrices.filter(({ data }) => !data.every(Number.isFinite));
    for (const matrix of bad)
      for (const [name, check] of Object.entries(checks)) expect(() => check(matrix), name).toThrow(EgopError);
  });

  it("act as Kronecker factors as the product that they make", () => {
    let compared = 0;
    for (const matrix of hostileMatrices) {
      const other = Matrix.fromRows([[2, -1]]);
      const product = linalg.kroneckerProduct(matrix, other);
      if (!product.data.every((entry) => Math.abs(entry) < 1e306)) continue;
      compared++;
      const x = Float64Array.from({ length: product.columns }, (_value, k) => k - 1);
      const direct = multiplyVector(product, x);
      const sizes = multiplyVector(
        new Matrix(product.rows, product.columns, product.data.map(Math.abs)),
        x.map(Math.abs),
      );
      linalg
        .kroneckerMultiply([matrix, other], x)
        .forEach((value, i) =>
          expect(Math.abs(value - direct[i])).toBeLessThanOrEqual(32 * roundoff * sizes[i] + 32 * tiniest),
        );
    }
    expect(compared).toBeGreaterThan(5000);
  });
});
