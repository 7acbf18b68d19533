/** `out` of the decompositions: an earlier result is overwritten with the bits of a new one, and small ones allocate nothing. */
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import {
  Cholesky,
  cholesky,
  generalEigen,
  gram,
  householderQR,
  kroneckerMultiply,
  kroneckerProduct,
  ldlt,
  LU,
  lu,
  Matrix,
  pivotedQR,
  singularValueDecomposition,
  singularValues,
  SingularValueDecomposition,
  SymmetricEigen,
  symmetricEigen,
  useWebAssembly,
} from "../../src/linalg/index.ts";
import { ArgumentError, NotFiniteError, ShapeError } from "../../src/errors.ts";
import { overlap } from "../../src/linalg/result-space.ts";
import { build, randomMatrix } from "./residuals.ts";

type Kind = "any" | "square" | "symmetric" | "definite";

interface Routine {
  readonly kind: Kind;
  /** The decomposition, into an earlier one where given. */
  readonly run: (matrix: Matrix, out?: object) => object;
  /** The message for an earlier one of a 3 × 3 matrix where the matrix is 4 × 4. */
  readonly other: string;
  /** Up to which size nothing is allocated. */
  readonly silent: number;
}

function routine<Result extends object>(
  kind: Kind,
  run: (matrix: Matrix, options: { readonly out?: Result }) => Result,
  other: string,
  silent: number,
): Routine {
  return { kind, run: (matrix, out) => run(matrix, out === undefined ? {} : { out: out as Result }), other, silent };
}

const factor = Matrix.fromRows([[1, 2]]);
const routines: Readonly<Record<string, Routine>> = {
  cholesky: routine("definite", cholesky, "cholesky: out.l is 3 × 3; the factor is 4 × 4.", 32),
  lu: routine("square", lu, "lu: out.packed is 3 × 3; the factorization is 4 × 4.", 32),
  ldlt: routine("symmetric", ldlt, "ldlt: out.l is 3 × 3; the factor is 4 × 4.", 0),
  householderQR: routine("any", householderQR, "householderQR: out.packed is 3 × 3; the factorization is 4 × 4.", 30),
  pivotedQR: routine("any", pivotedQR, "pivotedQR: out.factors.packed is 3 × 3; the factorization is 4 × 4.", 0),
  symmetricEigen: routine(
    "symmetric",
    (matrix, options: { readonly out?: SymmetricEigen }) =>
      symmetricEigen(matrix, { ...options, method: "tridiagonal" }),
    "symmetricEigen: out.vectors is 3 × 3; the decomposition is 4 × 4.",
    32,
  ),
  "symmetricEigen by Jacobi": routine(
    "symmetric",
    (matrix, options: { readonly out?: SymmetricEigen }) => symmetricEigen(matrix, { ...options, method: "jacobi" }),
    "symmetricEigen: out.vectors is 3 × 3; the decomposition is 4 × 4.",
    0,
  ),
  singularValueDecomposition: routine(
    "any",
    (matrix, options: { readonly out?: SingularValueDecomposition }) =>
      singularValueDecomposition(matrix, { ...options, method: "bidiagonal" }),
    "singularValueDecomposition: out.values has 3 elements; the decomposition has 4.",
    32,
  ),
  "singularValueDecomposition by Jacobi": routine(
    "any",
    (matrix, options: { readonly out?: SingularValueDecomposition }) =>
      singularValueDecomposition(matrix, { ...options, method: "jacobi" }),
    "singularValueDecomposition: out.values has 3 elements; the decomposition has 4.",
    0,
  ),
  singularValues: routine(
    "any",
    (matrix, options: { readonly out?: Float64Array }) => singularValues(matrix, { ...options, method: "bidiagonal" }),
    "singularValues: out has 3 elements; the result has 4.",
    32,
  ),
  generalEigen: routine("square", generalEigen, "generalEigen: out.real has 3 elements; the decomposition has 4.", 0),
  "kroneckerProduct of two": routine(
    "any",
    (matrix, options: { readonly out?: Matrix }) => kroneckerProduct([factor, matrix], options),
    "kroneckerProduct: out is 3 × 6; the product is 4 × 8.",
    40,
  ),
  "kroneckerProduct of three": routine(
    "any",
    (matrix, options: { readonly out?: Matrix }) => kroneckerProduct([factor, matrix, factor], options),
    "kroneckerProduct: out is 3 × 12; the product is 4 × 16.",
    0,
  ),
  kroneckerMultiply: routine(
    "any",
    (matrix, options: { readonly out?: Float64Array }) =>
      kroneckerMultiply([matrix, factor], matrixVector(2 * matrix.columns), options),
    "kroneckerMultiply: out has 3 elements; the product has 4.",
    0,
  ),
};

const matrixVector = (length: number): Float64Array => Float64Array.from({ length }, (_value, k) => k - 1.5);

function matrixOf(kind: Kind, m: number, n: number, seed: number): Matrix {
  if (kind === "any") return randomMatrix(m, n, seed);
  const square = randomMatrix(n, n, seed);
  if (kind === "square") return square;
  if (kind === "symmetric") return build(n, n, (i, j) => square.get(Math.max(i, j), Math.min(i, j)));
  const result = gram(square);
  for (let i = 0; i < n; i++) result.set(i, i, result.get(i, i) + 1);
  return result;
}

/** Every number of a result, to the bit. */
const bits = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_name, part: unknown) =>
      part instanceof Float64Array ? Array.from(new BigInt64Array(part.slice().buffer), String) : part,
    ),
  );

/** Elements of all arrays that a run makes, views of what is there apart. */
function allocated(run: () => unknown): number {
  const originals = { Float64Array, Int32Array };
  let elements = 0;
  for (const [name, original] of Object.entries(originals))
    (globalThis as Record<string, unknown>)[name] = new Proxy(original, {
      construct(target, given: unknown[], made) {
        const array = Reflect.construct(target, given, made as () => unknown) as Float64Array;
        if (!(given[0] instanceof ArrayBuffer)) elements += array.length;
        return array;
      },
    });
  try {
    run();
    return elements;
  } finally {
    Object.assign(globalThis, originals);
  }
}

describe.each(Object.entries(routines))("out of %s", (name, { kind, run, other, silent }) => {
  afterEach(() => void useWebAssembly(true));

  it("is returned with the bits of a new result, whatever it held", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 0, max: 40 }),
        fc.nat(),
        fc.boolean(),
        (m, n, seed, webAssembly) => {
          useWebAssembly(webAssembly);
          const earlier = run(matrixOf(kind, m, n, seed + 1));
          const matrix = matrixOf(kind, m, n, seed);
          const expected = bits(run(matrix));
          const result = run(matrix, earlier);
          expect(result).toBe(earlier);
          expect(bits(result)).toEqual(expected);
          // Once more, from NaN everywhere.
          for (const part of arraysOf(result)) part.fill(NaN);
          expect(bits(run(matrix, result))).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("is returned with the bits of a new result by the blocked routines, too", () => {
    // Beyond 512 rows, LU and Cholesky go on in the matrix itself.
    const n = name === "lu" || name === "cholesky" ? 530 : name.startsWith("kronecker") ? 60 : 130;
    const [earlier, matrix] = [run(matrixOf(kind, n + 7, n, 1)), matrixOf(kind, n + 7, n, 2)];
    const expected = bits(run(matrix));
    expect(run(matrix, earlier)).toBe(earlier);
    expect(bits(earlier)).toEqual(expected);
  });

  it("must have the result's shape", () => {
    const earlier = run(matrixOf(kind, 3, 3, 1));
    const matrix = matrixOf(kind, 4, 4, 2);
    expect(() => run(matrix, earlier)).toThrow(ShapeError);
    expect(() => run(matrix, earlier)).toThrow(other);
  });

  it.skipIf(name.startsWith("kronecker"))("is left as it was where the matrix is refused", () => {
    const earlier = run(matrixOf(kind, 4, 4, 1));
    const before = bits(earlier);
    const matrix = matrixOf(kind, 4, 4, 2);
    matrix.data[0] = NaN;
    expect(() => run(matrix, earlier)).toThrow(NotFiniteError);
    expect(bits(earlier)).toEqual(before);
    if (kind !== "symmetric" && kind !== "definite") return;
    matrix.data[0] = 1;
    matrix.data[11] += 1;
    expect(() => run(matrix, earlier)).toThrow("the matrix is not symmetric");
    expect(bits(earlier)).toEqual(before);
  });

  it.runIf(silent > 0)("spares all allocation for small matrices", () => {
    for (const n of [2, 3, 4, 8, 9, 16, silent]) {
      const [matrix, next] = [1, 2].map((seed) => matrixOf(kind, n, n, seed));
      const earlier = run(matrix);
      run(next, earlier);
      const least = n === 2 && name.startsWith("singular") ? 10 : n <= 8 ? 2 * n : 0;
      expect(allocated(() => run(next, earlier))).toBeLessThanOrEqual(least);
    }
  });
});

function arraysOf(value: unknown): Float64Array[] {
  if (value instanceof Float64Array) return [value];
  return typeof value !== "object" || value === null ? [] : Object.values(value).flatMap(arraysOf);
}

it("out may not have the matrix's own elements", () => {
  const matrix = matrixOf("definite", 3, 3, 1);
  const own = (part: Matrix): Float64Array => part.data;
  const [q, l, packed] = [householderQR(matrix), cholesky(matrix), lu(matrix)];
  const general = generalEigen(matrix);
  const attempts: Readonly<Record<string, () => unknown>> = {
    cholesky: () => cholesky(l.l, { out: l }),
    lu: () => lu(packed.packed, { out: packed }),
    ldlt: (
      (out) => () =>
        ldlt(out.l, { out })
    )(ldlt(matrix)),
    householderQR: () => householderQR(q.packed, { out: q }),
    pivotedQR: (
      (out) => () =>
        pivotedQR(out.factors.packed, { out })
    )(pivotedQR(matrix)),
    symmetricEigen: () => symmetricEigen(matrix, { out: new SymmetricEigen(new Float64Array(3), matrix) }),
    singularValueDecomposition: () =>
      singularValueDecomposition(matrix, {
        out: new SingularValueDecomposition(new Float64Array(3), matrix, new Matrix(3, 3)),
      }),
    singularValues: () => {
      const column = randomMatrix(1, 1, 1);
      return singularValues(column, { out: own(column) });
    },
    generalEigen: () => generalEigen(general.vectors.real, { out: general }),
    kroneckerProduct: () => kroneckerProduct([matrix, Matrix.identity(1)], { out: matrix }),
    "HouseholderQR.q": () => q.q({ out: q.packed }),
    "HouseholderQR.r": () => q.r({ out: q.packed }),
  };
  for (const [name, attempt] of Object.entries(attempts)) {
    expect(attempt).toThrow(ArgumentError);
    expect(attempt).toThrow(`${name}: out has the matrix's elements, which are still read while it is written.`);
  }
});

it("out may not be another view of the matrix's elements, nor of some of them", () => {
  const buffer = new Float64Array(40);
  const view = (rows: number, columns: number, at: number): Matrix =>
    new Matrix(rows, columns, buffer.subarray(at, at + rows * columns));
  const fill = (): Matrix => {
    buffer.set(matrixOf("definite", 3, 3, 1).data, 4);
    return view(3, 3, 4);
  };
  for (const at of [0, 4, 5, 12]) {
    const before = fill().data.slice();
    const attempts = [
      () => cholesky(fill(), { out: new Cholesky(view(3, 3, at), 1) }),
      () => lu(fill(), { out: new LU(view(3, 3, at), new Int32Array(3), 1) }),
      () => symmetricEigen(fill(), { out: new SymmetricEigen(new Float64Array(3), view(3, 3, at)) }),
      () => singularValues(fill(), { out: buffer.subarray(at, at + 3) }),
      () => kroneckerProduct([fill()], { out: view(3, 3, at) }),
      () => kroneckerMultiply([fill()], new Float64Array(3), { out: buffer.subarray(at, at + 3) }),
    ];
    for (const attempt of attempts) {
      // Three elements from 0 on end before the matrix.
      if (at === 0 && /singularValues|kroneckerMultiply/.test(String(attempt))) continue;
      expect(attempt).toThrow("out has the matrix's elements, which are still read while it is written.");
      expect(view(3, 3, 4).data).toEqual(before);
    }
  }
  expect(cholesky(fill(), { out: new Cholesky(view(3, 3, 13), 1) }).l.data.byteOffset).toBe(8 * 13);
  const [own, other] = [Float64Array.of(NaN), Float64Array.of(NaN)];
  expect(overlap(own, new Float64Array(own.buffer))).toBe(true);
  expect(overlap(own, other)).toBe(false);
  expect([own[0], other[0]]).toEqual([NaN, NaN]);
});

describe("out of HouseholderQR's q and r", () => {
  it("is overwritten with the bits of a new one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 }), fc.nat(), (m, n, seed) => {
        const factors = householderQR(randomMatrix(m, n, seed));
        for (const full of [false, true]) {
          const expected = factors.q({ full });
          const out = new Matrix(expected.rows, expected.columns, new Float64Array(expected.data.length).fill(NaN));
          expect(factors.q({ full, out })).toBe(out);
          expect(bits(out)).toEqual(bits(expected));
        }
        const expected = factors.r();
        const out = new Matrix(expected.rows, expected.columns, new Float64Array(expected.data.length).fill(NaN));
        expect(factors.r({ out })).toBe(out);
        expect(bits(out)).toEqual(bits(expected));
      }),
      { numRuns: 40 },
    );
  });

  it("must have the shape", () => {
    const factors = householderQR(randomMatrix(4, 3, 1));
    expect(() => factors.q({ out: new Matrix(4, 4) })).toThrow("HouseholderQR.q: out is 4 × 4; Q is 4 × 3.");
    expect(() => factors.r({ out: new Matrix(4, 3) })).toThrow("HouseholderQR.r: out is 4 × 3; R is 3 × 3.");
  });
});

describe("kroneckerMultiply", () => {
  it("takes the vector itself as out", () => {
    const [a, b] = [randomMatrix(3, 3, 1), randomMatrix(4, 4, 2)];
    const x = matrixVector(12);
    const expected = kroneckerMultiply([a, b], x);
    expect(kroneckerMultiply([a, b], x, { out: x })).toBe(x);
    expect(bits(x)).toEqual(bits(expected));
    expect(kroneckerMultiply([], Float64Array.of(5))).toEqual(Float64Array.of(5));
    // A vector that begins within the last one.
    const shared = new Float64Array(13);
    for (const [from, to] of [
      [0, 1],
      [1, 0],
    ]) {
      shared.set(matrixVector(12), from);
      const result = kroneckerMultiply([build(12, 12, (i, j) => i + j)], shared.subarray(from, from + 12), {
        out: shared.subarray(to, to + 12),
      });
      expect(result).toEqual(kroneckerMultiply([build(12, 12, (i, j) => i + j)], matrixVector(12)));
    }
  });

  it("of no factors is written where it is wanted", () => {
    const out = new Matrix(1, 1);
    expect(kroneckerProduct([], { out })).toBe(out);
    expect(out.get(0, 0)).toBe(1);
    expect(kroneckerProduct().get(0, 0)).toBe(1);
  });
});
