/** A compiled program as text, for people who look for what it computes, in how many passes and in how much memory. */
import type { Shape } from "../linalg/layout.ts";
import type { Program } from "./compile.ts";
import { readsOf } from "./fusion.ts";
import type { Node, Tensor } from "./tensor.ts";

/**
 * A program in lines: its inputs, the constants that were computed when it was compiled, its kernels in the order in which
 * they run with the operations of each (several where an elementwise chain was fused), and its outputs. Values are named
 * %0, %1, … as in the graph, with their shapes; `at 40` says that a value begins at the 40th number of the program's
 * memory, `for the caller` that it is an output, `in a block` that it never leaves the kernel. A reshape is no kernel: its
 * reader names the value with the new shape.
 *
 * @example describeProgram(differentiable(model, {}, (p) => sum(square(p.b))).on({}).program).split("\n")[1] // "%0 [3, 2] input W"
 */
export function describeProgram(program: Program): string {
  const { inputs, outputs, constants, stages, constantMemory, scratch } = program.structure;
  const count = stages.reduce((sum, stage) => sum + stage.length, 0);
  const leaving = new Set(outputs.map(viewed));
  const kernels = stages.flatMap((stage, index) => {
    const fused = stage.length > 1 ? `, ${stage.length} operations on ${stage[0].output.size} elements` : "";
    const lines = stage.map((node) => `  ${operation(node)}   ${placeOf(program, node, leaving)}`);
    return [`kernel ${index + 1}${fused}`, ...lines];
  });
  return [
    `${stages.length} kernels of ${count} operations; memory for ${program.memory} numbers, ` +
      `${scratch} of them in blocks; ${constants.length} constants of ${constantMemory} numbers`,
    ...inputs.map((input) => `${value(input)} input ${input.node.label}`),
    ...constants.map((node) => `${operation(node)}   constant`),
    ...kernels,
    ...outputs.map((output, index) => `output ${index}: ${argument(output)}`),
  ].join("\n");
}

function value(tensor: Tensor): string {
  return `%${tensor.id} ${shapeText(tensor.shape)}`;
}

function shapeText(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

function operation(node: Node): string {
  const { primitive, output } = node;
  const attributes = Object.entries(primitive?.attributes ?? {}).map(([name, given]) => {
    const text = typeof given === "object" ? shapeText(given) : String(given);
    return `${name}: ${text}`;
  });
  const options = attributes.length > 0 ? ` {${attributes.join(", ")}}` : "";
  const read = node.inputs.length > 0 ? `(${readsOf(node).map(argument).join(", ")})` : "";
  return `${value(output)} = ${node.label}${read}${options}`;
}

/** A value where it is read: by what it is a view of, and then with the shape of the view. */
function argument(tensor: Tensor): string {
  const source = viewed(tensor);
  return source === tensor ? `%${tensor.id}` : `%${source.id} as ${shapeText(tensor.shape)}`;
}

function viewed(tensor: Tensor): Tensor {
  let source = tensor;
  while (source.node.primitive?.view === true) source = source.node.inputs[0];
  return source;
}

function placeOf(program: Program, { output }: Node, leaving: ReadonlySet<Tensor>): string {
  const offset = program.structure.offsetOf(output);
  if (offset !== undefined) return `at ${offset}`;
  return leaving.has(output) ? "for the caller" : "in a block";
}
