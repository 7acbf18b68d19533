/** What the one-line examples in the documentation may use without saying where it comes from. */
import { affine, compiled, mean, square, type Tensor } from "../../src/autodiff/index.ts";
import { denseBasis } from "../../src/egop/index.ts";
import { layout, Matrix } from "../../src/linalg/index.ts";
import { random } from "../../src/math/index.ts";
import type { Objective } from "../../src/optim/index.ts";

const model = layout({ W: [3, 2], b: [2] });

/** ½(x₀² + 2x₀x₁ + 3x₁²), whose Hessian is [[1, 1], [1, 3]]. */
const objective: Objective = {
  dimension: 2,
  valueAndGradient([x, y], gradientOut): number {
    gradientOut[0] = x + y;
    gradientOut[1] = x + 3 * y;
    return (x * x + 2 * x * y + 3 * y * y) / 2;
  },
  hessianVector(_point, [x, y], out): void {
    out[0] = x + y;
    out[1] = x + 3 * y;
  },
};

/** Made anew for every example, so that one which writes does not change what another reads. */
export function fixtures(): Readonly<Record<string, unknown>> {
  return {
    model,
    objective,
    start: Float64Array.of(1, -2),
    basis: denseBasis(Matrix.fromRows([[0.6, -0.8], [0.8, 0.6]])), // prettier-ignore
    key: random(0),
    matrix: Matrix.fromRows([[1, 2], [3, 4]]), // prettier-ignore
    a: new Float64Array(6),
    b: new Float64Array(6),
    c: new Float64Array(4),
  };
}

/** The data behind the tensors that examples of differentiable operations are written with. */
const inputs = { x: [4, 3], logits: [4, 2], label: [4], losses: [4] } as const;
const data = {
  x: Array.from({ length: 12 }, (_value, k) => 0.5 + k / 8),
  logits: [0, 1, 2, -1, 0.5, 0.25, -2, -2],
  label: [0, 1, 1, 0],
  losses: [1, 2, 3, 6],
};

/** Evaluates an example where tensors exist: inside a trace. A tensor comes back as its elements, all else as it is. */
export function insideTrace(evaluate: (tensors: Readonly<Record<string, unknown>>) => unknown): unknown {
  let plain: unknown;
  const traced = compiled(model, inputs, (p, tensors) => {
    const loss = mean(square(affine(tensors.x, p.W, p.b)));
    const result = evaluate({ p, W: p.W, loss, ...tensors });
    if (isTensor(result)) return result;
    plain = result;
    return loss;
  });
  const elements = traced.on(data)(Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  return plain === undefined ? elements : plain;
}

function isTensor(value: unknown): value is Tensor {
  return typeof value === "object" && value !== null && "graph" in value && "shape" in value;
}
