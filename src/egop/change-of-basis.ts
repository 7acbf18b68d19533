/**
 * From the coordinates of one basis to those of another: x' = R x with R = V_newᵀ V_old, for parameters, momenta and, as far
 * as it goes, averages of squared gradients.
 *
 * Of the second moments an optimizer keeps the diagonal only. If in the old basis they really are diagonal (which is what
 * an EGOP basis is for), their diagonal in the new one is (R∘R) v, and that is "overlap". It is exact between bases of one kind, but for a
 * Hadamard basis and products with another outer basis, and always up to 512 coordinates. For others it is estimated by 64 vectors z of random signs
 * as the mean of (R(√v∘Vᵀz))² with the old basis' V, without bias. None of it depends on the order or the signs in which directions
 * come. "keep" leaves v as it is, as SOAP does between its small steps; "restart" begins the moments anew.
 *
 * A change that only permutes and flips directions is known to the bit. R then is exactly a signed permutation, but for completed bases, where
 * this is said of the directions that were given: which ones complete them depends on their order.
 */
import { ArgumentError, ShapeError } from "../errors.ts";
import type { Layout } from "../linalg/layout.ts";
import { Matrix } from "../linalg/matrix.ts";
import { multiply, multiplyVector } from "../linalg/product.ts";
import { fold, integers, random } from "../math/random.ts";
import type { CoordinateChange } from "../optim/transformation.ts";
import type { Basis } from "./basis.ts";
import { completionOf, isHouseholderBasis } from "./householder-basis.ts";
import { householderOverlap } from "./householder-overlap.ts";
import {
  areWhole,
  isKroneckerFactorBasis,
  kroneckerFactorBasis,
  type KroneckerFactorBasis,
} from "./kronecker-basis.ts";
import { auxiliaryOverlap, squaredEntries, type SquaredOverlap } from "./low-rank-overlap.ts";
import { isProductBasis } from "./product-basis.ts";

/** What becomes of averages of squares; see the head of the file. */
export type SquaresRule = "overlap" | "keep" | "restart";

/** How the coordinates of two bases are related. */
export interface BasisChange extends CoordinateChange {
  readonly layout: Layout;
  /** Whether both bases are made of the same directions but for order and sign, bit for bit; of completed ones, of the given directions. */
  readonly onlyPermutesAndFlips: boolean;
}

const probes = 64;
/** Up to so many coordinates R is formed. */
const formedSize = 512;

/**
 * The change from the coordinates of one basis to those of another, for `carryState`. Default for squares: "overlap".
 *
 * Cost to make: 2d³ operations for dense bases, the same for the blocks or factors of others; to apply, 2d² and the like.
 * Throws ShapeError for bases of other dimensions.
 *
 * @example changeOfBasis(basis, identityBasis(layout({ w: [2] }))).onlyPermutesAndFlips // false
 */
export function changeOfBasis(from: Basis, to: Basis, options: { readonly squares?: SquaresRule } = {}): BasisChange {
  const { squares = "overlap" } = options;
  if (!["overlap", "keep", "restart"].includes(squares))
    throw new ArgumentError(`changeOfBasis: squares is "${squares}"; expected "overlap", "keep" or "restart".`);
  if (from.dimension !== to.dimension || from.rotatedDimension !== to.rotatedDimension)
    throw new ShapeError(
      `changeOfBasis: the bases have ${from.rotatedDimension} coordinates for ${from.dimension} parameters and ` +
        `${to.rotatedDimension} for ${to.dimension}; expected as many.`,
    );
  const relation = relationOf(from, to);
  const workspace = new Float64Array(from.rotatedDimension);
  const inPlace = (apply: (from: Float64Array, out: Float64Array) => void) => (vector: Float64Array) => {
    if (vector.length !== workspace.length)
      throw new ShapeError(`changeOfBasis: the vector has ${vector.length} elements; expected ${workspace.length}.`);
    apply(vector, workspace);
    vector.set(workspace);
  };
  return {
    layout: to.rotatedLayout,
    rotate: inPlace(relation.rotate),
    rotateSquares: squares === "overlap" ? inPlace(relation.rotateSquares) : () => undefined,
    restart: squares === "restart",
    onlyPermutesAndFlips: relation.onlyPermutesAndFlips,
  };
}

/** R and R∘R as functions. */
interface Relation {
  readonly rotate: (x: Float64Array, out: Float64Array) => void;
  readonly rotateSquares: (v: Float64Array, out: Float64Array) => void;
  readonly onlyPermutesAndFlips: boolean;
}

function relationOf(from: Basis, to: Basis): Relation {
  if (areEqual(from, to)) {
    const copy = (x: Float64Array, out: Float64Array): void => out.set(x);
    return { rotate: copy, rotateSquares: copy, onlyPermutesAndFlips: true };
  }
  if (from.kind === "dense" && to.kind === "dense") return betweenDense(from.matrices[0], to.matrices[0]);
  if (isKroneckerFactorBasis(from) && isKroneckerFactorBasis(to) && sameSides(from, to)) {
    if (areWhole(from) && areWhole(to)) return betweenKronecker(from, to);
    return between(from, to, () => completedOverlap(from, to));
  }
  if (from.kind === "union" && to.kind === "union" && sameLayout(from, to)) return betweenUnions(from, to);
  if (isProductBasis(from) && isProductBasis(to) && areEqual(from.outer, to.outer))
    return relationOf(from.inner, to.inner);
  if (isHouseholderBasis(from) && isHouseholderBasis(to))
    return between(from, to, () => householderOverlap(from.completion, to.completion));
  if (from.kind === "reduced" && to.kind === "reduced")
    return between(from, to, () => {
      const squared = squaredEntries(multiply(leadingColumns(to), leadingColumns(from), { transposeA: true }));
      return (v, out) => void multiplyVector(squared, v, { out });
    });
  if (from.kind === "auxiliary" && to.kind === "auxiliary")
    return between(from, to, () => auxiliaryOverlap(leadingColumns(from), leadingColumns(to)));
  return between(from, to, (rotate) =>
    from.rotatedDimension <= formedSize ? formedOverlap(rotate, from.rotatedDimension) : estimatedOverlap(from, rotate),
  );
}

/** By what both bases do; the squares' overlap is made when it is first needed. */
function between(from: Basis, to: Basis, overlapOf: (rotate: Relation["rotate"]) => SquaredOverlap): Relation {
  const original = new Float64Array(from.dimension);
  function rotate(x: Float64Array, out: Float64Array): void {
    from.pushDirection(x, original);
    to.pullGradient(original, out);
  }
  let squares: SquaredOverlap | undefined;
  return {
    rotate,
    rotateSquares(v, out): void {
      squares ??= overlapOf(rotate);
      squares(v, out);
    },
    onlyPermutesAndFlips:
      from.kind === to.kind &&
      ["householder", "reduced", "auxiliary", "kronecker"].includes(from.kind) &&
      from.matrices.length === to.matrices.length &&
      from.matrices.every((matrix, k) => signedPermutation(matrix, to.matrices[k]) !== undefined),
  };
}

/** Whether bases without matrices of their own are the same to the bit. */
function areEqual(a: Basis, b: Basis): boolean {
  if (a === b || (a.kind === "identity" && b.kind === "identity" && a.dimension === b.dimension)) return true;
  if (isProductBasis(a) && isProductBasis(b)) return areEqual(a.outer, b.outer) && areEqual(a.inner, b.inner);
  if (a.kind !== b.kind || a.matrices.length !== b.matrices.length) return false;
  if (a.kind === "dense") return a.matrices[0].data.every((entry, k) => entry === b.matrices[0].data[k]);
  return a.kind === "hadamard" && JSON.stringify(a) === JSON.stringify(b);
}

/** V_r of a reduced or auxiliary basis as it is applied, of whatever precision. */
function leadingColumns(basis: Basis): Matrix {
  const { rows, columns } = basis.matrices[0];
  const push = (axis: Float64Array, out: Float64Array): void => basis.pushDirection(axis, out);
  return imagesOfAxes(push, basis.rotatedDimension, columns, rows).transpose();
}

/** What a linear map from `inputs` to `outputs` coordinates makes of the first `count` axes, as rows. */
function imagesOfAxes(apply: Relation["rotate"], inputs: number, count: number, outputs: number): Matrix {
  const images = new Matrix(count, outputs);
  const axis = new Float64Array(inputs);
  for (let k = 0; k < count; k++) {
    axis[k] = 1;
    apply(axis, images.row(k));
    axis[k] = 0;
  }
  return images;
}

function betweenDense(from: Matrix, to: Matrix): Relation {
  const r = overlap(from, to);
  const squared = squaredEntries(r);
  return {
    rotate: (x, out) => void multiplyVector(r, x, { out }),
    rotateSquares: (v, out) => void multiplyVector(squared, v, { out }),
    onlyPermutesAndFlips: isSignedPermutation(r),
  };
}

/** (A ⊗ B) ∘ (A ⊗ B) = (A∘A) ⊗ (B∘B). */
function betweenKronecker(from: KroneckerFactorBasis, to: KroneckerFactorBasis): Relation {
  const { shape } = to.rotatedLayout.tensors[0];
  const left = factorOverlap(from.left, to.left);
  const right = factorOverlap(from.right, to.right);
  const squared = kroneckerFactorBasis(shape, {
    left: left && squaredEntries(left),
    right: right && squaredEntries(right),
  });
  const rotation = kroneckerFactorBasis(shape, { left, right });
  return {
    rotate: (x, out) => rotation.pushDirection(x, out),
    rotateSquares: (v, out) => squared.pushDirection(v, out),
    onlyPermutesAndFlips: [left, right].every((factor) => factor === undefined || isSignedPermutation(factor)),
  };
}

/** The same where sides are completed: one side after the other, row by row and column by column. */
function completedOverlap(from: KroneckerFactorBasis, to: KroneckerFactorBasis): SquaredOverlap {
  const sideOf = (old: Matrix | undefined, fresh: Matrix | undefined): SquaredOverlap | undefined =>
    old === undefined || fresh === undefined ? undefined : householderOverlap(completionOf(old), completionOf(fresh));
  const [left, right] = [sideOf(from.left, to.left), sideOf(from.right, to.right)];
  const turnRows = (matrix: Matrix, turn: SquaredOverlap | undefined): Matrix => {
    if (turn === undefined) return matrix;
    const result = new Matrix(matrix.rows, matrix.columns);
    for (let i = 0; i < matrix.rows; i++) turn(matrix.row(i), result.row(i));
    return result;
  };
  return (v, out) => {
    const rows = turnRows(new Matrix(from.rows, from.columns, v), right);
    out.set(turnRows(rows.transpose(), left).transpose().data);
  };
}

function factorOverlap(from: Matrix | undefined, to: Matrix | undefined): Matrix | undefined {
  return from === undefined || to === undefined ? undefined : overlap(from, to);
}

function sameSides(a: KroneckerFactorBasis, b: KroneckerFactorBasis): boolean {
  const sides = ({ rows, columns, left, right }: KroneckerFactorBasis): string =>
    `${rows} ${columns} ${left === undefined} ${right === undefined}`;
  return sides(a) === sides(b);
}

/** What stands in no part is not turned by either. */
function betweenUnions(from: Basis, to: Basis): Relation {
  const parts = (from.parts ?? []).map(({ offset, basis }, k) => ({
    offset,
    end: offset + basis.rotatedDimension,
    relation: relationOf(basis, (to.parts ?? [])[k].basis),
  }));
  const applied =
    (pick: (relation: Relation) => Relation["rotate"]) =>
    (x: Float64Array, out: Float64Array): void => {
      out.set(x);
      for (const { offset, end, relation } of parts) pick(relation)(x.subarray(offset, end), out.subarray(offset, end));
    };
  return {
    rotate: applied(({ rotate }) => rotate),
    rotateSquares: applied(({ rotateSquares }) => rotateSquares),
    onlyPermutesAndFlips: parts.every(({ relation }) => relation.onlyPermutesAndFlips),
  };
}

/** Whether two unions turn the same tensors together, and have their coordinates in the same places. */
function sameLayout(a: Basis, b: Basis): boolean {
  const places = ({ originalLayout, rotatedLayout, parts = [] }: Basis): string =>
    JSON.stringify([
      originalLayout?.tensors,
      rotatedLayout.tensors,
      parts.map(({ offset, basis }) => [offset, basis.dimension, basis.rotatedDimension]),
    ]);
  return places(a) === places(b);
}

/** V_newᵀ V_old; exactly a signed permutation when the columns are the same but for order and sign. */
function overlap(from: Matrix, to: Matrix): Matrix {
  return signedPermutation(from, to) ?? multiply(to, from, { transposeA: true });
}

/** The signed permutation P with to = from·Pᵀ bit for bit, where there is one. */
function signedPermutation(from: Matrix, to: Matrix): Matrix | undefined {
  if (from.rows !== to.rows || from.columns !== to.columns) return undefined;
  const [old, fresh] = [from.transpose(), to.transpose()];
  // Columns are looked up by the sizes of their first entries.
  const label = (row: Float64Array): string => Array.from(row.subarray(0, 4), Math.abs).join(" ");
  const places = new Map<string, number[]>();
  for (let j = 0; j < old.rows; j++) {
    const name = label(old.row(j));
    places.set(name, [...(places.get(name) ?? []), j]);
  }
  const result = new Matrix(fresh.rows, old.rows);
  for (let i = 0; i < fresh.rows; i++) {
    const row = fresh.row(i);
    const found = (places.get(label(row)) ?? [])
      .map((j) => ({ j, sign: signBetween(old.row(j), row) }))
      .find(({ sign }) => sign !== 0);
    if (found === undefined) return undefined;
    result.set(i, found.j, found.sign);
  }
  return result;
}

/** 1 or −1 when b is that times a, bit for bit; 0 otherwise. */
function signBetween(a: Float64Array, b: Float64Array): number {
  if (a.every((entry, k) => entry === b[k])) return 1;
  return a.every((entry, k) => entry === -b[k]) ? -1 : 0;
}

function isSignedPermutation(matrix: Matrix): boolean {
  if (matrix.rows !== matrix.columns) return false;
  const taken = new Set<number>();
  for (let i = 0; i < matrix.rows; i++) {
    const row = matrix.row(i);
    const j = row.findIndex((entry) => entry !== 0);
    if (j < 0 || Math.abs(row[j]) !== 1 || row.some((entry, k) => k !== j && entry !== 0)) return false;
    taken.add(j);
  }
  return taken.size === matrix.rows;
}

/** R∘R from R itself, whose transpose is made. */
function formedOverlap(rotate: Relation["rotate"], size: number): SquaredOverlap {
  const squared = squaredEntries(imagesOfAxes(rotate, size, size, size));
  return (v, out) => void multiplyVector(squared, v, { transpose: true, out });
}

/**
 * The diagonal of R diag(v) Rᵀ, as the mean of (R(√v∘z))² over z with independent signs, or over the coordinates of such in the old
 * basis, where these are uncorrelated, too: then it is no matter in which order and with which signs its directions come.
 */
function estimatedOverlap(from: Basis, rotate: Relation["rotate"]): SquaredOverlap {
  const inOriginal = from.rotatedDimension <= from.dimension;
  const signs = new Int32Array(inOriginal ? from.dimension : from.rotatedDimension);
  const values = new Float64Array(signs.length);
  const probe = new Float64Array(from.rotatedDimension);
  const turned = new Float64Array(from.rotatedDimension);
  return (v, out) => {
    out.fill(0);
    for (let k = 0; k < probes; k++) {
      integers(fold(random(0), k), 2, signs);
      for (let i = 0; i < signs.length; i++) values[i] = 2 * signs[i] - 1;
      if (inOriginal) from.pullGradient(values, probe);
      else probe.set(values);
      for (let i = 0; i < v.length; i++) probe[i] *= Math.sqrt(v[i]);
      rotate(probe, turned);
      for (let i = 0; i < v.length; i++) out[i] += turned[i] * turned[i];
    }
    for (let i = 0; i < v.length; i++) out[i] /= probes;
  };
}
