/**
 * NumPy's broadcasting: shapes are aligned at their last axes, and an axis of length 1 (or a missing one) is repeated.
 *
 * A broadcast is never materialized for a binary operation: `planBroadcast` turns it into a list of rows with one stride
 * inside each row per operand, so that one plain double loop serves equal shapes, scalars, a row added to a matrix, a
 * column that scales one, and everything between.
 */
import { ShapeError } from "../errors.ts";
import { sizeOf, type Shape } from "../linalg/layout.ts";

/** The shape to which both broadcast. Throws ShapeError when an axis differs and neither length is 1. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const result: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const lengthA = lengthAt(a, axis - rank + a.length);
    const lengthB = lengthAt(b, axis - rank + b.length);
    if (lengthA !== lengthB && lengthA !== 1 && lengthB !== 1)
      throw new ShapeError(`the lengths ${lengthA} and ${lengthB} on axis ${axis} do not broadcast.`);
    result.push(Math.max(lengthA, lengthB));
  }
  return result;
}

/** The length of an axis, 1 before the first: not read there, where Object.prototype would be asked. */
function lengthAt(shape: Shape, axis: number): number {
  return axis < 0 ? 1 : shape[axis];
}

/** How to walk operands that broadcast to one shape: row r of the output starts at r·rowLength, operand o's at starts[o][r]. */
export interface BroadcastPlan {
  readonly rows: number;
  readonly rowLength: number;
  readonly starts: readonly Int32Array[];
  /** The step between neighbors in a row: 1 in a broadcast, or 0 where the operand repeats its element. */
  readonly strides: readonly number[];
}

/** Plans the walk: as many trailing axes as move alike become the row, the others are written out as row starts. */
export function planBroadcast(output: Shape, operands: readonly Shape[]): BroadcastPlan {
  return planWalk(
    output,
    operands.map((shape) => stridesIn(shape, output)),
  );
}

/** The same for operands given by how far apart their elements lie along each axis of the output. */
export function planWalk(output: Shape, strides: readonly (readonly number[])[]): BroadcastPlan {
  // A trailing axis joins the row while each operand goes on with one step: it repeats throughout, or is contiguous.
  let split = output.length;
  let rowLength = 1;
  const steps = strides.map(() => 0);
  while (split > 0) {
    const axis = split - 1;
    const length = output[axis] ?? 1;
    if (length > 1) {
      const joins = strides.every((stride, o) => {
        const here = stride[axis] ?? 0;
        return rowLength === 1 || here === steps[o] * rowLength;
      });
      if (!joins) break;
      if (rowLength === 1) strides.forEach((stride, o) => (steps[o] = stride[axis] ?? 0));
      rowLength *= length;
    }
    split = axis;
  }
  const rows = sizeOf(output.slice(0, split));
  const starts = strides.map((stride) => rowStarts(output.slice(0, split), stride));
  return { rows, rowLength, starts, strides: steps };
}

/** The row-major strides of `shape` seen along the axes of `output`, 0 where it repeats. */
function stridesIn(shape: Shape, output: Shape): number[] {
  const strides = new Array<number>(output.length).fill(0);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] ?? 1;
    if (length !== 1) strides[axis + output.length - shape.length] = stride;
    stride *= length;
  }
  return strides;
}

function rowStarts(outer: Shape, strides: readonly number[]): Int32Array {
  const rows = sizeOf(outer);
  const starts = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    let rest = row;
    let start = 0;
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      const length = outer[axis] ?? 1;
      start += (rest % length) * (strides[axis] ?? 0);
      rest = Math.floor(rest / length);
    }
    starts[row] = start;
  }
  return starts;
}
