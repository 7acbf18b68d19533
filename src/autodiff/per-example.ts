/**
 * The gradient of every single example of a data set: the loss is traced on one row, batched over many and evaluated in
 * chunks of rows, so that the memory between is bounded and stays in cache.
 */
import { ArgumentError, ShapeError } from "../errors.ts";
import { sizeOf, type Layout, type Shape } from "../linalg/layout.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { batchOver } from "./batching.ts";
import { compile } from "./compile.ts";
import { checkedCopy } from "./data.ts";
import { concatenate } from "./join.ts";
import { gradients } from "./reverse.ts";
import { reshape } from "./structure.ts";
import { Graph, type Tensor } from "./tensor.ts";
import { placeParameters, type Data, type InputShapes, type Traced } from "./trace.ts";

/** A loss on single examples, with its data. */
export interface PerExampleLoss {
  readonly dimension: number;
  readonly layout: Layout;
  /** The number of examples. */
  readonly examples: number;
  /**
   * Overwrites row i of `out` (examples × dimension) with the gradient at `point` of the loss of example i, and
   * `values[i]`, if given, with that loss. Throws ShapeError for arrays of other sizes.
   */
  gradients(point: Float64Array, out: Matrix, values?: Float64Array): void;
}

/** How many examples are computed together. */
const rowsOfChunk = 32;

/** Binds the data; `shared` names the inputs that all examples read whole. */
export function perExampleLoss<Name extends string, Inputs extends InputShapes>(
  parameters: Layout<Name>,
  shapes: Inputs,
  loss: Traced<Name, Inputs>,
  data: Data<Inputs>,
  shared: readonly (keyof Inputs)[],
): PerExampleLoss {
  const examples = countExamples(shapes, data, shared);
  const rows = Math.min(rowsOfChunk, examples);
  const graph = new Graph();
  const variables = parameters.tensors.map(({ name, shape }) => graph.input(name, shape));
  const named = parameters.tensors.map(({ name }, k) => [name, variables[k]]);
  // Every input comes twice: as what one example reads, and as the chunk that takes its place.
  const inputs = Object.entries(shapes).map(([name, shape]) => {
    const [, ...rest] = shape;
    if (shared.includes(name)) {
      const whole = graph.input(name, shape);
      return { name, one: whole, chunk: whole, width: 0, array: checkedCopy(name, shape, data[name]) };
    }
    const array = checkedCopy(name, [examples, ...rest], data[name]);
    return {
      name,
      one: graph.input(name, [1, ...rest]),
      chunk: graph.input(name, [rows, ...rest]),
      width: sizeOf(rest),
      array,
    };
  });
  const value = loss(
    Object.fromEntries(named) as Record<Name, Tensor>,
    Object.fromEntries(inputs.map(({ name, one }) => [name, one])) as Record<keyof Inputs, Tensor>,
  );
  const split = inputs.filter(({ one, chunk }) => one !== chunk);
  const [values, ...slopes] = batchOver(
    [value, ...gradients(value, variables)],
    split.map(({ one }) => one),
    split.map(({ chunk }) => reshape(chunk, [rows, 1, ...chunk.shape.slice(1)])),
    rows,
  );
  const flat = slopes.map((slope) => reshape(slope, [rows, slope.size / rows]));
  const outputs = [concatenate(flat, 1), values];
  graph.close();
  const program = compile([...variables, ...inputs.map(({ chunk }) => chunk)], outputs);
  const dimension = parameters.size;
  const ownValues = new Float64Array(examples);
  return {
    dimension,
    layout: parameters,
    examples,
    gradients(point, out, into = ownValues): void {
      parameters.check(point, "perExample: point");
      if (out.rows !== examples || out.columns !== dimension)
        throw new ShapeError(
          `perExample: out is ${out.rows} × ${out.columns}; the gradients are ${examples} × ${dimension}.`,
        );
      if (into.length !== examples)
        throw new ShapeError(`perExample: values has ${into.length} elements; there are ${examples} examples.`);
      placeParameters(program, parameters, point);
      for (let done = 0; done < examples; done += rows) {
        // The last chunk ends with the last example and may compute some again.
        const first = Math.min(done, examples - rows);
        inputs.forEach(({ array, width }, k) => {
          program.placeInput(variables.length + k, array, first * width);
        });
        program.placeOutput(0, out.data, first * dimension);
        program.placeOutput(1, into, first);
        program.run();
      }
    },
  };
}

/** The number of rows that all inputs but the shared ones have. */
function countExamples<Inputs extends InputShapes>(
  shapes: Inputs,
  data: Data<Inputs>,
  shared: readonly (keyof Inputs)[],
): number {
  let examples: number | undefined;
  for (const [name, shape] of Object.entries<Shape>(shapes)) {
    if (shared.includes(name)) continue;
    if (shape.length === 0) throw new ShapeError(`perExample: the input "${name}" is a scalar; name it as shared.`);
    const given = (data[name] as ArrayLike<number> | undefined)?.length ?? 0;
    const rows = given / sizeOf(shape.slice(1));
    if (!Number.isInteger(rows) || rows === 0)
      throw new ShapeError(
        `perExample: the input "${name}" has ${given} elements; expected rows of shape [${shape.slice(1).join(", ")}].`,
      );
    if (examples !== undefined && rows !== examples)
      throw new ShapeError(`perExample: the input "${name}" has ${rows} rows; the inputs before it have ${examples}.`);
    examples = rows;
  }
  if (examples === undefined) throw new ArgumentError("perExample: no input holds examples along its first axis.");
  return examples;
}
