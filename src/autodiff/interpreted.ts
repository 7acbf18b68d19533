/**
 * Reverse mode for small bundles: the loss and its gradient as `differentiable` gives them, to the bit, but evaluated
 * node after node, each into memory of its own. Nothing is fused, planned or compiled and WebAssembly is not used, so an
 * application that has a small network carries a quarter of the code. Products run by plain loops, up to some ten times
 * slower; memory is that of all values at once.
 */
import { ArgumentError } from "../errors.ts";
import type { Layout } from "../linalg/layout.ts";
import { checkedCopy } from "./data.ts";
import { planPlainProduct } from "./plain-product.ts";
import { gradients } from "./reverse.ts";
import type { Operand, Tensor } from "./tensor.ts";
import { traceLoss, type Data, type InputShapes, type Traced } from "./trace.ts";

/** A traced loss that is interpreted, before it has its data. */
export interface InterpretedLoss<Inputs extends InputShapes> {
  readonly layout: Layout;
  /** The loss on this data: an Objective. The numbers are copied. Throws as `on` of `differentiable` does. */
  on(data: Data<Inputs>): {
    readonly dimension: number;
    readonly layout: Layout;
    valueAndGradient(point: Float64Array, gradientOut: Float64Array): number;
  };
}

/**
 * A loss with an exact gradient, as `differentiable` makes it and with the same bits, in little code: for pages that bundle
 * a small network. Without Hessian products, batches and losses of single examples, and slower. Throws as `differentiable`.
 *
 * @example interpreted(model, {}, (p) => sum(square(p.b))).on({}).valueAndGradient(new Float64Array(8).fill(2), new Float64Array(8)) // 8
 */
export function interpreted<Name extends string, const Inputs extends InputShapes>(
  parameters: Layout<Name>,
  inputs: Inputs,
  loss: Traced<Name, Inputs>,
): InterpretedLoss<Inputs> {
  const traced = traceLoss("interpreted", parameters, inputs, loss);
  const outputs = [traced.output, ...gradients(traced.output, traced.parameters)];
  traced.graph.close();
  const { tensors } = parameters;
  return {
    layout: parameters,
    on(data) {
      const { operands, kernels } = kernelsOf(outputs);
      const [value, ...gradient] = outputs.map(operands);
      Object.entries(inputs).forEach(([name, shape], k) => {
        operands(traced.inputs[k]).array.set(checkedCopy(name, shape, data[name]));
      });
      const places = traced.parameters.map(operands);
      return {
        dimension: parameters.size,
        layout: parameters,
        valueAndGradient(point, gradientOut) {
          parameters.check(point, "valueAndGradient: point");
          parameters.check(gradientOut, "valueAndGradient: gradientOut");
          if (point === gradientOut) throw new ArgumentError("valueAndGradient: gradientOut is the point's own array.");
          tensors.forEach(({ offset, size }, t) => places[t].array.set(point.subarray(offset, offset + size)));
          for (const run of kernels) run();
          tensors.forEach(({ offset }, t) => gradientOut.set(gradient[t].array, offset));
          return value.array[0];
        },
      };
    },
  };
}

/** The kernels of all nodes that the outputs need, in order, and where a tensor's elements are. */
function kernelsOf(outputs: readonly Tensor[]): {
  readonly operands: (tensor: Tensor) => Operand;
  readonly kernels: readonly (() => void)[];
} {
  const { nodes } = outputs[0].graph;
  const known: (Operand | undefined)[] = nodes.map(() => undefined);
  const kernels: (() => void)[] = [];
  /** Nodes only read earlier ones, and a graph may be deep: so by a list of what is needed, and not by recursion. */
  const needed = nodes.map(({ output }) => outputs.includes(output));
  for (let id = nodes.length - 1; id >= 0; id--)
    if (needed[id]) for (const input of nodes[id].inputs) needed[input.id] = true;
  function operands({ id, shape, size }: Tensor): Operand {
    const found = known[id] ?? { array: new Float64Array(size), offset: 0, size, shape };
    known[id] = found;
    return found;
  }
  nodes.forEach(({ primitive, inputs, output }, id) => {
    if (!needed[id] || primitive === undefined) return;
    const from = inputs.map(operands);
    if (primitive.view === true) known[id] = { ...from[0], shape: output.shape };
    else kernels.push(primitive.kernel(from, operands(output), planPlainProduct));
  });
  return { operands, kernels };
}
