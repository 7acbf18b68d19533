/**
 * What an accumulator keeps of sampled gradients g₁, g₂, …: the forms of an estimate of the second moment E[g gᵀ].
 *
 * | form               | keeps                                                            | numbers kept       |
 * | ------------------ | ---------------------------------------------------------------- | ------------------ |
 * | exact              | Σ g gᵀ                                                           | d(d + 1)/2         |
 * | samples            | the gradients                                                    | M·d                |
 * | frequentDirections | a sketch B with 0 ⪯ Σ g gᵀ − BᵀB ⪯ δ I, δ known                   | at most 2·rank·d   |
 * | randomized         | Σ g gᵀ Ω for a random Ω                                          | (rank + extra)·d   |
 * | blocks             | Σ g_b g_bᵀ for groups b of tensors                               | Σ n_b(n_b + 1)/2   |
 * | kronecker          | Σ G Gᵀ and Σ Gᵀ G for each matrix G of the gradient               | Σ rows² + columns² |
 *
 * Each can be exponentially weighted by `decay`: sample m of M counts decay^(M − 1 − m).
 */
import { ArgumentError } from "../errors.ts";
import { sizeOf, type Layout, type TensorSlot } from "../linalg/layout.ts";
import type { Key } from "../math/random.ts";
import { isWeight } from "./sampling.ts";

/** Exponential weights, common to all forms. */
export interface Weighting {
  /** Sample m counts decay times as much as sample m + 1; in (0, 1]. Left out: all count alike. */
  readonly decay?: number;
}

/** The second moment itself. */
export interface ExactForm extends Weighting {
  readonly kind: "exact";
}

/** All gradients: everything can be made of them. */
export interface SamplesForm extends Weighting {
  readonly kind: "samples";
}

/** A sketch of rank to 2·rank rows, with a bound on its error. */
export interface FrequentDirectionsForm extends Weighting {
  readonly kind: "frequentDirections";
  readonly rank: number;
}

/** The products of the second moment with rank + oversampling random vectors, drawn by `key`. */
export interface RandomizedForm extends Weighting {
  readonly kind: "randomized";
  readonly rank: number;
  readonly oversampling: number;
  readonly key: Key;
}

/** The second moments of groups of tensors, which are named. */
export interface BlocksForm extends Weighting {
  readonly kind: "blocks";
  readonly blocks: readonly (readonly string[])[];
}

/** Both marginals of each named tensor as a matrix: its first axis by all others. */
export interface KroneckerForm extends Weighting {
  readonly kind: "kronecker";
  readonly tensors: readonly string[];
}

/** Plain data that survives JSON. */
export type MomentForm = ExactForm | SamplesForm | FrequentDirectionsForm | RandomizedForm | BlocksForm | KroneckerForm;

/** One block for each tensor of two or more axes: `blocks` as "by tensor" wants them. @example tensorBlocks(model).blocks // [["W"]] */
export function tensorBlocks(layout: Layout): BlocksForm {
  return { kind: "blocks", blocks: layout.tensors.filter(isWeight).map(({ name }) => [name]) };
}

/** The marginals of every tensor of two or more axes. @example kroneckerMarginals(model).tensors // ["W"] */
export function kroneckerMarginals(layout: Layout): KroneckerForm {
  return { kind: "kronecker", tensors: layout.tensors.filter(isWeight).map(({ name }) => name) };
}

/** A tensor as a matrix, the first axis by all others; a vector is one column. @example matrixSizes(model.slot("W")) // [3, 2] */
export function matrixSizes({ shape }: Pick<TensorSlot, "shape">): readonly [rows: number, columns: number] {
  return [shape.length === 0 ? 1 : shape[0], sizeOf(shape.slice(1))];
}

/** The slots of a group of tensors, in the order in which they are named, and the sum of their sizes. */
export interface Group {
  readonly slots: readonly TensorSlot[];
  readonly size: number;
}

/** Finds groups of tensors. Throws ArgumentError for an empty group, for unknown names and for one that stands twice. */
export function groupsOf(layout: Layout, groups: readonly (readonly string[])[], what: string): readonly Group[] {
  const seen = new Set<string>();
  return groups.map((names) => {
    if (names.length === 0) throw new ArgumentError(`${what}: a group names no tensor; expected at least one.`);
    const slots = names.map((name) => {
      if (seen.has(name)) throw new ArgumentError(`${what}: the tensor "${name}" stands twice.`);
      seen.add(name);
      return layout.slot(name);
    });
    return { slots, size: slots.reduce((sum, slot) => sum + slot.size, 0) };
  });
}

/** Copies the elements of a group out of a flat array, one tensor behind the other, to `offset` of `out`. */
export function gatherGroup(group: Group, flat: Float64Array, out: Float64Array, offset: number): void {
  let at = offset;
  for (const slot of group.slots) {
    for (let k = 0; k < slot.size; k++) out[at + k] = flat[slot.offset + k];
    at += slot.size;
  }
}

/** Throws ArgumentError for a form that does not fit the layout, or whose numbers are out of range. */
export function checkForm(form: MomentForm, layout: Layout): void {
  const { decay = 1 } = form;
  if (!(decay > 0 && decay <= 1)) throw new ArgumentError(`egop: form.decay is ${decay}; expected a number in (0, 1].`);
  if (form.kind === "frequentDirections") requireRank(form.rank, layout.size);
  else if (form.kind === "randomized") {
    requireRank(form.rank, layout.size);
    if (!Number.isSafeInteger(form.oversampling) || form.oversampling < 0)
      throw new ArgumentError(
        `egop: form.oversampling is ${form.oversampling}; expected a whole number of at least 0.`,
      );
  } else if (form.kind === "blocks") groupsOf(layout, form.blocks, "egop: form.blocks");
  else if (form.kind === "kronecker")
    groupsOf(
      layout,
      form.tensors.map((name) => [name]),
      "egop: form.tensors",
    );
  else requireKind(form.kind);
}

function requireRank(rank: number, dimension: number): void {
  if (!Number.isSafeInteger(rank) || rank < 1 || rank > dimension)
    throw new ArgumentError(`egop: form.rank is ${rank}; expected a whole number from 1 to ${dimension}.`);
}

/** The types allow nothing else, but plain JavaScript callers have none. */
function requireKind(kind: string): void {
  if (kind !== "exact" && kind !== "samples")
    throw new ArgumentError(
      `egop: form.kind is "${kind}"; expected "exact", "samples", "frequentDirections", "randomized", "blocks" or ` +
        '"kronecker".',
    );
}
