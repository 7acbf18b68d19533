/** Decompositions with the WebAssembly kernels and without: the same bits, at sizes on both sides of every block. */
import { afterAll, describe, expect, it } from "vitest";
import * as linalg from "../../src/linalg/index.ts";
import type { Matrix } from "../../src/linalg/matrix.ts";
import { build, randomMatrix, scaled } from "./residuals.ts";

/** All numbers that a decomposition gives. */
const routines: Record<string, (a: Matrix) => readonly (Matrix | Float64Array)[]> = {
  "the singular value decomposition through bidiagonal form": (a) => {
    const { values, u, v } = linalg.singularValueDecomposition(a, { method: "bidiagonal" });
    return [values, u, v, linalg.singularValues(a, { method: "bidiagonal" })];
  },
  "the singular value decomposition by Jacobi": (a) => {
    const { values, u, v } = linalg.singularValueDecomposition(a, { method: "jacobi" });
    return [values, u, v];
  },
  "symmetricEigen through tridiagonal form": (a) => {
    const { values, vectors } = linalg.symmetricEigen(linalg.gram(a), { method: "tridiagonal" });
    return [values, vectors];
  },
  householderQR: (a) => {
    const factors = linalg.householderQR(a);
    return [factors.packed, factors.q(), factors.applyQTransposed(a)];
  },
  pivotedQR: (a) => {
    const { factors } = linalg.pivotedQR(a);
    return [factors.packed, factors.q()];
  },
  generalEigen: (a) => {
    const { real, imaginary, vectors } = linalg.generalEigen(linalg.gram(a, { transpose: true }));
    return [real, imaginary, vectors.real, vectors.imaginary];
  },
  "lu, cholesky and ldlt": (a) => {
    const square = linalg.gram(a);
    for (let i = 0; i < square.rows; i++) square.set(i, i, square.get(i, i) + 1);
    const [x, y, z] = [linalg.lu(square), linalg.cholesky(square), linalg.ldlt(square)];
    return [x.l(), x.u(), x.inverse(), y.l, z.l, z.d()];
  },
};

const words = (parts: readonly (Matrix | Float64Array)[]): Int32Array[] =>
  parts.map((part) => new Int32Array((part instanceof Float64Array ? part : part.data).slice().buffer));

describe.each(Object.entries(routines))("%s", (_name, routine) => {
  afterAll(() => linalg.useWebAssembly(true));

  it.each([
    [20, 20],
    [33, 33],
    [64, 50],
    [97, 97],
    [50, 130],
  ])("has the same bits with and without WebAssembly at %i × %i", (rows, columns) => {
    const random = randomMatrix(rows, columns, rows + columns);
    // One with columns of like size, one graded.
    for (const a of [
      random,
      build(rows, columns, (i, j) => random.get(i, j) * 0.9 ** (i + j)),
      scaled(random, 1e-200),
    ]) {
      expect(linalg.useWebAssembly(true)).toBe(true);
      const expected = words(routine(a));
      expect(linalg.useWebAssembly(false)).toBe(false);
      words(routine(a)).forEach((part, k) => {
        expect(part.length).toBe(expected[k].length);
        expect(part.findIndex((word, at) => word !== expected[k][at])).toBe(-1);
      });
    }
  });
});
