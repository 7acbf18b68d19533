/** The compiled program against the plainest interpreter: every node computed into memory of its own. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { relu, sigmoid, softplus } from "../../src/autodiff/activations.ts";
import { add, divide, mean, multiply, subtract, sum } from "../../src/autodiff/arithmetic.ts";
import { abs } from "../../src/autodiff/comparisons.ts";
import { exp, tanh } from "../../src/autodiff/functions.ts";
import { broadcastTo } from "../../src/autodiff/repetition.ts";
import { logSumExp, softmax } from "../../src/autodiff/classification.ts";
import { compile } from "../../src/autodiff/compile.ts";
import { planPlainProduct } from "../../src/autodiff/plain-product.ts";
import { matmul } from "../../src/autodiff/matmul.ts";
import { gradients } from "../../src/autodiff/reverse.ts";
import { pad, slice } from "../../src/autodiff/join.ts";
import { reshape, transpose } from "../../src/autodiff/structure.ts";
import { Graph, type Operand, type Tensor } from "../../src/autodiff/tensor.ts";

/** Runs the whole graph, node by node, nothing shared, nothing reused. */
function interpret(
  graph: Graph,
  inputs: ReadonlyMap<number, Float64Array>,
  outputs: readonly Tensor[],
): Float64Array[] {
  const values = new Map<number, Float64Array>();
  for (const { primitive, inputs: from, output } of graph.nodes) {
    const operand = (tensor: Tensor, array: Float64Array): Operand => ({
      array,
      offset: 0,
      size: tensor.size,
      shape: tensor.shape,
    });
    if (primitive === undefined) {
      values.set(output.id, inputs.get(output.id) ?? new Float64Array(output.size));
      continue;
    }
    const operands = from.map((tensor) => operand(tensor, (values.get(tensor.id) ?? new Float64Array()).slice()));
    const result = primitive.view === true ? operands[0].array : new Float64Array(output.size).fill(NaN);
    primitive.kernel(operands, operand(output, result), planPlainProduct)();
    values.set(output.id, result);
  }
  return outputs.map((output) => values.get(output.id) ?? new Float64Array());
}

/** Builds a graph from choices: every value is a 3 × 4 matrix, so that any operation fits any value. */
function build(
  graph: Graph,
  choices: readonly (readonly [number, number, number])[],
): { loss: Tensor; inputs: Tensor[] } {
  const inputs = [
    graph.input("a", [3, 4]),
    graph.input("b", [3, 4]),
    graph.input("row", [4]),
    graph.input("column", [3, 1]),
  ];
  const values: Tensor[] = [inputs[0], inputs[1], add(inputs[0], inputs[2]), multiply(inputs[1], inputs[3])];
  const operations: ((a: Tensor, b: Tensor) => Tensor)[] = [
    (a, b) => add(a, b),
    (a, b) => subtract(a, multiply(b, 0.5)),
    (a, b) => multiply(tanh(a), b),
    (a, b) => divide(a, add(2, multiply(b, b))),
    (a) => tanh(a),
    (a) => exp(tanh(a)),
    (a) => relu(a),
    (a) => softplus(a),
    (a, b) => multiply(sigmoid(a), b),
    (a) => abs(a),
    (a) => softmax(a),
    (a, b) => subtract(a, reshape(logSumExp(b), [3, 1])),
    (a, b) => matmul(tanh(matmul(a, b, { transposeB: true })), b),
    (a, b) =>
      matmul(transpose(matmul(a, b, { transposeA: true })), reshape(a, [4, 3]), { transposeB: false }).shape.length ===
      2
        ? tanh(matmul(a, matmul(a, b, { transposeA: true })))
        : a,
    (a) => reshape(tanh(reshape(a, [12])), [3, 4]),
    (a) => pad(slice(a, 1, 1, 3), 1, 0, 2),
    (a) => multiply(a, broadcastTo(sum(tanh(a), 0), [3, 4])),
    (a) => subtract(a, reshape(mean(a, 1), [3, 1])),
  ];
  for (const [operation, first, second] of choices)
    values.push(
      operations[operation % operations.length](values[first % values.length], values[second % values.length]),
    );
  return { loss: mean(tanh(values[values.length - 1])), inputs };
}

describe("compiled programs", () => {
  const choice = fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99));
  it("give the same bits as the plain interpreter, value and gradients, wherever memory is reused", () => {
    fc.assert(
      fc.property(
        fc.array(choice, { minLength: 1, maxLength: 12 }),
        fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 31, maxLength: 31 }),
        (choices, numbers) => {
          const graph = new Graph();
          const { loss, inputs } = build(graph, choices);
          const outputs = [loss, ...gradients(loss, inputs)];
          const flat = new Float64Array(numbers);
          const offsets = [0, 12, 24, 28];
          const values = new Map(inputs.map((t, k) => [t.id, flat.slice(offsets[k], offsets[k] + t.size)]));
          const expected = interpret(graph, values, outputs);

          for (const options of [{}, { fuse: false }, { webAssembly: false }, { webAssembly: true }]) {
            const program = compile(inputs, outputs, options);
            inputs.forEach((_input, k) => program.placeInput(k, flat, offsets[k]));
            const results = outputs.map((output) => new Float64Array(output.size + 2));
            results.forEach((array, k) => program.placeOutput(k, array, 1));
            for (let repeat = 0; repeat < 2; repeat++) {
              program.run();
              results.forEach((array, k) => expect([...array]).toEqual([0, ...expected[k], 0]));
            }
            expect([...flat]).toEqual(numbers);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it("give the same bits where a chain takes several blocks and broadcasts rows, columns and middle axes", () => {
    const shape = fc.tuple(
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom(1, 9, 40),
      fc.constantFrom(1, 7, 100, 333, 1500),
    );
    fc.assert(
      fc.property(
        shape,
        fc.array(fc.nat(4), { minLength: 2, maxLength: 5 }),
        fc.boolean(),
        (lengths, operands, webAssembly) => {
          const [a, b, c] = lengths;
          const graph = new Graph();
          const inputs = [
            graph.input("whole", lengths),
            graph.input("row", [c]),
            graph.input("column", [b, 1]),
            graph.input("middle", [a, 1, c]),
            graph.input("plane", [b, c]),
          ];
          let value = tanh(inputs[0]);
          for (const operand of operands) value = subtract(multiply(value, inputs[operand]), relu(value));
          const flat = inputs.map(({ size }, k) =>
            Float64Array.from({ length: size }, (_v, i) => ((i * 7 + k) % 23) / 11 - 1),
          );
          const [expected] = interpret(graph, new Map(inputs.map((input, k) => [input.id, flat[k]])), [value]);
          const program = compile(inputs, [value], { webAssembly });
          flat.forEach((array, k) => program.placeInput(k, array, 0));
          const result = new Float64Array(value.size);
          program.placeOutput(0, result, 0);
          program.run();
          expect(Buffer.from(result.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("keep only what is alive: a long chain needs one buffer", () => {
    const graph = new Graph();
    const x = graph.input("x", [1000]);
    let y = x;
    for (let k = 0; k < 20; k++) y = tanh(y);
    expect(compile([x], [sum(y)]).memory).toBe(1000);
  });

  it("compute equal expressions once and drop what no output needs", () => {
    const graph = new Graph();
    const x = graph.input("x", [5]);
    expect(tanh(x)).toBe(tanh(x));
    exp(x);
    expect(compile([x], [sum(add(tanh(x), tanh(x)))], { fuse: false }).kernels).toBe(3);
    expect(compile([x], [sum(add(tanh(x), tanh(x)))]).kernels).toBe(2);
  });

  it("refuse a program whose input is not given", () => {
    const graph = new Graph();
    const x = graph.input("x", [5]);
    expect(() => compile([], [sum(x)])).toThrow('the program needs the input "x"');
  });
});
