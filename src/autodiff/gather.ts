/**
 * Rows by index: picking them (`gather`), adding them up where they belong (`scatterAdd`), each the other's transpose,
 * and the 0–1 coding of class numbers. Indices are whole numbers and have no derivative.
 */
import { ArgumentError, ShapeError } from "../errors.ts";
import type { Shape } from "../linalg/layout.ts";
import { add, multiply } from "./arithmetic.ts";
import { equal } from "./comparisons.ts";
import { copyElements } from "./copy-elements.ts";
import { range, repeated } from "./repetition.ts";
import { reshape } from "./structure.ts";
import { apply, requireTensor, type Operand, type Primitive, type Tensor } from "./tensor.ts";

function indexAt(caller: string, indices: Operand, k: number, rows: number): number {
  const index = indices.array[indices.offset + k];
  if (index >= 0 && index < rows && Math.floor(index) === index) return index;
  throw new ArgumentError(`${caller}: index ${k} is ${index}; expected a whole number from 0 to ${rows - 1}.`);
}

const gatherPrimitive: Primitive = {
  name: "gather",
  discrete: [1],
  shape([x, indices]): Shape {
    if (x.length === 0) throw new ShapeError("a scalar has no rows.");
    return [...indices, ...x.slice(1)];
  },
  kernel([x, indices], output): () => void {
    const [rows] = x.shape;
    const width = x.size / rows;
    return () => {
      for (let k = 0; k < indices.size; k++) {
        const from = x.offset + indexAt("gather", indices, k, rows) * width;
        const to = output.offset + k * width;
        copyElements(x.array, from, output.array, to, width);
      }
    };
  },
  jvp: ([, indices], _output, [tangent]) => tangent && apply(gatherPrimitive, tangent, indices),
  pullback: ([x, indices], _output, cotangent) => [apply(scatterPrimitive(x.shape[0]), cotangent, indices), undefined],
  batch(inputs, batched, size): Tensor {
    const [x, indices] = inputs;
    if (!batched[0]) return apply(gatherPrimitive, x, indices);
    const all = repeated([indices], batched.slice(1), size)[0];
    const [, rows, ...rest] = x.shape;
    return apply(gatherPrimitive, reshape(x, [size * rows, ...rest]), byExample(all, rows));
  },
};

/** Row k of input 0 is added to row indices[k] of the output, in ascending order of k. */
const scatterPrimitive = (rows: number): Primitive => ({
  name: "scatterAdd",
  attributes: { rows },
  discrete: [1],
  shape([x, indices]): Shape {
    if (x.slice(0, indices.length).join() !== indices.join())
      throw new ShapeError("expected values whose first axes are those of the indices.");
    return [rows, ...x.slice(indices.length)];
  },
  kernel([x, indices], output): () => void {
    const width = x.size / indices.size;
    return () => {
      output.array.fill(0, output.offset, output.offset + output.size);
      for (let k = 0; k < indices.size; k++) {
        const to = output.offset + indexAt("scatterAdd", indices, k, rows) * width;
        const from = x.offset + k * width;
        for (let i = 0; i < width; i++) output.array[to + i] += x.array[from + i];
      }
    };
  },
  jvp: ([, indices], _output, [tangent]) => tangent && apply(scatterPrimitive(rows), tangent, indices),
  pullback: ([, indices], _output, cotangent) => [apply(gatherPrimitive, cotangent, indices), undefined],
  batch(inputs, batched, size): Tensor {
    const [x, indices] = repeated(inputs, batched, size);
    const all = apply(scatterPrimitive(size * rows), x, byExample(indices, rows));
    return reshape(all, [size, rows, ...all.shape.slice(1)]);
  },
});

/** The indices of each example, counted on through all examples' rows. */
function byExample(indices: Tensor, rows: number): Tensor {
  const [size, ...rest] = indices.shape;
  return add(indices, reshape(multiply(range(indices.graph, size), rows), [size, ...rest.map(() => 1)]));
}

/**
 * The rows of x (along its first axis) that the indices name: x [rows, ...rest], indices of any shape, result
 * [...indices, ...rest]. An embedding is this. Throws ShapeError for a scalar x and, when the program runs, ArgumentError
 * for an index that is no row.
 *
 * @example compiled(model, { i: [4] }, (p, { i }) => gather(p.W, i)).shape // [4, 2]
 */
export function gather(x: Tensor, indices: Tensor): Tensor {
  return apply(gatherPrimitive, x, indices);
}

/**
 * The transpose of `gather`: values [...indices, ...rest] summed into `rows` rows, in ascending order of the index list;
 * rows that no index names are 0. Throws ShapeError where values and indices do not fit, ArgumentError for a number of
 * rows that is not a positive whole number and, when the program runs, for an index that is no row.
 *
 * @example compiled(model, { i: [3] }, (p, { i }) => scatterAdd(p.W, i, 5)).shape // [5, 2]
 */
export function scatterAdd(values: Tensor, indices: Tensor, rows: number): Tensor {
  requirePositive("scatterAdd: rows", rows);
  return apply(scatterPrimitive(rows), values, indices);
}

/**
 * 1 at each label's place and 0 elsewhere, along a new last axis of length `classes`; all zeros for a label that is no
 * class. No derivative. Throws ArgumentError unless `classes` is a positive whole number.
 *
 * @example compiled(model, { label: [2] }, (_p, { label }) => oneHot(label, 3)).on({ label: [2, 0] })(new Float64Array(8)) // [0, 0, 1, 1, 0, 0]
 */
export function oneHot(labels: Tensor, classes: number): Tensor {
  requireTensor(labels, "oneHot");
  requirePositive("oneHot: classes", classes);
  return equal(reshape(labels, [...labels.shape, 1]), range(labels.graph, classes));
}

function requirePositive(what: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new ArgumentError(`${what} is ${value}; expected a positive whole number.`);
}
