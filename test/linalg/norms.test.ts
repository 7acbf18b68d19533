import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NotFiniteError } from "../../src/errors.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { estimateOneNorm } from "../../src/linalg/norm-estimate.ts";
import { euclideanNorm, frobeniusNorm, infinityNorm, oneNorm } from "../../src/linalg/entry-norms.ts";
import { spectralNorm } from "../../src/linalg/spectral-norm.ts";
import { multiplyVector } from "../../src/linalg/product.ts";
import { pseudoInverse } from "../../src/linalg/pseudo-inverse.ts";
import { scaledProduct } from "../../src/linalg/scaled-product.ts";
import { normal, random } from "../../src/math/random.ts";
import { randomMatrix, roundoff, scaled } from "./residuals.ts";

const sizes = [fc.nat(8), fc.nat(8), fc.nat()] as const;
const near = (value: number, expected: number): void =>
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(20 * roundoff * Math.abs(expected));

describe("the norms", () => {
  it("are what their definitions say", () => {
    fc.assert(
      fc.property(...sizes, (rows, columns, seed) => {
        const a = randomMatrix(rows, columns, seed);
        const sum = (values: number[]): number => values.reduce((total, value) => total + Math.abs(value), 0);
        near(infinityNorm(a), Math.max(0, ...a.toRows().map(sum)));
        near(oneNorm(a), columns === 0 ? 0 : Math.max(0, ...a.transpose().toRows().map(sum)));
        near(frobeniusNorm(a), Math.hypot(...a.data));
        near(euclideanNorm(a.data), Math.hypot(...a.data));
        expect(spectralNorm(a)).toBeLessThanOrEqual(frobeniusNorm(a) * (1 + 20 * roundoff));
        expect(spectralNorm(a) ** 2).toBeLessThanOrEqual(oneNorm(a) * infinityNorm(a) * (1 + 20 * roundoff));
      }),
    );
  });

  it("neither overflow nor underflow where the norm does not", () => {
    for (const size of [1e300, 1e-300, 1e-310]) {
      const a = Matrix.fromRows([
        [3 * size, 0],
        [0, 4 * size],
      ]);
      near(frobeniusNorm(a) / size, 5);
      near(euclideanNorm(Float64Array.of(3 * size, 4 * size)) / size, 5);
      near(spectralNorm(a) / size, 4);
      near(oneNorm(a) / size, 4);
      near(infinityNorm(a) / size, 4);
    }
    expect(oneNorm(Matrix.fromRows([[1.7e308], [1.7e308]]))).toBe(Infinity);
  });

  it("scale with powers of two bit for bit", () => {
    fc.assert(
      fc.property(...sizes, fc.integer({ min: -400, max: 400 }), (rows, columns, seed, power) => {
        const a = randomMatrix(rows, columns, seed);
        for (const norm of [oneNorm, infinityNorm, frobeniusNorm, spectralNorm])
          expect(norm(scaled(a, 2 ** power))).toBe(norm(a) * 2 ** power);
      }),
    );
  });

  it("name an entry that is not finite", () => {
    const bad = Matrix.fromRows([[0, NaN]]);
    for (const norm of [oneNorm, infinityNorm, frobeniusNorm, spectralNorm])
      expect(() => norm(bad)).toThrow(
        new NotFiniteError(`${norm.name}: element (0, 1) is NaN; expected finite numbers.`),
      );
    expect(() => euclideanNorm(bad.data)).toThrow(
      new NotFiniteError("euclideanNorm: element 1 is NaN; expected finite numbers."),
    );
  });
});

describe("estimateOneNorm", () => {
  it("is at most the norm, never below a fifth of it here, and mostly the norm of inverses", () => {
    let exact = 0;
    for (let seed = 0; seed < 500; seed++) {
      const n = 1 + (seed % 12);
      const a = pseudoInverse(new Matrix(n, n, normal(random(seed), new Float64Array(n * n))));
      const estimate = estimateOneNorm(
        n,
        (x) => x.set(multiplyVector(a, x)),
        (x) => x.set(multiplyVector(a, x, { transpose: true })),
      );
      const norm = oneNorm(a);
      expect(estimate).toBeLessThanOrEqual(norm * (1 + 20 * roundoff));
      expect(estimate).toBeGreaterThanOrEqual(norm / 5);
      if (estimate > norm * (1 - 1e-12)) exact++;
    }
    expect(exact).toBeGreaterThan(350);
  });

  it("is 0 for nothing and Infinity for what is not finite", () => {
    const nothing = (): void => undefined;
    expect(estimateOneNorm(0, nothing, nothing)).toBe(0);
    for (const bad of [NaN, Infinity]) {
      const spoil = (x: Float64Array): void => void x.fill(bad);
      expect(estimateOneNorm(1, spoil, spoil)).toBe(Infinity);
      expect(estimateOneNorm(3, spoil, spoil)).toBe(Infinity);
      expect(estimateOneNorm(3, nothing, spoil)).toBe(1);
    }
  });
});

describe("scaledProduct", () => {
  it("does not overflow or underflow on the way", () => {
    expect(scaledProduct(Float64Array.of(1e300, 1e300, 1e-300, 1e-300))).toBeCloseTo(1, 12);
    expect(scaledProduct(Float64Array.of(5e-324, 2 ** 1000, 2 ** 74))).toBe(1);
    expect(scaledProduct(Float64Array.of(1e300, -1e300))).toBe(-Infinity);
    expect(scaledProduct(Float64Array.of(1e-300, 1e-300))).toBe(0);
    expect(scaledProduct(Float64Array.of(2, 0, 3))).toBe(0);
    expect(scaledProduct(new Float64Array(0))).toBe(1);
  });
});
