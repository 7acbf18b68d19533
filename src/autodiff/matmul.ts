/**
 * The matrix product, on linalg's kernel: every element sums its products in ascending order of the inner index. The
 * transposes of the operands are flags of the product, so that neither the product nor its derivatives move elements.
 */
import { ShapeError } from "../errors.ts";
import type { Shape } from "../linalg/layout.ts";
import { planProduct } from "../linalg/product.ts";
import { add } from "./arithmetic.ts";
import { reshape } from "./structure.ts";
import { apply, type Primitive, type Tensor } from "./tensor.ts";

const productPrimitive = (transposeA: boolean, transposeB: boolean): Primitive => ({
  name: "matmul",
  attributes: { transposeA, transposeB },
  shape([a, b]): Shape {
    if (a.length !== 2 || b.length !== 2) throw new ShapeError("expected vectors or matrices.");
    const [rows, inner] = transposeA ? [a[1], a[0]] : a;
    const [innerB, columns] = transposeB ? [b[1], b[0]] : b;
    if (inner !== innerB) throw new ShapeError(`the inner lengths ${inner} and ${innerB} differ.`);
    return [rows, columns];
  },
  kernel([a, b], output): () => void {
    const [rows, columns] = output.shape;
    const inner = transposeA ? a.shape[0] : a.shape[1];
    const product = planProduct({ rows, columns, inner, transposeA, transposeB });
    return () => product(a.array, a.offset, b.array, b.offset, output.array, output.offset);
  },
  pullback([a, b], _output, cotangent): readonly Tensor[] {
    return [
      transposeA ? matrixProduct(b, cotangent, transposeB, true) : matrixProduct(cotangent, b, false, !transposeB),
      transposeB ? matrixProduct(cotangent, a, true, transposeA) : matrixProduct(a, cotangent, !transposeA, false),
    ];
  },
});

function matrixProduct(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
  return apply(productPrimitive(transposeA, transposeB), a, b);
}

/**
 * The product of two matrices, [m, k] by [k, n], each read as its transpose on request. A vector is a row on the left
 * and a column on the right, and the axis this adds is dropped from the result, as in NumPy.
 * Throws ShapeError when the inner lengths differ. @example matmul(x, p.W)
 */
export function matmul(
  a: Tensor,
  b: Tensor,
  options: { readonly transposeA?: boolean; readonly transposeB?: boolean } = {},
): Tensor {
  const { transposeA = false, transposeB = false } = options;
  const left = a.shape.length === 1 && !transposeA ? reshape(a, [1, a.size]) : a;
  const right = b.shape.length === 1 && !transposeB ? reshape(b, [b.size, 1]) : b;
  const product = matrixProduct(left, right, transposeA, transposeB);
  if (left === a && right === b) return product;
  const [rows, columns] = product.shape;
  return reshape(product, [...(left === a ? [rows] : []), ...(right === b ? [columns] : [])]);
}

/** The layer x·W + b: x [rows, in], W [in, out], b [out]. Throws ShapeError where they do not fit. @example affine(x, p.W, p.b) */
export function affine(x: Tensor, weights: Tensor, bias: Tensor): Tensor {
  return add(matmul(x, weights), bias);
}
