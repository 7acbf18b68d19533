import { describe, expect, it } from "vitest";
import {
  affine,
  describeProgram,
  differentiable,
  log,
  mean,
  multiply,
  relu,
  square,
  subtract,
  sum,
} from "../../src/autodiff/index.ts";
import { layout } from "../../src/linalg/index.ts";

describe("describeProgram", () => {
  it("shows inputs, constants, kernels with their operations and places, and outputs", () => {
    const model = layout({ W: [4, 3], b: [3] });
    const loss = differentiable(model, { x: [5, 4] }, (p, { x }) => mean(square(relu(affine(x, p.W, p.b)))));
    expect(describeProgram(loss.on({ x: new Float64Array(20) }).program)).toMatchInlineSnapshot(`
      "6 kernels of 11 operations; memory for 61 numbers, 30 of them in blocks; 3 constants of 3 numbers
      %0 [4, 3] input W
      %1 [3] input b
      %2 [5, 4] input x
      %9 [] = constant {value: 15}   constant
      %11 [] = constant {value: 1}   constant
      %12 [] = divide(%11, %9)   constant
      kernel 1
        %3 [5, 3] = matmul(%2, %0) {transposeA: false, transposeB: false}   at 0
      kernel 2, 6 operations on 15 elements
        %4 [5, 3] = add(%3, %1)   in a block
        %5 [5, 3] = relu(%4)   in a block
        %6 [5, 3] = multiply(%5, %5)   at 0
        %18 [5, 3] = multiply(%12, %5)   in a block
        %19 [5, 3] = add(%18, %18)   in a block
        %20 [5, 3] = passWherePositive(%19, %5)   at 15
      kernel 3
        %7 [1, 1] = sumTo(%6) {kept: [1, 1]}   at 30
      kernel 4
        %10 [] = divide(%7, %9)   for the caller
      kernel 5
        %21 [1, 3] = sumTo(%20) {kept: [1, 3]}   for the caller
      kernel 6
        %24 [4, 3] = matmul(%2, %20) {transposeA: true, transposeB: false}   for the caller
      output 0: %10
      output 1: %24
      output 2: %21 as [3]"
    `);
  });
});

describe("checkFinite", () => {
  const model = layout({ w: [3] });
  const loss = differentiable(model, {}, ({ w }) => sum(multiply(log(subtract(w, 1)), 2)), { checkFinite: true }).on(
    {},
  );
  const gradient = new Float64Array(3);

  it("names the first operation that made NaN or an infinity, and the place", () => {
    expect(() => loss.valueAndGradient(Float64Array.of(2, 1, 3), gradient)).toThrow(
      "log of [3] made -Infinity at [1] (%3 of the program); what it read was finite.",
    );
    expect(() => loss.valueAndGradient(Float64Array.of(2, 3, 0.5), gradient)).toThrow("log of [3] made NaN at [2]");
  });

  it("names an input that holds it", () => {
    expect(() => loss.valueAndGradient(Float64Array.of(2, 3, NaN), gradient)).toThrow(
      'The input "w" of the program is NaN at [2].',
    );
  });

  it("changes no bit of a finite evaluation", () => {
    const plain = differentiable(model, {}, ({ w }) => sum(multiply(log(subtract(w, 1)), 2))).on({});
    const point = Float64Array.of(2, 3.7, 5.1);
    const expected = new Float64Array(3);
    expect(loss.valueAndGradient(point, gradient)).toBe(plain.valueAndGradient(point, expected));
    expect([...gradient]).toEqual([...expected]);
  });
});
