/** Fisher matrices by loops over numbers: each row, each label, the derivative of its log-probability by hand. */
export type Outputs = "softmax" | "gaussian";

/** A network tanh(x W₁ + b₁) W₂: what enters its layers for a row, and what comes back for a cotangent of the outputs. */
export interface Network {
  readonly rows: number;
  forward(point: Float64Array, row: number): { readonly entering: number[][]; readonly outputs: number[] };
  backward(point: Float64Array, row: number, cotangent: readonly number[]): number[][];
}

export function tiltedNetwork(x: Float64Array, rows: number, inputs: number, hidden: number, classes: number): Network {
  const w1 = (p: Float64Array, i: number, j: number): number => p[i * hidden + j];
  const w2 = (p: Float64Array, i: number, j: number): number => p[inputs * hidden + hidden + i * classes + j];
  const range = (n: number): number[] => Array.from({ length: n }, (_v, i) => i);
  function forward(p: Float64Array, row: number): { entering: number[][]; outputs: number[] } {
    const first = range(inputs).map((i) => x[row * inputs + i]);
    const middle = range(hidden).map((j) =>
      Math.tanh(first.reduce((total, v, i) => total + v * w1(p, i, j), p[inputs * hidden + j])),
    );
    const outputs = range(classes).map((c) => middle.reduce((total, v, j) => total + v * w2(p, j, c), 0));
    return { entering: [first, middle], outputs };
  }
  return {
    rows,
    forward,
    backward(p, row, cotangent) {
      const [, middle] = forward(p, row).entering;
      const behindFirst = middle.map(
        (v, j) => (1 - v * v) * cotangent.reduce((total, c, k) => total + c * w2(p, j, k), 0),
      );
      return [behindFirst, [...cotangent]];
    },
  };
}

/** For every row and label: the score times the root of the label's probability, whole and layer by layer. */
export function rowsOfFisher(
  network: Network,
  point: Float64Array,
  outputs: Outputs,
): { readonly scores: number[][]; readonly activations: number[][][]; readonly signals: number[][][] } {
  const scores: number[][] = [];
  const activations: number[][][] = [[], []];
  const signals: number[][][] = [[], []];
  for (let row = 0; row < network.rows; row++) {
    const { entering, outputs: z } = network.forward(point, row);
    entering.forEach((values, k) => activations[k].push(values));
    const largest = Math.max(...z);
    const weights = z.map((v) => Math.exp(v - largest));
    const total = weights.reduce((sum, v) => sum + v, 0);
    z.forEach((_v, label) => {
      const unit = z.map((_w, k) => (k === label ? 1 : 0));
      const root = Math.sqrt(weights[label] / total);
      // Of a normal variable: along each output once, as the expected square of its deviation is 1.
      const cotangent = outputs === "gaussian" ? unit : unit.map((u, k) => root * (u - weights[k] / total));
      const behind = network.backward(point, row, cotangent);
      behind.forEach((values, k) => signals[k].push(values));
      scores.push([
        ...entering[0].flatMap((a) => behind[0].map((s) => a * s)),
        ...behind[0],
        ...entering[1].flatMap((a) => behind[1].map((s) => a * s)),
      ]);
    });
  }
  return { scores, activations, signals };
}

/** The solution of M y = b by Gaussian elimination with pivoting. */
export function solveDense(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const m = matrix.map((row, i) => [...row, right[i]]);
  const n = m.length;
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k; i < n; i++) if (Math.abs(m[i][k]) > Math.abs(m[best][k])) best = i;
    [m[k], m[best]] = [m[best], m[k]];
    for (let i = k + 1; i < n; i++) {
      const factor = m[i][k] / m[k][k];
      for (let j = k; j <= n; j++) m[i][j] -= factor * m[k][j];
    }
  }
  const y = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let rest = m[i][n];
    for (let j = i + 1; j < n; j++) rest -= m[i][j] * y[j];
    y[i] = rest / m[i][i];
  }
  return y;
}
