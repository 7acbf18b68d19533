/**
 * The matrix exponential by scaling and squaring with Padé approximants of degree 3, 5, 7, 9 or 13.
 *
 * Cost: about 6 matrix products and a solve, and one more product for each of log₂(‖A‖/4) squarings, of which there are
 * fewer than by norm alone: the choice looks at norms of powers. At most about 1100 squarings. Accuracy: the result is the
 * exponential of A + E with ‖E‖ ≤ u‖A‖ but for the rounding in the squarings.
 * Source: A. Al-Mohy and N. J. Higham, A New Scaling and Squaring Algorithm for the Matrix Exponential, SIAM J. Matrix
 * Anal. 31, 2009, algorithm 6.1 (θ from table 3.1).
 */
import { log } from "../math/elementary.ts";
import { requireRepresentable } from "./finite.ts";
import { lu } from "./lu.ts";
import { Matrix } from "./matrix.ts";
import { estimateOneNorm } from "./norm-estimate.ts";
import { oneNorm } from "./entry-norms.ts";
import { scaleToOne } from "./orientation.ts";
import { multiply, multiplyVector } from "./product.ts";
import { requireSquare } from "./symmetry.ts";

const ln2 = 0.6931471805599453;
/** How large the powers' norms may be, as logarithms to base 2, for the degrees 3, 5, 7, 9, 13. */
const bounds = { 3: 1.495585217958292e-2, 5: 2.53939833006323e-1, 7: 9.504178996162932e-1, 9: 2.097847961257068 };
const bound13 = 4.25;

/**
 * e^A of a real n × n matrix, which is not changed. Throws ShapeError for a matrix that is not square, NotFiniteError
 * naming an entry that is NaN or infinite, and for an exponential beyond the largest number.
 *
 * @example matrixExponential(Matrix.fromRows([[0, 1], [0, 0]])).toRows() // [[1.0, 1.0], [0.0, 1.0]]
 */
export function matrixExponential(matrix: Matrix): Matrix {
  requireSquare(matrix, "matrixExponential");
  const { degree, squarings } = choosePlan(matrix);
  let result = padeApproximant(scaledBy(matrix, -squarings), degree);
  for (let step = 0; step < squarings; step++) {
    result = multiply(result, result);
    requireRepresentable(result.data, "matrixExponential: the exponential");
  }
  requireRepresentable(result.data, "matrixExponential: the exponential");
  return result;
}

/** The degree and the number of squarings. All sizes are logarithms to base 2: powers of large matrices overflow. */
function choosePlan(matrix: Matrix): { degree: 3 | 5 | 7 | 9 | 13; squarings: number } {
  const scale = scaleToOne(matrix.data);
  const shift = -log2(scale);
  const b = scaledBy(matrix, log2(scale));
  const b2 = multiply(b, b);
  const b4 = multiply(b2, b2);
  const b6 = multiply(b4, b2);
  // d_k = log₂ ‖Aᵏ‖^(1/k).
  const d4 = log2(oneNorm(b4)) / 4 + shift;
  const d6 = log2(oneNorm(b6)) / 6 + shift;
  for (const degree of [3, 5] as const)
    if (Math.max(d4, d6) < log2(bounds[degree]) && extraSquarings(b, shift, degree) === 0)
      return { degree, squarings: 0 };
  const d8 = log2(productNorm(b4, b4)) / 8 + shift;
  for (const degree of [7, 9] as const)
    if (Math.max(d6, d8) < log2(bounds[degree]) && extraSquarings(b, shift, degree) === 0)
      return { degree, squarings: 0 };
  const d10 = log2(productNorm(b4, b6)) / 10 + shift;
  const size = Math.min(Math.max(d6, d8), Math.max(d8, d10));
  const squarings = Math.max(0, Math.ceil(size - log2(bound13)));
  return { degree: 13, squarings: squarings + extraSquarings(b, shift - squarings, 13) };
}

/** An estimate of the 1-norm of a product of two matrices that commute, without forming it. */
function productNorm(a: Matrix, b: Matrix): number {
  return estimateOneNorm(
    a.rows,
    (x) => x.set(multiplyVector(a, multiplyVector(b, x))),
    (x) => x.set(multiplyVector(b, multiplyVector(a, x, { transpose: true }), { transpose: true })),
  );
}

/** How many more squarings the first neglected term of the approximant's backward error asks for, for A = B·2^shift. */
function extraSquarings(b: Matrix, shift: number, degree: number): number {
  const sizes = new Matrix(
    b.rows,
    b.columns,
    b.data.map((entry) => Math.abs(entry)),
  );
  // ‖|B|^(2m+1)‖₁ is exact: the largest entry of (|B|ᵀ)^(2m+1)·1.
  let x: Float64Array = new Float64Array(b.rows).fill(1);
  for (let k = 0; k < 2 * degree + 1; k++) x = multiplyVector(sizes, x, { transpose: true });
  let power = 0;
  for (const entry of x) power = Math.max(power, entry);
  // 1/|c| = (2m)!(2m + 1)!/(m!)², as a logarithm.
  let coefficient = log2(2 * degree + 1);
  for (let k = 1; k <= degree; k++) coefficient += 2 * (log2(k + degree) - log2(k)) + log2(k);
  for (let k = 1; k <= degree; k++) coefficient += log2(k);
  const ratio = log2(power) - log2(oneNorm(b)) - coefficient + 2 * degree * shift;
  return Math.max(0, Math.ceil((ratio + 53) / (2 * degree)));
}

/** The [m/m] Padé approximant of e^X, from even powers of X: (V − U)⁻¹(V + U). */
function padeApproximant(x: Matrix, degree: number): Matrix {
  const n = x.rows;
  const c = new Float64Array(degree + 1);
  c[0] = 1;
  for (let j = 0; j < degree; j++) c[j + 1] = (c[j] * (degree - j)) / ((2 * degree - j) * (j + 1));
  const x2 = multiply(x, x);
  let inner: Matrix;
  let v: Matrix;
  if (degree === 13) {
    const x4 = multiply(x2, x2);
    const x6 = multiply(x4, x2);
    const powers = [Matrix.identity(n), x2, x4, x6];
    const zero = new Matrix(n, n);
    const upperOdd = combination([zero, x2, x4, x6], [0, c[9], c[11], c[13]]);
    const upperEven = combination([zero, x2, x4, x6], [0, c[8], c[10], c[12]]);
    inner = sum(multiply(x6, upperOdd), combination(powers, [c[1], c[3], c[5], c[7]]));
    v = sum(multiply(x6, upperEven), combination(powers, [c[0], c[2], c[4], c[6]]));
  } else {
    const powers = [Matrix.identity(n), x2];
    while (2 * powers.length <= degree) powers.push(multiply(powers[powers.length - 1], x2));
    inner = combination(
      powers,
      powers.map((_power, k) => c[2 * k + 1]),
    );
    v = combination(
      powers,
      powers.map((_power, k) => c[2 * k]),
    );
  }
  const u = multiply(x, inner);
  return lu(combination([v, u], [1, -1])).solve(sum(v, u));
}

function combination(matrices: readonly Matrix[], factors: readonly number[]): Matrix {
  const [{ rows, columns }] = matrices;
  const result = new Matrix(rows, columns);
  matrices.forEach(({ data }, k) => {
    for (let i = 0; i < data.length; i++) result.data[i] += factors[k] * data[i];
  });
  return result;
}

function sum(a: Matrix, b: Matrix): Matrix {
  return combination([a, b], [1, 1]);
}

/** The matrix times 2^power, in steps that do not leave the range. */
function scaledBy(matrix: Matrix, power: number): Matrix {
  const data = matrix.data.slice();
  let rest = Math.abs(power);
  while (rest > 0) {
    const step = Math.min(rest, 500);
    let factor = 1;
    for (let k = 0; k < step; k++) factor *= power < 0 ? 0.5 : 2;
    for (let i = 0; i < data.length; i++) data[i] *= factor;
    rest -= step;
  }
  return new Matrix(matrix.rows, matrix.columns, data);
}

/** The logarithm to base 2, exact for powers of two; −Infinity of 0. */
function log2(x: number): number {
  if (x === 0) return -Infinity;
  let exponent = 0;
  let rest = x;
  for (; rest >= 2; exponent++) rest /= 2;
  for (; rest < 1; exponent--) rest *= 2;
  return exponent + log(rest) / ln2;
}
