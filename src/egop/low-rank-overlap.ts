/**
 * How averages of squares go over from one basis to another, w = (R∘R) v with R = V_newᵀ V_old, exactly and without forming R, where R is the
 * identity but for a matrix of low rank:
 *
 *   R = I − A Bᵀ with d × k matrices,  wᵢ = (1 − aᵢ·bᵢ)² vᵢ + (aᵢᵀ M aᵢ − vᵢ (aᵢ·bᵢ)²),  M = Σⱼ vⱼ bⱼ bⱼᵀ.
 *
 * Auxiliary bases, of V and V' (d × r), with coordinates θ_r before θ_d, and W = V'ᵀV:
 *
 *   R = [W, Dᵀ; E, I − V Vᵀ − V' Dᵀ],  D = V' − V Wᵀ,  E = V − V' W.
 *
 * Cost: about 3·d·k² operations to apply. Error: some units of round-off of the largest v, none below zero. Source: expanding the square.
 */
import { Matrix } from "../linalg/matrix.ts";
import { gram, multiply, multiplyVector } from "../linalg/product.ts";

/** w ← (R∘R) v; `out` must not be `v`. */
export type SquaredOverlap = (v: Float64Array, out: Float64Array) => void;

/** That of R = I − A Bᵀ. */
export function squaresOfLowRankChange(a: Matrix, b: Matrix): SquaredOverlap {
  const { rows: d, columns: width } = a;
  const diagonal = Float64Array.from({ length: d }, (_v, i) => {
    let sum = 0;
    for (let k = i * width; k < (i + 1) * width; k++) sum += a.data[k] * b.data[k];
    return sum;
  });
  return (v, out) => {
    const weighted = new Matrix(d, width);
    for (let j = 0; j < d; j++) {
      const root = Math.sqrt(v[j]);
      for (let k = j * width; k < (j + 1) * width; k++) weighted.data[k] = root * b.data[k];
    }
    const image = multiply(a, gram(weighted));
    for (let i = 0; i < d; i++) {
      let square = 0;
      for (let k = i * width; k < (i + 1) * width; k++) square += image.data[k] * a.data[k];
      const own = diagonal[i];
      out[i] = (1 - own) * (1 - own) * v[i] + Math.max(0, square - v[i] * own * own);
    }
  };
}

/** That between the auxiliary bases of two matrices with as many orthonormal columns. */
export function auxiliaryOverlap(from: Matrix, to: Matrix): SquaredOverlap {
  const { rows: d, columns: r } = from;
  const between = multiply(to, from, { transposeA: true });
  const intoLeading = minus(to, multiply(from, between, { transposeB: true }));
  const fromLeading = minus(from, multiply(to, between));
  const rest = squaresOfLowRankChange(beside(from, to), beside(from, intoLeading));
  const [w, d2, e2] = [between, intoLeading, fromLeading].map(squaredEntries);
  const part = new Float64Array(r);
  const whole = new Float64Array(d);
  return (v, out) => {
    const [leading, original] = [v.subarray(0, r), v.subarray(r)];
    const [leadingOut, originalOut] = [out.subarray(0, r), out.subarray(r)];
    multiplyVector(w, leading, { out: leadingOut });
    multiplyVector(d2, original, { transpose: true, out: part });
    for (let k = 0; k < r; k++) leadingOut[k] += part[k];
    rest(original, originalOut);
    multiplyVector(e2, leading, { out: whole });
    for (let i = 0; i < d; i++) originalOut[i] += whole[i];
  };
}

/** Two matrices of as many rows as one. */
export function beside(left: Matrix, right: Matrix): Matrix {
  const both = new Matrix(left.rows, left.columns + right.columns);
  for (let i = 0; i < left.rows; i++) {
    both.row(i).set(left.row(i));
    both.row(i).set(right.row(i), left.columns);
  }
  return both;
}

/** left − right. */
export function minus(left: Matrix, right: Matrix): Matrix {
  return new Matrix(
    left.rows,
    left.columns,
    left.data.map((entry, k) => entry - right.data[k]),
  );
}

export function squaredEntries({ rows, columns, data }: Matrix): Matrix {
  return new Matrix(
    rows,
    columns,
    data.map((entry) => entry * entry),
  );
}
