import { describe, expect, it } from "vitest";
import { householderBasis, kroneckerFactorBasis } from "../../src/egop/index.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { multiply } from "../../src/linalg/product.ts";
import { randomOrthogonal } from "../../src/linalg/random-orthogonal.ts";
import { useWebAssembly } from "../../src/linalg/webassembly/instance.ts";
import { normal, random } from "../../src/math/random.ts";
import { directions, matrixOf } from "./bases.ts";

describe("a Kronecker basis of a large tensor", () => {
  it("has the bits of the two products, whatever computes them, also after its factors have changed", () => {
    const [left, right] = [randomOrthogonal(64, random(1)), randomOrthogonal(40, random(2))];
    const basis = kroneckerFactorBasis([64, 40], { left, right });
    const x = new Matrix(64, 40, normal(random(3), new Float64Array(64 * 40)));
    const out = new Float64Array(64 * 40);
    for (const seed of [4, 5]) {
      basis.pullGradient(x.data, out);
      expect(out).toEqual(multiply(multiply(left, x, { transposeA: true }), right).data);
      basis.pushDirection(x.data, out);
      expect(out).toEqual(multiply(multiply(left, x), right, { transposeB: true }).data);
      left.data.set(randomOrthogonal(64, random(seed)).data);
    }
  });
});

describe("a completed Kronecker basis of a large tensor", () => {
  it("is the Kronecker product of the completed sides, with the same bits with WebAssembly and without", () => {
    const [left, right] = [directions(64, 5, 1), directions(40, 30, 2)];
    const sides = [left, right].map((side) => matrixOf(householderBasis(side)));
    const x = new Matrix(64, 40, normal(random(3), new Float64Array(64 * 40)));
    const results = [true, false].map((choice) => {
      useWebAssembly(choice);
      const basis = kroneckerFactorBasis([64, 40], { left, right });
      expect(basis.cost.operations).toBe(64 * 40 * 4 * (5 + 30));
      const [pushed, pulled] = [0, 0].map(() => new Float64Array(64 * 40));
      basis.pushDirection(x.data, pushed);
      basis.pullGradient(x.data, pulled);
      return { pushed, pulled };
    });
    useWebAssembly(true);
    expect(results[1]).toEqual(results[0]);
    const expected = {
      pushed: multiply(multiply(sides[0], x), sides[1], { transposeB: true }),
      pulled: multiply(multiply(sides[0], x, { transposeA: true }), sides[1]),
    };
    for (const name of ["pushed", "pulled"] as const)
      results[0][name].forEach((value, k) => expect(value).toBeCloseTo(expected[name].data[k], 12));
  });
});
