/** Bad input to operations and transformations, refused while tracing or by the kernel; derivatives at kinks. */
import { describe, expect, it } from "vitest";
import {
  add,
  argmax,
  checkpoint,
  compiled,
  conv2d,
  crossEntropy,
  dropout,
  einsum,
  gather,
  gradient,
  greater,
  huber,
  jvp,
  linearSolve,
  matmul,
  norm,
  relu,
  reshape,
  scan,
  softmaxCrossEntropy,
  sqrt,
  stack,
  stopGradient,
  sum,
  transpose,
  vjp,
  vmap,
  where,
  type Tensor,
} from "../../src/autodiff/index.ts";

import { ArgumentError, ShapeError, SingularMatrixError } from "../../src/errors.ts";
import { layout } from "../../src/linalg/layout.ts";

import { random } from "../../src/math/random.ts";

/** The elements of a function of x at some numbers. */
function at(body: (x: Tensor) => Tensor, ...x: number[]): number[] {
  return [...compiled(layout({ x: [x.length] }), {}, (p) => body(p.x)).on({})(Float64Array.from(x))];
}
describe("bad input", () => {
  const model = layout({ W: [3, 2], b: [2] });
  const refused = (body: (p: Readonly<Record<"W" | "b", Tensor>>) => Tensor, kind: unknown, message: string): void => {
    const action = (): unknown => compiled(model, {}, body);
    expect(action).toThrow(kind);
    expect(action).toThrow(message);
  };

  it("names the user's own line", () => {
    refused((p) => add(p.W, reshape(p.b, [1, 1, 2, 1])), ShapeError, "transformation-errors.test.ts:");
    refused((p) => matmul(p.b, transpose(p.W, [0, 1, 2])), ShapeError, "transformation-errors.test.ts:");
  });

  it("does not differentiate through whole numbers", () => {
    refused((p) => gradient((b: Tensor) => sum(argmax(b)))(p.b), ArgumentError, "argmax: cannot differentiate");
    refused((p) => jvp((b: Tensor) => argmax(b), p.b, p.b).tangent, ArgumentError, "argmax: cannot differentiate");
    const labels = (b: Tensor): Tensor => sum(softmaxCrossEntropy(stack([b, b]), b));
    refused(
      (p) => gradient(labels)(p.b),
      ArgumentError,
      "softmaxCrossEntropy: cannot differentiate through argument 2",
    );
    expect(
      at(
        gradient((x: Tensor) => sum(gather(x, argmax(stopGradient(x))))),
        1,
        3,
        2,
      ),
    ).toEqual([0, 1, 0]);
  });

  it("is refused by each transformation", () => {
    refused((p) => gradient((b: Tensor) => b)(p.b), ShapeError, "gradients of [2]: the output has axes");
    refused((p) => jvp((b: Tensor) => b, p.b, p.W).tangent, ShapeError, "jvp of [2] and [3, 2]");
    refused(
      (p) => jvp((t: readonly Tensor[]) => t[0], [p.b], [p.b, p.b]).tangent,
      ArgumentError,
      "the direction holds",
    );
    refused((p) => vjp((b: Tensor) => b, p.b).pullback(p.W), ShapeError, "vjp of [2] and [3, 2]");
    refused((p) => vmap((b: Tensor) => b, [null])(p.b), ArgumentError, "vmap: no argument holds examples");
    refused((p) => vmap((a: Tensor, b: Tensor) => add(a, b))(p.W, p.b), ShapeError, "different numbers of examples");
    refused(
      (p) => vmap((a: Tensor, b: Tensor) => add(a, b), [0])(p.W, p.b),
      ArgumentError,
      "the axes name 1 arguments",
    );
    refused((p) => vmap((b: Tensor) => b, [1])(p.b), ShapeError, "vmap of [2]: there is no axis 1.");
    refused((p) => gradient((t: readonly Tensor[]) => sum(p.b, t.length))([])[0], ArgumentError, "there is no tensor");
    refused((p) => checkpoint(() => p.b)(), ArgumentError, "needs at least one tensor");
  });

  it("is refused by each operation", () => {
    refused((p) => conv2d(p.W, p.W), ShapeError, "conv2d of [3, 2] and [3, 2]: expected two tensors of 4 axes.");
    refused((p) => einsum("ij,jk", p.W, p.W), ArgumentError, 'the formula is "ij,jk"');
    refused((p) => einsum("ii->i", p.W), ArgumentError, "none twice");
    refused((p) => einsum("ij,jk->ik", p.W, p.W), ShapeError, 'the axis "j" has two lengths');
    refused((p) => einsum("ij->k", p.W), ArgumentError, "does not fit 1 operands");
    refused((p) => einsum("i->i", p.W), ShapeError, 'operand 0 has not the axes "i"');
    refused((p) => stack([p.W, p.b]), ShapeError, "expected tensors of one shape");
    refused((p) => dropout(p.W, 1, random(0)), ArgumentError, "the rate is 1");
    refused((p) => huber(p.W, 0), ArgumentError, "delta is 0");
    refused((p) => norm(p.W, { order: 3 }), ArgumentError, "the order is 3");
    refused((p) => crossEntropy(p.W, p.b, { labelSmoothing: 2 }), ArgumentError, "labelSmoothing is 2");
    refused((p) => linearSolve(p.W, p.b), ShapeError, "expected square matrices, not 3 × 2");
    refused((p) => transpose(p.W, [0, 0]), ShapeError, "does not name each axis once");
    const grown = (s: Tensor, x: Tensor): { state: Tensor; output: Tensor } => ({ state: stack([s]), output: x });
    refused((p) => scan(grown, p.b, p.b).outputs, ShapeError, "the step changed the shape of the state");
    expect(() => at((x) => linearSolve(reshape(x, [2, 2]), sum(reshape(x, [2, 2]), 0)), 0, 1, 0, 1)).toThrow(
      SingularMatrixError,
    );
    const picked = compiled(model, { i: [1] }, (p, { i }) => gather(p.W, i)).on({ i: [3] });
    expect(() => picked(new Float64Array(8))).toThrow("gather: index 0 is 3; expected a whole number from 0 to 2.");
  });

  it("derivatives at kinks are the documented ones", () => {
    expect(
      at(
        gradient((x: Tensor) => sum(relu(x))),
        0,
      ),
    ).toEqual([0]);
    expect(
      at(
        gradient((x: Tensor) => norm(x)),
        0,
        0,
      ),
    ).toEqual([0, 0]);
    expect(at((x) => norm(x), 3e200, 4e200)[0] / 5e200).toBeCloseTo(1, 14);
    expect(at((x) => norm(x), 3e-200, 4e-200)[0] / 5e-200).toBeCloseTo(1, 14);
    expect(
      at(
        gradient((x: Tensor) => sum(sqrt(where(greater(x, 0), x, 1)))),
        -1,
      ),
    ).toEqual([0]);
  });
});
