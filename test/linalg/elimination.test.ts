import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { NotFiniteError, ShapeError, SingularMatrixError } from "../../src/errors.ts";
import { cholesky } from "../../src/linalg/cholesky.ts";
import { lu } from "../../src/linalg/lu.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { gram } from "../../src/linalg/product.ts";
import { solve } from "../../src/linalg/solve.ts";
import { useWebAssembly } from "../../src/linalg/webassembly/instance.ts";
import { build, randomMatrix } from "./residuals.ts";

afterEach(() => {
  useWebAssembly(true);
});

/** The textbook's three loops: packed factors and the order of the rows. */
function textbookLU(matrix: Matrix): { readonly packed: number[][]; readonly order: number[] } {
  const a = matrix.toRows();
  const order = a.map((_row, i) => i);
  for (let k = 0; k < a.length; k++) {
    let pivot = k;
    for (let i = k + 1; i < a.length; i++) if (Math.abs(a[i][k]) > Math.abs(a[pivot][k])) pivot = i;
    [a[k], a[pivot]] = [a[pivot], a[k]];
    [order[k], order[pivot]] = [order[pivot], order[k]];
    for (let i = k + 1; i < a.length; i++) {
      a[i][k] /= a[k][k];
      for (let j = k + 1; j < a.length; j++) a[i][j] -= a[i][k] * a[k][j];
    }
  }
  return { packed: a, order };
}

function textbookCholesky(matrix: Matrix): number[][] {
  const a = matrix.toRows();
  const l = a.map((row) => row.map(() => 0));
  for (let j = 0; j < a.length; j++)
    for (let i = j; i < a.length; i++) {
      let sum = a[i][j];
      for (let k = 0; k < j; k++) sum -= l[i][k] * l[j][k];
      l[i][j] = i === j ? Math.sqrt(sum) : sum / l[j][j];
    }
  return l;
}

/** One piece in JavaScript, one in WebAssembly, and panels of both; with and without remainders. */
const sizes = [0, 1, 2, 3, 4, 5, 16, 17, 20, 21, 33, 64, 65, 67, 128, 131, 193, 260];
const large = [577];

describe.each([true, false])("with WebAssembly %s", (webAssembly) => {
  it.each(sizes)("LU has the bits of the textbook's loops at size %i", (n) => {
    useWebAssembly(webAssembly);
    const a = randomMatrix(n, n, n + 5);
    const { packed, order } = textbookLU(a);
    const factors = lu(a);
    expect([...factors.order]).toEqual(order);
    expect(factors.packed.toRows()).toEqual(packed);
  });

  it.each(sizes)("Cholesky has the bits of the textbook's loops at size %i", (n) => {
    useWebAssembly(webAssembly);
    const square = gram(randomMatrix(n + 3, n, 3));
    const a = build(n, n, (i, j) => square.get(i, j) + (i === j ? 0.5 : 0));
    expect(cholesky(a).l.toRows()).toEqual(textbookCholesky(a));
  });

  it("solve has the bits of lu(a).solve, in place too", () => {
    useWebAssembly(webAssembly);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 70 }), fc.nat(), fc.boolean(), (n, seed, transpose) => {
        const a = randomMatrix(n, n, seed);
        const b = randomMatrix(n, 1, seed + 1).data;
        const expected = lu(a).solve(b, { transpose });
        expect(solve(a, b, { transpose })).toEqual(expected);
        expect(solve(a, b, { transpose, out: b })).toBe(b);
        expect(b).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});

it.each(large)("factors the same bits with and without WebAssembly at size %i", (n) => {
  const a = randomMatrix(n, n, 1);
  const square = gram(a);
  for (let i = 0; i < n; i++) square.set(i, i, square.get(i, i) + 1);
  const both = [true, false].map((webAssembly) => {
    useWebAssembly(webAssembly);
    return [lu(a).packed, cholesky(square).l];
  });
  expect(both[0]).toEqual(both[1]);
});

describe("solve", () => {
  it("takes several right-hand sides and the ends of the range", () => {
    const a = Matrix.fromRows([
      [0, 2],
      [1, 1],
    ]);
    expect(solve(a, Matrix.fromRows([[4], [5]])).toRows()).toEqual([[3], [2]]);
    const tiny = Matrix.fromRows([[1e-300]]);
    expect(solve(tiny, Float64Array.of(1e-300))).toEqual(Float64Array.of(1));
    expect(() => solve(tiny, Float64Array.of(1e300))).toThrow(NotFiniteError);
    expect(() => solve(Matrix.fromRows([[1e-200]]), Float64Array.of(1e200))).toThrow(
      new NotFiniteError("solve: the solution is beyond the largest number."),
    );
  });

  it("refuses bad arguments", () => {
    expect(() => solve(new Matrix(2, 1), new Float64Array(2))).toThrow(
      new ShapeError("solve: the matrix is 2 × 1; expected a square one."),
    );
    expect(() => solve(Matrix.identity(2), new Float64Array(3))).toThrow(
      new ShapeError("solve: the right-hand side has 3 rows; the matrix has 2."),
    );
    expect(() => solve(Matrix.fromRows([[NaN]]), new Float64Array(1))).toThrow(
      new NotFiniteError("solve: element (0, 0) is NaN; expected finite numbers."),
    );
    expect(() =>
      solve(
        build(3, 3, (i, j) => i + j),
        new Float64Array(3),
      ),
    ).toThrow(new SingularMatrixError("solve: the matrix is singular: pivot 2 of 3 is 0.", 2));
  });
});
