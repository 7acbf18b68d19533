import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../src/errors.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import {
  gram,
  multiply,
  multiplyVector,
  planProduct,
  planSymmetricProduct,
  type ProductDescription,
} from "../../src/linalg/product.ts";
import { useWebAssembly } from "../../src/linalg/webassembly/instance.ts";

/** Numbers of very different sizes and both signs, so that another order of summation shows in the bits. */
function numbers(length: number, seed: number): Float64Array {
  let state = seed | 1;
  return Float64Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state / 2 ** 31) * 2 ** ((state >>> 4) % 30);
  });
}

/** The definition: c[i][j] = ((c₀ + a₀b₀) + a₁b₁) + …, everything by index. */
function naive(
  sizes: Required<ProductDescription>,
  a: Float64Array,
  aOffset: number,
  b: Float64Array,
  bOffset: number,
  c: Float64Array,
  cOffset: number,
): void {
  const { rows, columns, inner, transposeA, transposeB, accumulate, strideA, strideB, strideC } = sizes;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      let sum = accumulate ? c[cOffset + i * strideC + j] : 0;
      for (let p = 0; p < inner; p++)
        sum +=
          a[aOffset + (transposeA ? p * strideA + i : i * strideA + p)] *
          b[bOffset + (transposeB ? j * strideB + p : p * strideB + j)];
      c[cOffset + i * strideC + j] = sum;
    }
}

const matrixOf = (rows: number, columns: number, seed = 1): Matrix =>
  new Matrix(rows, columns, numbers(rows * columns, seed));

/** Bit for bit: -0 is not 0, NaN is NaN; a loop, as `toEqual` is slow on long arrays. */
function expectSameBits(actual: Float64Array, expected: Float64Array): void {
  expect(actual.length).toBe(expected.length);
  const at = actual.findIndex((value, index) => !Object.is(value, expected[index]));
  if (at >= 0) throw new Error(`element ${at} is ${actual[at]}; expected ${expected[at]}`);
}

function checkAgainstNaive(description: ProductDescription, gap: number, offset: number, seed: number): void {
  const { rows, columns, inner, transposeA = false, transposeB = false, accumulate = false } = description;
  const strideA = (transposeA ? rows : inner) + gap;
  const strideB = (transposeB ? inner : columns) + gap;
  const strideC = columns + gap;
  const sizes = { rows, columns, inner, transposeA, transposeB, accumulate, strideA, strideB, strideC };
  const a = numbers(offset + strideA * (transposeA ? inner : rows), seed);
  const b = numbers(offset + strideB * (transposeB ? columns : inner), seed + 2);
  const c = numbers(offset + strideC * rows + 3, seed + 4);
  const expected = c.slice();
  const product = planProduct(sizes);
  // Twice: a plan must not remember its last run.
  for (let run = 0; run < 2; run++) {
    product(a, offset, b, offset, c, offset);
    naive(sizes, a, offset, b, offset, expected, offset);
    // The whole array: what lies before, behind and between the rows of C is not touched.
    expectSameBits(c, expected);
  }
}

describe.each([false, true])("planProduct with WebAssembly: %s", (webAssembly) => {
  beforeAll(() => expect(useWebAssembly(webAssembly)).toBe(webAssembly));
  afterAll(() => useWebAssembly(true));
  const flags = { transposeA: fc.boolean(), transposeB: fc.boolean(), accumulate: fc.boolean() };

  it("gives the bits of the triple loop, for every remainder of the tile", () => {
    const sizes = fc.record({ rows: fc.nat(13), columns: fc.nat(13), inner: fc.nat(13), ...flags });
    fc.assert(
      fc.property(sizes, fc.nat(3), fc.nat(5), fc.nat(), (description, gap, offset, seed) =>
        checkAgainstNaive(description, gap, offset, seed),
      ),
      { numRuns: 3000 },
    );
  });

  it("gives them for every remainder at the sizes where WebAssembly is worth its copies", () => {
    const size = fc.integer({ min: 13, max: 30 });
    const sizes = fc.record({ rows: size, columns: size, inner: size, ...flags });
    fc.assert(
      fc.property(sizes, fc.nat(3), fc.nat(5), fc.nat(), (description, gap, offset, seed) =>
        checkAgainstNaive(description, gap, offset, seed),
      ),
      { numRuns: 300 },
    );
  });

  it("gives them across the borders of the blocks", () => {
    const sizes = fc.record({
      rows: fc.nat(20),
      columns: fc.constantFrom(47, 48, 49, 511, 512, 513, 519),
      inner: fc.constantFrom(1, 255, 256, 257, 511, 513, 770),
      ...flags,
    });
    fc.assert(
      fc.property(sizes, fc.nat(2), fc.nat(), (description, gap, seed) => checkAgainstNaive(description, gap, 0, seed)),
      { numRuns: 30 },
    );
  });

  it("lets NaN and infinities reach just the elements that they belong to", () => {
    const a = Float64Array.of(1, NaN, 2, 3);
    const b = Float64Array.of(1, Infinity, 0, 1);
    const c = new Float64Array(4);
    planProduct({ rows: 2, columns: 2, inner: 2 })(a, 0, b, 0, c, 0);
    expectSameBits(c, Float64Array.of(NaN, NaN, 2, Infinity));
  });

  it("refuses sizes and strides that describe no matrix", () => {
    for (const size of [-1, 1.5, NaN])
      expect(() => planProduct({ rows: 1, columns: size, inner: 1 })).toThrow(
        new ArgumentError(`planProduct: columns is ${size}; expected a whole number of at least 0.`),
      );
    expect(() => planProduct({ rows: 2, columns: 3, inner: 4, transposeB: true, strideB: 3 })).toThrow(
      new ArgumentError("planProduct: strideB is 3; expected a whole number of at least 4."),
    );
  });
});

describe("multiply", () => {
  it("reads its operands as transposes on request", () => {
    const a = matrixOf(5, 7);
    const b = matrixOf(7, 6, 3);
    const expected = multiply(a, b);
    expectSameBits(multiply(a.transpose(), b, { transposeA: true }).data, expected.data);
    expectSameBits(multiply(a, b.transpose(), { transposeB: true }).data, expected.data);
    expectSameBits(multiply(b, a, { transposeA: true, transposeB: true }).data, expected.transpose().data);
  });

  it("multiplies what one computes by hand", () => {
    const product = multiply(
      Matrix.fromRows([
        [1, 2],
        [3, 4],
      ]),
      Matrix.fromRows([
        [5, 6],
        [7, 8],
      ]),
    );
    expect(product.toRows()).toEqual([
      [19, 22],
      [43, 50],
    ]);
    expect(multiply(new Matrix(2, 0), new Matrix(0, 3))).toEqual(new Matrix(2, 3));
  });

  it("overwrites and returns `out`", () => {
    const out = matrixOf(2, 3);
    expect(multiply(Matrix.identity(2), new Matrix(2, 3), { out })).toBe(out);
    expect(out).toEqual(new Matrix(2, 3));
  });

  it("refuses operands that do not fit, and an `out` that is one of them", () => {
    const a = matrixOf(2, 3);
    expect(() => multiply(a, a)).toThrow(
      new ShapeError("multiply: the product of 2 × 3 and 2 × 3 does not exist; the inner sizes must agree."),
    );
    expect(() => multiply(a, a, { transposeB: true, out: a })).toThrow(
      new ShapeError("multiply: out is 2 × 3; the product is 2 × 2."),
    );
    const square = matrixOf(2, 2);
    const message = "multiply: out is one of the operands, which are still read while it is written.";
    expect(() => multiply(square, Matrix.identity(2), { out: square })).toThrow(new ArgumentError(message));
  });
});

describe("multiplyVector", () => {
  it("gives the bits of the product with a one-column matrix, both ways", () => {
    fc.assert(
      fc.property(fc.nat(30), fc.nat(30), fc.nat(), (rows, columns, seed) => {
        const a = matrixOf(rows, columns, seed);
        for (const transpose of [false, true]) {
          const x = numbers(transpose ? rows : columns, seed + 1);
          const expected = new Float64Array(transpose ? columns : rows);
          const shape = { rows: expected.length, columns: 1, inner: x.length, transposeA: transpose };
          const rest = { transposeB: false, accumulate: false, strideA: columns, strideB: 1, strideC: 1 };
          naive({ ...shape, ...rest }, a.data, 0, x, 0, expected, 0);
          const out = numbers(expected.length, 9);
          expect(multiplyVector(a, x, { transpose, out })).toBe(out);
          expectSameBits(out, expected);
          expectSameBits(multiplyVector(a, x, { transpose }), expected);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("refuses vectors that do not fit, and an `out` that is an operand", () => {
    const a = matrixOf(2, 3);
    expect(() => multiplyVector(a, new Float64Array(2))).toThrow(
      new ShapeError("multiplyVector: the vector has 2 elements; the matrix needs 3."),
    );
    expect(() => multiplyVector(a, new Float64Array(2), { transpose: true, out: new Float64Array(2) })).toThrow(
      new ShapeError("multiplyVector: out has 2 elements; the product has 3."),
    );
    const x = new Float64Array(2);
    expect(() => multiplyVector(Matrix.identity(2), x, { out: x })).toThrow(
      new ArgumentError("multiplyVector: out is one of the operands, which are still read while it is written."),
    );
  });
});

describe.each([false, true])("planSymmetricProduct with WebAssembly: %s", (webAssembly) => {
  beforeAll(() => {
    useWebAssembly(webAssembly);
  });
  afterAll(() => {
    useWebAssembly(true);
  });

  it("makes the bits of the whole product", () => {
    const sides = fc.record({
      side: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 70 })),
      inner: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 90 })),
      transposeA: fc.boolean(),
      accumulate: fc.boolean(),
      gap: fc.integer({ min: 0, max: 3 }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(sides, ({ side, inner, transposeA, accumulate, gap, seed }) => {
        const description = {
          ...{ rows: side, columns: side, inner, transposeA, transposeB: !transposeA, accumulate },
          strideC: side + gap,
        };
        const a = numbers(side * inner + 2, seed);
        const before = numbers(5 + side * (side + gap), seed + 1);
        for (let i = 0; i < side; i++)
          for (let j = 0; j < i; j++) before[5 + i * (side + gap) + j] = before[5 + j * (side + gap) + i];
        const [whole, half] = [before.slice(), before.slice()];
        planProduct(description)(a, 2, a, 2, whole, 5);
        planSymmetricProduct(description)(a, 2, a, 2, half, 5);
        expectSameBits(half, whole);
      }),
      { numRuns: 60 },
    );
  });
});

describe("gram", () => {
  it("gives the bits of aᵀ·a, and a symmetric matrix", () => {
    fc.assert(
      fc.property(fc.nat(20), fc.oneof(fc.nat(20), fc.constantFrom(511, 513, 520)), fc.nat(), (rows, columns, seed) => {
        const a = matrixOf(rows, columns, seed);
        expectSameBits(gram(a).data, multiply(a, a, { transposeA: true }).data);
      }),
      { numRuns: 60 },
    );
  });

  it("goes on across blocks of the inner index", () => {
    const a = matrixOf(600, 9);
    const out = matrixOf(9, 9);
    expect(gram(a, { out })).toBe(out);
    expectSameBits(out.data, multiply(a, a, { transposeA: true }).data);
  });

  it("refuses an `out` that does not fit or is the operand", () => {
    const a = matrixOf(2, 2);
    expect(() => gram(a, { out: new Matrix(2, 3) })).toThrow(
      new ShapeError("gram: out is 2 × 3; the product is 2 × 2."),
    );
    expect(() => gram(a, { out: a })).toThrow(
      new ArgumentError("gram: out is one of the operands, which are still read while it is written."),
    );
  });
});
