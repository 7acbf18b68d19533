/**
 * The arithmetic of each form of a second moment: what a block of gradients adds up to, and what two such contents make
 * together. Which contents are put together in which order is decided in moment-tree.ts, so all of this is the same bits
 * however the samples were split.
 *
 * Cost for a block of B gradients: exact B·d², blocks Σ B·n², kronecker Σ B·rows·columns·(rows + columns), randomized
 * 4B·d·width, frequentDirections some 30·rank²·d to shrink a sketch. Sums are in ascending order of the samples within a
 * block; errors of a sum of M samples are those of pairwise summation, log₂(M/B) + B roundings.
 */
import { addRows, frequentDirections, type FrequentDirections } from "../linalg/frequent-directions.ts";
import type { Layout } from "../linalg/layout.ts";
import { Matrix } from "../linalg/matrix.ts";
import { addPackedGram, packedGram } from "../linalg/packed-gram.ts";
import { multiply, planProduct, type PlannedProduct } from "../linalg/product.ts";
import { normal } from "../math/random.ts";
import { gatherGroup, groupsOf, matrixSizes, type Group, type MomentForm, type RandomizedForm } from "./moment-form.ts";

/** What is kept of a set of samples. */
export interface Content {
  /** The sums or sketches of the form, in its order. */
  readonly arrays: readonly Float64Array[];
  /** For a sketch, δ: the second moment exceeds that of the sketch by at most δ in every direction. Otherwise 0. */
  readonly lost: number;
}

/** The two operations of a form. */
export interface ContentArithmetic {
  /** The content of gradients, one a row. */
  of(gradients: Matrix): Content;
  /** The content of earlier samples, times `scale`, with that of later ones. May overwrite and return the earlier one. */
  combine(earlier: Content, later: Content, scale: number): Content;
  /** The same of later gradients, which need not become a content of their own. May overwrite the earlier one too. */
  add(earlier: Content, gradients: Matrix, scale: number): Content;
  /** How long each array is; undefined where it may hold any number of rows of length d up to the rank. */
  readonly lengths: readonly number[] | undefined;
}

/** What a form needs to say itself. */
type Arithmetic = Omit<ContentArithmetic, "add"> & Partial<Pick<ContentArithmetic, "add">>;

/** The arithmetic of a checked form over gradients of a layout. */
export function arithmeticOf(form: MomentForm, layout: Layout): ContentArithmetic {
  const arithmetic = arithmeticOfForm(form, layout);
  return {
    add: (earlier, gradients, scale) => arithmetic.combine(earlier, arithmetic.of(gradients), scale),
    ...arithmetic,
  };
}

function arithmeticOfForm(form: MomentForm, layout: Layout): Arithmetic {
  switch (form.kind) {
    case "exact":
      return sumsOf([{ slots: layout.tensors, size: layout.size }]);
    case "blocks":
      return sumsOf(groupsOf(layout, form.blocks, "egop: form.blocks"));
    case "kronecker":
      return marginals(layout, form.tensors);
    case "randomized":
      return randomProducts(form, layout.size);
    case "frequentDirections":
      return sketch(form.rank, layout.size);
    case "samples":
      return everyRow;
  }
}

/** Adds arrays entry by entry: (earlier · scale) + later. */
function addSums(earlier: Content, later: Content, scale: number): Content {
  earlier.arrays.forEach((sum, k) => {
    const more = later.arrays[k];
    if (scale === 1) for (let i = 0; i < sum.length; i++) sum[i] += more[i];
    else for (let i = 0; i < sum.length; i++) sum[i] = sum[i] * scale + more[i];
  });
  return { arrays: earlier.arrays, lost: 0 };
}

/** Σ g gᵀ of the part of each gradient that belongs to a group, upper triangle row by row. */
function sumsOf(groups: readonly Group[]): Arithmetic {
  const partsOf = (gradients: Matrix): Matrix[] =>
    groups.map((group) => (group.size === gradients.columns ? gradients : partOf(gradients, group)));
  return {
    lengths: groups.map(({ size }) => (size * (size + 1)) / 2),
    combine: addSums,
    of: (gradients) => ({ arrays: partsOf(gradients).map(packedGram), lost: 0 }),
    add(earlier, gradients, scale): Content {
      partsOf(gradients).forEach((part, k) => {
        addPackedGram(earlier.arrays[k], scale, part);
      });
      return { arrays: earlier.arrays, lost: 0 };
    },
  };
}

/** The columns of a group, one tensor behind the other. */
export function partOf(gradients: Matrix, group: Group): Matrix {
  const part = new Matrix(gradients.rows, group.size);
  for (let m = 0; m < gradients.rows; m++) gatherGroup(group, gradients.row(m), part.data, m * group.size);
  return part;
}

/** The symmetric n × n matrix of an upper triangle, times a number. */
export function unpacked(triangle: Float64Array, n: number, factor: number): Matrix {
  const matrix = new Matrix(n, n);
  const { data } = matrix;
  for (let i = 0, at = 0; i < n; i++)
    for (let j = i; j < n; j++, at++) {
      const value = triangle[at] * factor;
      data[i * n + j] = value;
      data[j * n + i] = value;
    }
  return matrix;
}

/** Σ G Gᵀ and Σ Gᵀ G for each tensor as a matrix G. */
function marginals(layout: Layout, names: readonly string[]): Arithmetic {
  const plans = names.map((name) => {
    const slot = layout.slot(name);
    const [rows, columns] = matrixSizes(slot);
    const left = planProduct({ rows, columns: rows, inner: columns, transposeB: true, accumulate: true });
    const right = planProduct({ rows: columns, columns, inner: rows, transposeA: true, accumulate: true });
    return { offset: slot.offset, rows, columns, left, right };
  });
  const accumulated = (gradients: Matrix, plan: PlannedProduct, offset: number, side: number): Float64Array => {
    const sum = new Float64Array(side * side);
    for (let m = 0; m < gradients.rows; m++) {
      const at = m * gradients.columns + offset;
      plan(gradients.data, at, gradients.data, at, sum, 0);
    }
    return sum;
  };
  return {
    lengths: plans.flatMap(({ rows, columns }) => [rows * rows, columns * columns]),
    combine: addSums,
    of: (gradients) => ({
      arrays: plans.flatMap(({ offset, rows, columns, left, right }) => [
        accumulated(gradients, left, offset, rows),
        accumulated(gradients, right, offset, columns),
      ]),
      lost: 0,
    }),
  };
}

/** The random vectors of a randomized form, as columns: d × width. */
export function randomVectors({ rank, oversampling, key }: RandomizedForm, dimension: number): Matrix {
  const vectors = new Matrix(dimension, Math.min(dimension, rank + oversampling));
  normal(key, vectors.data);
  return vectors;
}

/** Σ g (gᵀΩ), d × width. */
function randomProducts(form: RandomizedForm, dimension: number): Arithmetic {
  const vectors = randomVectors(form, dimension);
  return {
    lengths: [vectors.data.length],
    combine: addSums,
    of: (gradients) => ({
      arrays: [multiply(gradients, multiply(gradients, vectors), { transposeA: true }).data],
      lost: 0,
    }),
  };
}

/** Frequent Directions: at most 2·rank rows, shrunk to `rank` whenever there would be more. */
function sketch(rank: number, dimension: number): Arithmetic {
  const rowsOf = (data: Float64Array): Matrix => new Matrix(data.length / dimension, dimension, data);
  const contentOf = ({ rows, filled, shrinkage }: FrequentDirections): Content => ({
    arrays: [rows.slice(0, filled * dimension)],
    lost: shrinkage,
  });
  const empty = (): FrequentDirections => frequentDirections({ dimension, size: rank });
  return {
    lengths: undefined,
    of: (gradients) => contentOf(addRows(empty(), gradients)),
    combine(earlier, later, scale): Content {
      const both = addRows(empty(), rowsOf(earlier.arrays[0]), { weight: Math.sqrt(scale) });
      addRows(both, rowsOf(later.arrays[0]));
      both.shrinkage += earlier.lost * scale + later.lost;
      return contentOf(both);
    },
  };
}

/** All gradients as they are. They are never combined: a state of this form keeps them as rows. */
const everyRow: Arithmetic = {
  lengths: undefined,
  of: (gradients) => ({ arrays: [gradients.data], lost: 0 }),
  combine: (earlier) => earlier,
};
