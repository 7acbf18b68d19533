/**
 * One matrix parameter W in the coordinates of its rows' and its columns' space: W = U W̃ Zᵀ, that is θ = (U ⊗ Z) θ̃ for the
 * elements row by row. With U and Z from the marginals E[G Gᵀ] and E[Gᵀ G] of the gradient it is the basis of SOAP and
 * Shampoo; with Z alone, one basis of a convolution that all its filters (the rows) share.
 *
 * Two small products to apply: 2·rows·columns·(rows + columns) operations, or 4·rows·columns·p for a side that is given by p
 * leading directions. Source: N. Vyas et al., SOAP: Improving and
 * Stabilizing Shampoo using Adam, arXiv 2409.11321.
 */
import { ArgumentError, ShapeError } from "../errors.ts";
import { layout, type Layout, type Shape } from "../linalg/layout.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { planProduct } from "../linalg/product.ts";
import { residentMemory, residentStart, runResidentProduct } from "../linalg/resident.ts";
import { matrixKernels } from "../linalg/webassembly/bytes.ts";
import { checkVectors, linearBasis, type Basis } from "./basis.ts";
import { matrixData, readLayout, readOptionalMatrix, type BasisData } from "./basis-data.ts";
import { completedFactors, type BothSides } from "./completed-factors.ts";
import { matrixSizes } from "./moment-form.ts";
import { unionBasis, type BasisPart } from "./union-basis.ts";

/**
 * Orthonormal factors of a tensor as a matrix; a side without one is not rotated. A factor of fewer columns than rows gives
 * its side's leading directions, and is completed by reflectors as in `householderBasis`.
 */
export interface KroneckerFactors {
  /** rows × p, for the first axis. */
  readonly left?: Matrix | undefined;
  /** columns × p, for all other axes together. */
  readonly right?: Matrix | undefined;
}

/** The Kronecker basis of one tensor, with its factors. */
export interface KroneckerFactorBasis extends Basis, KroneckerFactors {
  readonly kind: "kronecker";
  /** The tensor as a matrix. */
  readonly rows: number;
  readonly columns: number;
}

/** Whether a basis is one of `kroneckerFactorBasis`. */
export function isKroneckerFactorBasis(basis: Basis): basis is KroneckerFactorBasis {
  return basis.kind === "kronecker";
}

/**
 * The Kronecker basis of a single tensor, which keeps its shape. Whole factors are kept, not copied; those that are to be
 * completed, and what stands beside them, are copied. Throws ShapeError for factors of other sizes.
 *
 * @example kroneckerFactorBasis([2, 3], { left: Matrix.identity(2) }).dimension // 6
 */
export function kroneckerFactorBasis(shape: Shape, factors: KroneckerFactors): KroneckerFactorBasis {
  const [rows, columns] = matrixSizes({ shape });
  const { left, right } = factors;
  requireTall("left", left, rows);
  requireTall("right", right, columns);
  const size = rows * columns;
  let completed: BothSides | undefined;
  const [push, pull] = [false, true].map((transpose) => {
    // Made when it is first needed: a basis that is only kept or written takes no memory of its own.
    let apply: Apply | undefined;
    return (from: Float64Array, out: Float64Array): void => {
      checkVectors("kroneckerBasis", from, out, size, size);
      if (!areWhole(factors)) {
        completed ??= completedFactors(rows, columns, left, right);
        completed(transpose, from, out);
        return;
      }
      apply ??= inResidentMemory(rows, columns, factors, transpose) ?? onArrays(rows, columns, factors, transpose);
      apply(from, out);
    };
  });
  const own = layout({ tensor: shape });
  const sides = operationsOf(left) + operationsOf(right);
  const matrices = [left, right].filter((factor) => factor !== undefined);
  const basis = linearBasis({
    kind: "kronecker",
    dimension: size,
    rotatedLayout: own,
    originalLayout: own,
    pushDirection: push,
    pullGradient: pull,
    matrices,
    cost: { operations: size * sides, bytes: 8 * matrices.reduce((sum, { data }) => sum + data.length, 0) },
    toJSON: () => ({
      ...{ kind: "kronecker", version: 1, layout: [{ name: "tensor", shape: [...shape] }] },
      left: left === undefined ? null : matrixData(left),
      right: right === undefined ? null : matrixData(right),
    }),
  });
  return { ...basis, kind: "kronecker", rows, columns, left, right };
}

type Apply = (from: Float64Array, out: Float64Array) => void;

/** U W Zᵀ, or Uᵀ W Z, in the order (U W) Z. */
function onArrays(rows: number, columns: number, { left, right }: KroneckerFactors, transpose: boolean): Apply {
  const between = new Float64Array(rows * columns);
  const fromLeft = planProduct({ rows, columns, inner: rows, transposeA: transpose });
  const fromRight = planProduct({ rows, columns, inner: columns, transposeB: !transpose });
  return (from, out) => {
    if (left !== undefined && right !== undefined) {
      fromLeft(left.data, 0, from, 0, between, 0);
      fromRight(between, 0, right.data, 0, out, 0);
    } else if (left !== undefined) fromLeft(left.data, 0, from, 0, out, 0);
    else if (right !== undefined) fromRight(from, 0, right.data, 0, out, 0);
    else out.set(from);
  };
}

/** Below this many elements, memory of its own costs more than the WebAssembly kernels save. */
const residentSize = 2048;

/** The same, bit for bit, by WebAssembly on copies of the factors, where it exists and the tensor is large. */
function inResidentMemory(
  rows: number,
  columns: number,
  { left, right }: KroneckerFactors,
  transpose: boolean,
): Apply | undefined {
  const size = rows * columns;
  if (size < residentSize || left === undefined || right === undefined) return undefined;
  const atRight = residentStart + rows * rows;
  const atFrom = atRight + columns * columns;
  const atBetween = atFrom + size;
  const atOut = atBetween + size;
  const memory = residentMemory(matrixKernels, rows * rows + columns * columns + 3 * size);
  if (memory === null) return undefined;
  const { array } = memory;
  const fromLeft = { rows, columns, inner: rows, transposeA: transpose, transposeB: false };
  const fromRight = { rows, columns, inner: columns, transposeA: false, transposeB: !transpose };
  return (from, out) => {
    // The factors are the caller's arrays, which may have changed since.
    array.set(left.data, residentStart);
    array.set(right.data, atRight);
    array.set(from, atFrom);
    runResidentProduct(memory, fromLeft, residentStart, atFrom, atBetween);
    runResidentProduct(memory, fromRight, atBetween, atRight, atOut);
    out.set(array.subarray(atOut, atOut + size));
  };
}

/** Whether no factor is to be completed. */
export function areWhole({ left, right }: KroneckerFactors): boolean {
  return [left, right].every((factor) => factor === undefined || factor.rows === factor.columns);
}

/** For each element of the tensor. */
function operationsOf(factor: Matrix | undefined): number {
  if (factor === undefined) return 0;
  return factor.rows === factor.columns ? 2 * factor.rows : 4 * factor.columns;
}

function requireTall(side: string, factor: Matrix | undefined, size: number): void {
  if (factor !== undefined && (factor.rows !== size || factor.columns > size || factor.columns === 0))
    throw new ShapeError(
      `kroneckerBasis: the ${side} factor is ${factor.rows} × ${factor.columns}; expected ${size} × ${size}, ` +
        "or fewer columns.",
    );
}

/** Reads what a Kronecker basis' `toJSON` wrote. */
export function kroneckerFromData(data: BasisData): Basis {
  const { shape } = readLayout(data, "layout").slot("tensor");
  return kroneckerFactorBasis(shape, {
    left: readOptionalMatrix(data, "left"),
    right: readOptionalMatrix(data, "right"),
  });
}

/**
 * A Kronecker basis for each named tensor; the others stay as they are. Throws ArgumentError for a name that the layout
 * does not have, ShapeError for factors of other sizes than the tensor's first axis and the product of the others.
 *
 * @example kroneckerBasis(model, new Map([["W", { left: Matrix.identity(3) }]])).dimension // 8
 */
export function kroneckerBasis(original: Layout, factors: ReadonlyMap<string, KroneckerFactors>): Basis {
  const parts = [...factors].map(([name, own]): BasisPart => ({
    tensors: [name],
    basis: kroneckerFactorBasis(original.slot(name).shape, own),
  }));
  return unionBasis(original, parts);
}

/**
 * One basis for the windows of each named convolution [out, in, ...window], shared by its filters: a square matrix of
 * in·window elements a side, orthonormal. Throws ArgumentError for a tensor with fewer than two axes.
 *
 * @example convolutionBasis(layout({ K: [8, 1, 2, 2] }), new Map([["K", Matrix.identity(4)]])).dimension // 32
 */
export function convolutionBasis(original: Layout, windows: ReadonlyMap<string, Matrix>): Basis {
  const factors = [...windows].map(([name, right]) => {
    const { shape } = original.slot(name);
    if (shape.length < 2)
      throw new ArgumentError(`convolutionBasis: "${name}" has ${shape.length} axes; expected [out, in, ...window].`);
    return [name, { right }] as const;
  });
  return kroneckerBasis(original, new Map(factors));
}
