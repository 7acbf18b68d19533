/** The data of a traced function: checked and copied when it is bound, drawn in batches of rows by key, or read where a caller points. */
import { ArgumentError, NotFiniteError, ShapeError } from "../errors.ts";
import { sizeOf, type Layout, type Shape } from "../linalg/layout.ts";
import { fold, subset, type Key } from "../math/random.ts";
import { placeIn } from "./check-finite.ts";
import type { Program } from "./compile.ts";
import type { Data, InputShapes } from "./trace.ts";

/** Copies each input's numbers into the program, whose inputs are the parameters and then these. */
export function placeData(
  program: Program,
  parameters: Layout,
  inputs: InputShapes,
  array: (name: string, shape: Shape) => Float64Array,
): void {
  Object.entries(inputs).forEach(([name, shape], index) => {
    program.ownInput(parameters.tensors.length + index).set(array(name, shape));
  });
}

/** A copy of one input's numbers; `rows` replaces the first length of the shape where the data may have more rows. */
export function checkedCopy(name: string, shape: Shape, given: ArrayLike<number> | undefined): Float64Array {
  const expected = sizeOf(shape);
  if (given?.length !== expected)
    throw new ShapeError(
      `The input "${name}" has ${given?.length ?? "no"} elements; its shape [${shape.join(", ")}] needs ${expected}.`,
    );
  const copy = Float64Array.from(given);
  const bad = copy.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new NotFiniteError(`The input "${name}" is ${copy[bad]} at ${placeIn(shape, bad)}.`);
  return copy;
}

/**
 * Checks and copies data from which rows are drawn. The result makes, for the arrays that hold a program's batch (by the
 * input's index), the function that draws rows by key into them.
 */
export function batchDrawer(
  shapes: InputShapes,
  data: Data<InputShapes>,
  keyInput?: string,
): (batchOf: (index: number) => Float64Array) => (key: Key) => void {
  const keyIndex = keyInput === undefined ? -1 : Object.keys(shapes).indexOf(keyInput);
  if (keyInput !== undefined && shapes[keyInput].join() !== "4")
    throw new ShapeError(`onBatches: the input "${keyInput}" has not the shape [4] of a key's words.`);
  const { rows, population, inputs } = rowsOf("onBatches", shapes, data, keyInput);
  const draw = subset(population, rows);
  const chosen = new Int32Array(rows);
  return (batchOf) => {
    const indices = Object.keys(shapes).map((_name, index) => index);
    const batches = indices.filter((index) => index !== keyIndex).map(batchOf);
    const words = keyIndex < 0 ? undefined : batchOf(keyIndex);
    return (key: Key): void => {
      draw(key, chosen);
      // The rows are drawn from the key itself; what the function draws has a key of its own.
      words?.set(fold(key, 0).words);
      for (let k = 0; k < inputs.length; k++) gather(inputs[k], chosen, batches[k]);
    };
  };
}

/** Rows of larger data that a function can be pointed at: what `train` calls its batches. */
export interface RowBatches {
  /** How many rows the data have, and how many the function reads at once. */
  readonly examples: number;
  readonly size: number;
  /**
   * Points the function at these rows, `size` of them; the array is copied. Before the first call it reads the first rows.
   * Throws ShapeError for another number of rows, ArgumentError for one that there is not.
   */
  select(rows: Int32Array): void;
}

/**
 * Checks and copies data of which rows are selected. `into` makes, for the arrays that hold a program's batch (by the
 * input's index), the function that copies the selected rows into them.
 */
export function rowSelector(
  shapes: InputShapes,
  data: Data<InputShapes>,
): { readonly batches: RowBatches; readonly into: (batchOf: (index: number) => Float64Array) => () => void } {
  const { rows, population, inputs } = rowsOf("onRows", shapes, data);
  const chosen = Int32Array.from({ length: rows }, (_value, row) => row);
  function select(wanted: Int32Array): void {
    if (wanted.length !== rows)
      throw new ShapeError(`onRows: ${wanted.length} rows are selected; the function reads ${rows} at once.`);
    const bad = wanted.findIndex((row) => !(Number.isInteger(row) && row >= 0 && row < population));
    if (bad >= 0) throw new ArgumentError(`onRows: there is no row ${wanted[bad]}; the data have ${population} rows.`);
    chosen.set(wanted);
  }
  return {
    batches: { examples: population, size: rows, select },
    into(batchOf) {
      const targets = inputs.map((_input, index) => batchOf(index));
      return () => {
        for (let k = 0; k < inputs.length; k++) gather(inputs[k], chosen, targets[k]);
      };
    },
  };
}

/** The inputs' data, checked and copied: all with the same rows, and all but `keyInput`. */
function rowsOf(
  caller: string,
  shapes: InputShapes,
  data: Data<InputShapes>,
  keyInput?: string,
): { readonly rows: number; readonly population: number; readonly inputs: readonly Rows[] } {
  const entries = Object.entries(shapes).filter(([name]) => name !== keyInput);
  const rows = entries.at(0)?.[1].at(0);
  if (rows === undefined || entries.some(([, shape]) => shape[0] !== rows))
    throw new ShapeError(`${caller}: every input's first axis must be the same number of rows (the batch).`);
  const inputs = entries.map(([name, shape]) => {
    const width = sizeOf(shape) / rows;
    const available = (data[name] as ArrayLike<number> | undefined)?.length ?? 0;
    const whole = checkedCopy(name, [Math.max(rows, Math.ceil(available / width)), ...shape.slice(1)], data[name]);
    const count = whole.length / width;
    const views =
      width < wide ? [] : Array.from({ length: count }, (_v, r) => whole.subarray(r * width, (r + 1) * width));
    return { name, width, whole, views, count };
  });
  const population = inputs[0].count;
  for (const { name, count } of inputs)
    if (count !== population)
      throw new ShapeError(`${caller}: the input "${name}" has ${count} rows; "${inputs[0].name}" has ${population}.`);
  return { rows, population, inputs };
}

/** From so many numbers on, the engine copies a row faster than a loop; its view is made once, so that no step allocates. */
const wide = 128;

/** Rows of data; the view of each where they are wide. */
interface Rows {
  readonly width: number;
  readonly whole: Float64Array;
  readonly views: readonly Float64Array[];
}

function gather({ width, whole, views }: Rows, chosen: Int32Array, batch: Float64Array): void {
  for (let row = 0; row < chosen.length; row++) {
    const from = chosen[row] * width;
    const to = row * width;
    if (views.length > 0) batch.set(views[chosen[row]], to);
    else for (let k = 0; k < width; k++) batch[to + k] = whole[from + k];
  }
}
