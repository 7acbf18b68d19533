/**
 * The gradient of every single example of a data set: the loss is traced on one row, batched over many and evaluated in
 * chunks of rows, so that the memory between is bounded and stays in cache.
 */
import { ArgumentError, ShapeError } from "../errors.ts";
import { sizeOf, type Layout, type Shape } from "../linalg/layout.ts";
import { planProduct } from "../linalg/product.ts";
import { batchOver } from "./batching.ts";
import { compile } from "./compile.ts";
import { checkedCopy } from "./data.ts";
import { gradients } from "./reverse.ts";
import { reshape } from "./structure.ts";
import { Graph, type Tensor } from "./tensor.ts";
import type { Data, InputShapes, Traced } from "./trace.ts";

/** A loss on single examples, with its data. */
export interface PerExampleLoss {
  readonly dimension: number;
  readonly layout: Layout;
  /** The number of examples. */
  readonly examples: number;
  /**
   * Overwrites `out` (examples × dimension, row by row) with the gradient at `point` of each example's loss and `values`,
   * if given, with these losses. Throws ShapeError for arrays of other sizes.
   */
  exampleGradients(point: Float64Array, out: Float64Array, values?: Float64Array): void;
  /**
   * Overwrites `out` (dimension × dimension, row-major) with the sum of the outer products of the examples' gradients,
   * GᵀG of what `exampleGradients` gives, to the same bits as `gram` of it, without keeping more than a few rows of G.
   * Throws ShapeError for arrays of other sizes.
   */
  gradientMoment(point: Float64Array, out: Float64Array): void;
}

/**
 * How many examples are computed together: so many that their gradients stay in the second-level cache until they are
 * copied, at least the height of a product's tile.
 */
const rowsOfChunk = (dimension: number): number => Math.min(32, Math.max(4, Math.floor(131_072 / dimension)));

/** From so many numbers on, the engine copies a row faster than a loop. */
const wide = 64;

/** The gradients of one tensor for a chunk of examples, and where they go in a row of all gradients. */
interface Part {
  readonly array: Float64Array;
  readonly offset: number;
  readonly width: number;
  /** Each example's part of the array where it is wide, made once so that copying allocates nothing. */
  readonly views: readonly Float64Array[];
}

function partOf(array: Float64Array, offset: number, width: number): Part {
  const count = width < wide ? 0 : array.length / width;
  const views = Array.from({ length: count }, (_v, row) => array.subarray(row * width, (row + 1) * width));
  return { array, offset, width, views };
}

function copyRow({ array, offset, width, views }: Part, row: number, out: Float64Array, start: number): void {
  if (views.length > 0) out.set(views[row], start + offset);
  else for (let k = 0, at = row * width; k < width; k++) out[start + offset + k] = array[at + k];
}

/** Binds the data; `shared` names the inputs that all examples read whole. */
export function perExampleLoss<Name extends string, Inputs extends InputShapes>(
  parameters: Layout<Name>,
  shapes: Inputs,
  loss: Traced<Name, Inputs>,
  data: Data<Inputs>,
  shared: readonly (keyof Inputs)[],
): PerExampleLoss {
  const examples = countExamples(shapes, data, shared);
  const rows = Math.min(rowsOfChunk(parameters.size), examples);
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
  graph.close();
  const program = compile([...variables, ...inputs.map(({ chunk }) => chunk)], [...slopes, values]);
  const dimension = parameters.size;
  const own = variables.map((_variable, t) => program.ownInput(t));
  /** Copies the parameters into the program, once for all chunks. */
  const place = (point: Float64Array): void => {
    own.forEach((array, t) => {
      const { offset, size } = parameters.tensors[t];
      array.set(point.subarray(offset, offset + size));
    });
  };
  const parts = slopes.map((_slope, t): Part => {
    const { offset, size } = parameters.tensors[t];
    return partOf(program.ownOutput(t), offset, size);
  });
  const ownValues = new Float64Array(examples);
  /** Computes the examples from `first` on; the last chunk ends with the last example and may compute some again. */
  const runChunk = (first: number, out: Float64Array, offset: number, values: Float64Array): void => {
    inputs.forEach(({ array, width }, k) => {
      program.placeInput(variables.length + k, array, first * width);
    });
    program.placeOutput(slopes.length, values, first);
    program.run();
    for (let row = 0; row < rows; row++)
      for (let t = 0; t < parts.length; t++) copyRow(parts[t], row, out, offset + row * dimension);
  };
  return {
    dimension,
    layout: parameters,
    examples,
    exampleGradients(point, out, into = ownValues): void {
      parameters.check(point, "perExample: point");
      if (out.length !== examples * dimension)
        throw new ShapeError(
          `perExample: out has ${out.length} elements; the gradients are ${examples} × ${dimension}.`,
        );
      if (into.length !== examples)
        throw new ShapeError(`perExample: values has ${into.length} elements; there are ${examples} examples.`);
      place(point);
      for (let done = 0; done < examples; done += rows) {
        const first = Math.min(done, examples - rows);
        runChunk(first, out, first * dimension, into);
      }
    },
    gradientMoment(point, out): void {
      parameters.check(point, "perExample: point");
      if (out.length !== dimension * dimension)
        throw new ShapeError(`perExample: out has ${out.length} elements; the moment is ${dimension} × ${dimension}.`);
      const chunk = new Float64Array(rows * dimension);
      place(point);
      out.fill(0);
      for (let done = 0; done < examples; done += rows) {
        const first = Math.min(done, examples - rows);
        runChunk(first, chunk, 0, ownValues);
        // The sums go on from what the chunks before have left, with the rows that those had not.
        const inner = Math.min(rows, examples - done);
        const start = (done - first) * dimension;
        planProduct({ rows: dimension, columns: dimension, inner, transposeA: true, accumulate: true })(
          chunk,
          start,
          chunk,
          start,
          out,
          0,
        );
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
