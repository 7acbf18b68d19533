import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, NotConvergedError, NotFiniteError, ShapeError } from "../../src/errors.ts";
import { lanczos, type LeadingPairs, type LeadingPairsOptions } from "../../src/linalg/lanczos.ts";
import type { SymmetricOperator } from "../../src/linalg/linear-operator.ts";
import { lobpcg, type LobpcgOptions } from "../../src/linalg/lobpcg.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { spectrum, symmetricWithSpectrum } from "../../src/linalg/prescribed-spectrum.ts";
import { multiply } from "../../src/linalg/product.ts";
import { symmetricEigen } from "../../src/linalg/symmetric-eigen.ts";
import { random } from "../../src/math/random.ts";
import {
  build,
  distance,
  largestEntriesArePositive,
  orthonormality,
  randomMatrix,
  scaled,
  scaledColumns,
} from "./residuals.ts";

type Method = (
  operator: Matrix | SymmetricOperator,
  options: LeadingPairsOptions & { which?: "largest" | "smallest" },
) => LeadingPairs;
const methods: [string, Method][] = [
  ["lanczos", (operator, options) => lanczos(operator, options)],
  ["lobpcg", (operator, options) => lobpcg(operator, options)],
];

/** −1, 2, −1: eigenvalues 2 − 2 cos(kπ/(n + 1)). */
const laplacian = (n: number): SymmetricOperator => ({
  size: n,
  apply: (x, out) => {
    for (let i = 0; i < n; i++) out[i] = 2 * x[i] - (i > 0 ? x[i - 1] : 0) - (i + 1 < n ? x[i + 1] : 0);
  },
});

function expectPairs(matrix: Matrix, found: LeadingPairs, tolerance: number): void {
  const norm = Math.max(...symmetricEigen(matrix).values.map(Math.abs)) || 1;
  const error = distance(
    scaled(multiply(matrix, found.vectors), 1 / norm),
    scaled(scaledColumns(found.vectors, found.values), 1 / norm),
  );
  expect(error).toBeLessThan(tolerance * Math.sqrt(found.values.length) * 2 + 1e-13);
  expect(orthonormality(found.vectors)).toBeLessThan(100);
  expect(largestEntriesArePositive(found.vectors)).toBe(true);
}

describe.each(methods)("%s", (name, method) => {
  it("finds both ends of small spectra, of any kind", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(3), fc.nat(), fc.boolean(), (n, most, seed, largest) => {
        const count = Math.min(n, most);
        const half = randomMatrix(n, n, seed);
        const matrix = build(n, n, (i, j) => half.get(i, j) + half.get(j, i));
        const exact = symmetricEigen(matrix).values;
        const found = method(matrix, { count, which: largest ? "largest" : "smallest", tolerance: 1e-11 });
        const expected = largest ? exact.slice(0, count) : exact.slice(n - count);
        found.values.forEach((value, k) => expect(Math.abs(value - expected[k])).toBeLessThan(1e-10 * n));
        expectPairs(matrix, found, 1e-11);
      }),
      { numRuns: 40 },
    );
  });

  it("finds the leading pairs of a decaying spectrum with few products", () => {
    const values = spectrum(200, { mode: "geometric", condition: 1e10 });
    const matrix = symmetricWithSpectrum(values, random(2));
    const found = method(matrix, { count: 8 });
    found.values.forEach((value, k) => expect(Math.abs(value - values[k])).toBeLessThan(1e-12));
    expectPairs(matrix, found, 1e-10);
    expect(found.products).toBeLessThan(200);
  });

  it("finds multiple eigenvalues as often as they occur, and takes zero and identity", () => {
    const values = new Float64Array(40).fill(0.5);
    values.fill(2, 0, 3);
    const matrix = symmetricWithSpectrum(values, random(3));
    const found = method(matrix, { count: 5 });
    [2, 2, 2, 0.5, 0.5].forEach((value, k) => expect(Math.abs(found.values[k] - value)).toBeLessThan(1e-9));
    expectPairs(matrix, found, 1e-9);
    expect(method(new Matrix(30, 30), { count: 3 }).values).toEqual(new Float64Array(3));
    method(Matrix.identity(30), { count: 3 }).values.forEach((value) =>
      expect(Math.abs(value - 1)).toBeLessThan(1e-14),
    );
    expect(method(new Matrix(0, 0), { count: 0 }).values.length).toBe(0);
  });

  it("refuses bad arguments, and says how far it has come", () => {
    const matrix = Matrix.identity(9);
    expect(() => method(matrix, { count: 10 })).toThrow(
      new ArgumentError(`${name}: count is 10; expected a whole number from 0 to 9.`),
    );
    expect(() => method(matrix, { count: 1, tolerance: 0 })).toThrow(
      new ArgumentError(`${name}: tolerance is 0; expected a positive number.`),
    );
    expect(() => method(new Matrix(2, 3), { count: 1 })).toThrow(
      new ShapeError(`${name}: the matrix is 2 × 3; expected a square one.`),
    );
    expect(() => method({ size: 9, apply: (_x, out) => void out.fill(NaN) }, { count: 1 })).toThrow(
      new NotFiniteError(`${name}: the operator's product has NaN at element 0.`),
    );
  });
});

describe("lanczos", () => {
  it("finds the smallest eigenvalues of a Laplacian, restarting", () => {
    const n = 100;
    const { values } = lanczos(laplacian(n), { count: 3, which: "smallest", basisSize: 30 });
    [3, 2, 1].forEach((k, j) =>
      expect(Math.abs(values[j] - (2 - 2 * Math.cos((k * Math.PI) / (n + 1))))).toBeLessThan(1e-9),
    );
  });

  it("finds the largest magnitudes on both sides", () => {
    const matrix = symmetricWithSpectrum(Float64Array.of(-5, 4, 3, -2, 1, 0, 0.5, 0.1, 0.2, -0.3), random(1));
    const { values } = lanczos(matrix, { count: 3, which: "magnitude" });
    [4, 3, -5].forEach((value, k) => expect(Math.abs(values[k] - value)).toBeLessThan(1e-12));
  });

  it("gives up after the restarts it was given, and wants a basis larger than the count", () => {
    expect(() => lanczos(laplacian(400), { count: 2, which: "smallest", basisSize: 5, maximumRestarts: 3 })).toThrow(
      NotConvergedError,
    );
    expect(() => lanczos(laplacian(400), { count: 2, which: "smallest", basisSize: 5, maximumRestarts: 3 })).toThrow(
      /^lanczos: no convergence after 3 restarts; the largest residual is \S+\.$/,
    );
    expect(() => lanczos(laplacian(40), { count: 3, basisSize: 3 })).toThrow(
      new ArgumentError("lanczos: basisSize is 3; expected a whole number of more than 3."),
    );
  });
});

describe("lobpcg", () => {
  it("is led by a start and a preconditioner", () => {
    const n = 300;
    const expected = [2, 1].map((k) => 2 - 2 * Math.cos((k * Math.PI) / (n + 1)));
    // The exact inverse as preconditioner, by elimination on the tridiagonal matrix.
    const inverse: SymmetricOperator = {
      size: n,
      apply: (x, out) => {
        const pivots = new Float64Array(n);
        for (let i = 0; i < n; i++) {
          pivots[i] = 2 - (i > 0 ? 1 / pivots[i - 1] : 0);
          out[i] = x[i] + (i > 0 ? out[i - 1] / pivots[i - 1] : 0);
        }
        for (let i = n - 1; i >= 0; i--) out[i] = (out[i] + (i + 1 < n ? out[i + 1] : 0)) / pivots[i];
      },
    };
    const options: LobpcgOptions = { count: 2, which: "smallest", preconditioner: inverse };
    const found = lobpcg(laplacian(n), options);
    found.values.forEach((value, k) => expect(Math.abs(value - expected[k])).toBeLessThan(1e-12));
    expect(found.products).toBeLessThan(60);
    const again = lobpcg(laplacian(n), { ...options, start: found.vectors });
    expect(again.products).toBeLessThanOrEqual(6);
  });

  it("gives up after the iterations it was given, and refuses what does not fit", () => {
    const operator = laplacian(100);
    expect(() => lobpcg(operator, { count: 2, which: "smallest", maximumIterations: 4 })).toThrow(
      /^lobpcg: no convergence after 4 iterations; the largest residual is \S+\.$/,
    );
    expect(() => lobpcg(operator, { count: 2, start: new Matrix(100, 1) })).toThrow(
      new ShapeError("lobpcg: the start is 100 × 1; expected 100 × 2."),
    );
    expect(() => lobpcg(operator, { count: 2, preconditioner: laplacian(3) })).toThrow(
      new ArgumentError("lobpcg: the preconditioner has size 3; the operator has 100."),
    );
  });
});

describe.each(methods)("%s at the edges", (name, method) => {
  it("refuses a matrix that is not symmetric, by the pair of entries", () => {
    const matrix = build(40, 40, (i, j) => (i === j ? i : 0));
    matrix.set(7, 3, 1e-9);
    expect(() => method(matrix, { count: 2 })).toThrow(
      new ArgumentError(`${name}: the matrix is not symmetric: entry (7, 3) is 1e-9, entry (3, 7) is 0.`),
    );
    matrix.set(7, 3, 1e-12);
    expect(method(matrix, { count: 2 }).values[0]).toBeCloseTo(39, 9);
  });

  it.each([NaN, Infinity, 1.5, -1])("ends: a bound of %d is refused", (bound) => {
    const bounds = { maximumRestarts: bound, maximumIterations: bound };
    const unknown = name === "lanczos" ? "maximumRestarts" : "maximumIterations";
    // Not symmetric, so that it would never converge.
    const turning: SymmetricOperator = {
      size: 60,
      apply: (x, out) => {
        for (let i = 0; i < 60; i++) out[i] = (i % 7) * x[i] + (i > 0 ? x[i - 1] : 0) - (i < 59 ? x[i + 1] : 0);
      },
    };
    expect(() => method(turning, { count: 2, ...bounds })).toThrow(
      new ArgumentError(`${name}: ${unknown} is ${bound}; expected a whole number of at least 0.`),
    );
  });

  it("refuses a size and an end that are none", () => {
    for (const size of [NaN, -1, 1.5])
      expect(() => method({ size, apply: () => undefined }, { count: 0 })).toThrow(
        new ShapeError(`${name}: the operator's size is ${size}; expected a whole number of at least 0.`),
      );
    const which = "highest" as "largest";
    expect(() => method(laplacian(9), { count: 1, which })).toThrow(ArgumentError);
    expect(() => method(laplacian(9), { count: 1, which })).toThrow(`${name}: which is "highest"; expected one of`);
  });

  it("takes the zero map, multiple eigenvalues, and any number of pairs from none to all", () => {
    expect(method({ size: 60, apply: (_x, out) => void out.fill(0) }, { count: 3 }).values).toEqual(
      new Float64Array(3),
    );
    const double = build(40, 40, (i, j) => (i === j ? 1 + (i % 2) : 0));
    method(double, { count: 5 }).values.forEach((value) => expect(Math.abs(value - 2)).toBeLessThan(1e-13));
    for (const n of [0, 1, 2, 3, 40])
      for (const count of new Set([0, Math.min(1, n), n])) {
        const matrix = build(n, n, (i, j) => (i === j ? i - 1 : 0));
        const { values, vectors } = method(matrix, { count });
        expect([values.length, vectors.rows, vectors.columns]).toEqual([count, n, count]);
        values.forEach((value, k) => expect(Math.abs(value - (n - 2 - k))).toBeLessThan(1e-12 * Math.max(n, 1)));
      }
  });
});
