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
import { planOperandProduct } from "./operand-product.ts";
import { sumTo } from "./repetition.ts";
import { reshape } from "./structure.ts";
import { apply, applyTo, requireTensor, type Operand, type Primitive, type Tensor } from "./tensor.ts";

const productPrimitive = (transposeA: boolean, transposeB: boolean): Primitive => ({
  name: "matmul",
  attributes: { transposeA, transposeB },
  shape([a, b]): Shape {
    if (a.length < 2 || b.length < 2) throw new ShapeError("expected vectors or matrices.");
    const [rowsA, columnsA] = a.slice(-2);
    const [rowsB, columnsB] = b.slice(-2);
    const [rows, inner] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
    const [innerB, columns] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
    if (inner !== innerB) throw new ShapeError(`the inner lengths ${inner} and ${innerB} differ.`);
    return [...broadcastShapes(a.slice(0, -2), b.slice(0, -2)), rows, columns];
  },
  kernel([a, b], output): () => void {
    const [rows, columns] = output.shape.slice(-2);
    const inner = a.shape[a.shape.length - (transposeA ? 2 : 1)];
    const product = planOperandProduct({ rows, columns, inner, transposeA, transposeB });
    if (output.size === rows * columns) return () => product(a, 0, b, 0, output, 0);
    const starts = matrixStarts(output, [a, b]);
    const [startsA, startsB] = starts;
    return () => {
      for (let k = 0; k < startsA.length; k++) product(a, startsA[k], b, startsB[k], output, k * rows * columns);
    };
  },
  jvp([a, b], _output, [forA, forB]): Tensor | undefined {
    const one = forA && matrixProduct(forA, b, transposeA, transposeB);
    const other = forB && matrixProduct(a, forB, transposeA, transposeB);
    return one === undefined ? other : other === undefined ? one : add(one, other);
  },
  pullback([a, b], _output, cotangent): readonly Tensor[] {
    const forA = transposeA
      ? matrixProduct(b, cotangent, transposeB, true)
      : matrixProduct(cotangent, b, false, !transposeB);
    const forB = transposeB
      ? matrixProduct(cotangent, a, true, transposeA)
      : matrixProduct(a, cotangent, !transposeA, false);
    return [sumTo(forA, a.shape), sumTo(forB, b.shape)];
  },
  batch(inputs, batched, size): Tensor {
    const [a, b] = inputs;
    // Examples that meet the same right-hand matrix are more rows of one product.
    if (!batched[1] && !transposeA && b.shape.length === 2 && a.shape.length > 2) {
      const columns = a.shape[a.shape.length - 1];
      const product = matrixProduct(reshape(a, [a.size / columns, columns]), b, false, transposeB);
      return reshape(product, [size, ...a.shape.slice(1, -1), product.shape[1]]);
    }
    return applyTo(productPrimitive(transposeA, transposeB), alignedExamples(inputs, batched));
  },
});

/** Where the matrices of each operand begin, one entry per matrix of the output. */
function matrixStarts(output: Operand, operands: readonly Operand[]): Int32Array[] {
  const batch = output.shape.slice(0, -2);
  const count = sizeOf(batch);
  const batches = operands.map((operand) => operand.shape.slice(0, -2));
  const { rows, rowLength, starts, strides } = planBroadcast(batch, batches);
  return operands.map((operand, o) => {
    const elements = sizeOf(operand.shape.slice(-2));
    const result = new Int32Array(count);
    for (let row = 0; row < rows; row++)
      for (let k = 0; k < rowLength; k++) result[row * rowLength + k] = (starts[o][row] + k * strides[o]) * elements;
    return result;
  });
}

function matrixProduct(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
  return apply(productPrimitive(transposeA, transposeB), a, b);
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
