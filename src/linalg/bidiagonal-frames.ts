/**
 * What the divide and conquer of a bidiagonal matrix keeps of its singular vectors: all of them, as rows, or the right ones,
 * or only what merging needs, which is the first and the last entry of every right vector. The values have the same bits with each.
 *
 * Cost of a merge of n values: n³ products with all vectors, half of that with the right ones, 2n² with the edges.
 */
import { both, combine, first, second, turnRows, type Workspace } from "./divide-and-conquer.ts";
import { Matrix } from "./matrix.ts";

/** The vectors of pieces: piece `low` to `high` has its left ones in rows and columns low to before high, its right ones too, and column `high`. */
export interface Frame {
  /** A piece of no row: its only right vector is 1 in its only column. */
  empty(low: number): void;
  /** A piece of one row: left vector `sign`, right one (c, s) in columns low and low + 1 with (−s, c) orthogonal to it; without a second column just 1. */
  single(low: number, sign: number, c: number, s: number, two: boolean): void;
  /** What right vector i has in the last, and in the first, column of its piece, which is `column`. */
  last(i: number, column: number): number;
  first(i: number, column: number): number;
  /** Puts two pieces and the row `middle` between them side by side. */
  join(low: number, middle: number, high: number, end: number): void;
  turnLeft(p: number, q: number, c: number, s: number, low: number, high: number): void;
  turnRight(p: number, q: number, c: number, s: number, low: number, end: number): void;
  /** The vectors of the whole by their coefficients in the workspace. */
  combine(low: number, middle: number, high: number, end: number, count: number): void;
}

/** All vectors, in u and v; without u the right ones, with the same bits. */
export function wholeFrame(u: Matrix | undefined, v: Matrix, workspace: Workspace): Frame {
  const n = v.rows;
  const left = new Float64Array(u === undefined ? 0 : n * n);
  return {
    empty: (low) => v.set(low, low, 1),
    single(low, sign, c, s, two) {
      u?.set(low, low, sign);
      v.set(low, low, c);
      if (!two) return;
      v.set(low, low + 1, s);
      v.set(low + 1, low, -s);
      v.set(low + 1, low + 1, c);
    },
    last: (i, column) => v.data[i * n + column],
    first: (i, column) => v.data[i * n + column],
    join: (_low, middle) => {
      u?.set(middle, middle, 1);
    },
    turnLeft(p, q, c, s, low, high) {
      if (u !== undefined) turnRows(u, p, q, c, s, low, high);
    },
    turnRight: (p, q, c, s, low, end) => turnRows(v, p, q, c, s, low, end),
    combine(low, middle, high, end, count) {
      if (u !== undefined) leftCoefficients(count, workspace, left);
      combine(low, middle + 1, high, end, count, v, workspace);
      if (u === undefined) return;
      workspace.coefficients.set(left.subarray(0, count * count));
      combine(low, middle + 1, high, high, count, u, workspace);
    },
  };
}

/** From the right vectors' coefficients, rows zᵢ/(pᵢ − λ), those of the left ones: M times them, (−1, dᵢzᵢ/(pᵢ − λ)). */
function leftCoefficients(
  count: number,
  { poles, roots, ordered, coefficients: right }: Workspace,
  left: Float64Array,
): void {
  for (let j = 0; j < count; j++) {
    const row = j * count;
    // z₀/(0 − λ) is z₀/(−λ).
    const head = (right[row] / ordered[0]) * roots[j];
    left[row] = head;
    let sum = head * head;
    for (let i = 1; i < count; i++) {
      const entry = Math.sqrt(poles[i]) * right[row + i];
      left[row + i] = entry;
      sum += entry * entry;
    }
    const norm = Math.sqrt(sum);
    for (let i = 0; i < count; i++) left[row + i] /= norm;
  }
}

/** The first and the last entry of each of n right vectors. */
export function edgeFrame(n: number, workspace: Workspace): Frame {
  // The two entries of vector i lie together.
  const edges = new Matrix(n, 2);
  const { data } = edges;
  const old = new Float64Array(2 * n);
  const set = (i: number, leading: number, trailing: number): void => {
    data[2 * i] = leading;
    data[2 * i + 1] = trailing;
  };
  return {
    empty: (low) => set(low, 1, 1),
    single(low, _sign, c, s, two) {
      set(low, c, two ? s : c);
      if (two) set(low + 1, -s, c);
    },
    last: (i) => data[2 * i + 1],
    first: (i) => data[2 * i],
    join(low, middle, _high, end) {
      // The last column is not the upper piece's where there is a lower one, and its first not the lower one's.
      if (middle + 1 < end) for (let i = low; i <= middle; i++) data[2 * i + 1] = 0;
      for (let i = middle + 1; i < end; i++) data[2 * i] = 0;
    },
    turnLeft: () => undefined,
    turnRight: (p, q, c, s) => turnRows(edges, p, q, c, s, 0, 2),
    combine(low, middle, high, end, count) {
      const { kept, deflated, half, coefficients } = workspace;
      const size = high - low;
      for (let k = 0; k < size; k++) {
        const from = k < count ? kept[k] : deflated[k - count];
        old[2 * k] = data[2 * from];
        old[2 * k + 1] = data[2 * from + 1];
      }
      // In the order in which the products with all vectors are summed.
      const places = (kinds: readonly number[]): number[] =>
        kinds.flatMap((kind) => Array.from({ length: count }, (_value, k) => k).filter((k) => half[kept[k]] === kind));
      const upper = places([first, both]);
      const lower = middle + 1 < end ? places([both, second]) : upper;
      for (let j = 0; j < count; j++) {
        let [sum, lastSum] = [0, 0];
        for (const k of upper) sum += coefficients[j * count + k] * old[2 * k];
        for (const k of lower) lastSum += coefficients[j * count + k] * old[2 * k + 1];
        set(low + j, sum, lastSum);
      }
      for (let k = count; k < size; k++) set(low + k, old[2 * k], old[2 * k + 1]);
    },
  };
}
