/**
 * The matrix product, on linalg's kernel: every element sums its products in ascending order of the inner index. The
 * transposes of the operands are flags of the product, so that neither the product nor its derivatives move elements.
 * Axes before the last two are a batch, broadcast like those of an elementwise operation.
 */
import { ShapeError } from "../errors.ts";
import { sizeOf, type Shape } from "../linalg/layout.ts";
import { add } from "./arithmetic.ts";
import { broadcastShapes, planBroadcast } from "./broadcast.ts";
import { alignedExamples } from "./elementwise.ts";
import { broadcastTo } from "./repetition.ts";
import { reshape } from "./structure.ts";
import { apply, applyTo, requireTensor, type Operand, type Primitive, type Tensor } from "./tensor.ts";

/**
 * The sums over axes of the batch, `summed` of them counted from the last, go on in the same accumulators from one matrix
 * to the next; these axes have length 1 in the result.
 */
const productPrimitive = (transposeA: boolean, transposeB: boolean, summed: readonly number[]): Primitive => ({
  name: "matmul",
  attributes: { transposeA, transposeB, ...(summed.length > 0 ? { summed } : {}) },
  shape([a, b]): Shape {
    if (a.length < 2 || b.length < 2) throw new ShapeError("expected vectors or matrices.");
    const [rowsA, columnsA] = a.slice(-2);
    const [rowsB, columnsB] = b.slice(-2);
    const [rows, inner] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
    const [innerB, columns] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
    if (inner !== innerB) throw new ShapeError(`the inner lengths ${inner} and ${innerB} differ.`);
    const batch = broadcastShapes(a.slice(0, -2), b.slice(0, -2));
    return [...batch.map((length, axis) => (summed.includes(batch.length - 1 - axis) ? 1 : length)), rows, columns];
  },
  kernel([a, b], output, planProduct): () => void {
    const [rows, columns] = output.shape.slice(-2);
    const inner = a.shape[a.shape.length - (transposeA ? 2 : 1)];
    const sizes = { rows, columns, inner, transposeA, transposeB };
    const product = planProduct(sizes);
    const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const count = sizeOf(batch);
    if (count === 1) return () => product(a, 0, b, 0, output, 0);
    const [startsA, startsB, starts] = matrixStarts(batch, [a, b, output]);
    const outer = inner === 1 && a.size === count * rows && b.size === count * columns;
    if (summed.length === 0)
      return () => {
        const { memory } = output;
        // Columns by rows, one pair for each example: the gradients of a layer's weights.
        if (outer && memory !== undefined && a.memory === memory && b.memory === memory) {
          memory.kernels.outerProducts(8 * a.offset, 8 * b.offset, 8 * output.offset, count, rows, columns);
          return;
        }
        for (let k = 0; k < count; k++) product(a, startsA[k], b, startsB[k], output, starts[k]);
      };
    const further = planProduct({ ...sizes, accumulate: true });
    const known = new Set<number>();
    const goesOn = Array.from(starts, (start) => known.size === known.add(start).size);
    return () => {
      for (let k = 0; k < count; k++) (goesOn[k] ? further : product)(a, startsA[k], b, startsB[k], output, starts[k]);
    };
  },
  jvp([a, b], _output, [forA, forB]): Tensor | undefined {
    const one = forA && matrixProduct(forA, b, transposeA, transposeB, summed);
    const other = forB && matrixProduct(a, forB, transposeA, transposeB, summed);
    return one === undefined ? other : other === undefined ? one : add(one, other);
  },
  pullback([a, b], _output, cotangent): readonly Tensor[] {
    const forA = transposeA
      ? productOf(a.shape, b, cotangent, transposeB, true)
      : productOf(a.shape, cotangent, b, false, !transposeB);
    const forB = transposeB
      ? productOf(b.shape, cotangent, a, true, transposeA)
      : productOf(b.shape, a, cotangent, !transposeA, false);
    return [forA, forB];
  },
  batch(inputs, batched, size): Tensor {
    const [a, b] = inputs;
    // Examples that meet the same right-hand matrix are more rows of one product.
    if (!batched[1] && !transposeA && b.shape.length === 2 && a.shape.length > 2 && summed.length === 0) {
      const columns = a.shape[a.shape.length - 1];
      const product = matrixProduct(reshape(a, [a.size / columns, columns]), b, false, transposeB);
      return reshape(product, [size, ...a.shape.slice(1, -1), product.shape[1]]);
    }
    return applyTo(productPrimitive(transposeA, transposeB, summed), alignedExamples(inputs, batched));
  },
});

/** Where the matrices of each operand begin, one entry per matrix of the batch. */
function matrixStarts(batch: Shape, operands: readonly Operand[]): Int32Array[] {
  const batches = operands.map((operand) => operand.shape.slice(0, -2));
  const { rows, rowLength, starts, strides } = planBroadcast(batch, batches);
  return operands.map((operand, o) => {
    const elements = sizeOf(operand.shape.slice(-2));
    const result = new Int32Array(rows * rowLength);
    for (let row = 0; row < rows; row++)
      for (let k = 0; k < rowLength; k++) result[row * rowLength + k] = (starts[o][row] + k * strides[o]) * elements;
    return result;
  });
}

function matrixProduct(
  a: Tensor,
  b: Tensor,
  transposeA: boolean,
  transposeB: boolean,
  summed: readonly number[] = [],
): Tensor {
  return apply(productPrimitive(transposeA, transposeB, summed), a, b);
}

/** A product summed over the axes of its batch along which a factor of this shape was repeated, and repeated over others. */
function productOf(shape: Shape, a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const wanted = shape.slice(0, -2);
  const summed = batch.flatMap((length, axis) => {
    const fromLast = batch.length - 1 - axis;
    return length > 1 && (wanted[wanted.length - 1 - fromLast] ?? 1) === 1 ? [fromLast] : [];
  });
  const product = matrixProduct(a, b, transposeA, transposeB, summed);
  const kept = product.shape.slice(Math.max(0, product.shape.length - shape.length));
  return broadcastTo(reshape(product, kept), shape);
}

/**
 * The product of matrices, [..., m, k] by [..., k, n], each read as its transpose on request; the axes before the last
 * two are a batch, broadcast. A vector is a row on the left and a column on the right, and the axis this adds is dropped
 * from the result, as in NumPy. Throws ShapeError when the inner lengths differ or the batches do not broadcast.
 *
 * @example compiled(model, {}, (p) => matmul(p.W, p.W, { transposeB: true })).shape // [3, 3]
 */
export function matmul(
  a: Tensor,
  b: Tensor,
  options: { readonly transposeA?: boolean; readonly transposeB?: boolean } = {},
): Tensor {
  const { transposeA = false, transposeB = false } = options;
  requireTensor(a, "matmul");
  requireTensor(b, "matmul");
  const left = a.shape.length === 1 && !transposeA ? reshape(a, [1, a.size]) : a;
  const right = b.shape.length === 1 && !transposeB ? reshape(b, [b.size, 1]) : b;
  // A batch of matrices times one matrix is one product of more rows.
  if (left.shape.length > 2 && right.shape.length === 2 && !transposeA) {
    const columns = left.shape[left.shape.length - 1];
    const product = matrixProduct(reshape(left, [left.size / columns, columns]), right, false, transposeB);
    const lengths = left.shape.slice(0, -1);
    return reshape(product, right === b ? [...lengths, product.shape[1]] : lengths);
  }
  const product = matrixProduct(left, right, transposeA, transposeB);
  if (left === a && right === b) return product;
  const batch = product.shape.slice(0, -2);
  const [rows, columns] = product.shape.slice(-2);
  return reshape(product, [...batch, ...(left === a ? [rows] : []), ...(right === b ? [columns] : [])]);
}

/**
 * The layer x·W + b: x [..., in], W [in, out], b [out]. Throws ShapeError where they do not fit.
 *
 * @example compiled(model, { x: [5, 3] }, (p, { x }) => affine(x, p.W, p.b)).shape // [5, 2]
 */
export function affine(x: Tensor, weights: Tensor, bias: Tensor): Tensor {
  return add(matmul(x, weights), bias);
}
