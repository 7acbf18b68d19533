/**
 * The state of a second-moment estimate as plain data: what samples it has taken in, and what is kept of them. It can be
 * saved, sent to another process, merged with the state of other samples, and gone on with.
 *
 * Samples have numbers, and belong to blocks of 64 by their number. Rows of a block that is not complete yet are kept as
 * they are; a complete block is added up in ascending order; two neighboring nodes of equal size, the first of which
 * begins at a multiple of their common size, are combined: the shape of the sum is fixed by the numbers of the samples
 * and by nothing else. So a state depends on the set of its samples alone, to the bit, however they were split among
 * processes and in which order the parts were merged. The price is memory for up to log₂(M/64) + 1 nodes.
 */
import { ArgumentError, EgopError, StateError } from "../errors.ts";
import { indexOfNotFinite } from "../linalg/finite.ts";
import { layout, type Layout, type Shape } from "../linalg/layout.ts";
import { arithmeticOf } from "./moment-content.ts";
import { checkForm, type MomentForm } from "./moment-form.ts";

/** The number of samples in a block. */
export const blockSize = 64;

export interface MomentState {
  readonly kind: "moments";
  readonly version: 1;
  readonly form: MomentForm;
  /** The layout of the gradients. */
  readonly tensors: readonly { readonly name: string; readonly shape: Shape }[];
  /** Complete blocks, combined where they can be; ascending. */
  readonly nodes: readonly MomentNode[];
  /** The numbers of the samples whose gradients are kept as rows, ascending. */
  readonly indices: readonly number[];
  /** Their gradients, one behind the other. */
  readonly rows: Float64Array;
  /** The numbers of the samples that were left out because they were not finite, ascending. */
  readonly skipped: readonly number[];
}

/** What is kept of the samples from `first` to before `first + 64 · blocks`. */
export interface MomentNode {
  /** A multiple of 64 · blocks. */
  readonly first: number;
  /** A power of two. */
  readonly blocks: number;
  /** The sum of the samples' weights: their number, unless they are weighted exponentially. */
  readonly weight: number;
  /** The weighted sum of ‖g‖². */
  readonly squaredNorm: number;
  /** See Content. */
  readonly arrays: readonly Float64Array[];
  readonly lost: number;
}

/** The layout of a state's gradients. */
export function momentLayout({ tensors }: Pick<MomentState, "tensors">): Layout {
  return layout(Object.fromEntries(tensors.map(({ name, shape }) => [name, shape])));
}

/** The state before the first sample. Throws ArgumentError for a form that does not fit the layout. @example emptyMoments({ kind: "exact" }, model).nodes // [] */
export function emptyMoments(form: MomentForm, layout: Layout): MomentState {
  checkForm(form, layout);
  const tensors = layout.tensors.map(({ name, shape }) => ({ name, shape }));
  return {
    ...{ kind: "moments", version: 1, form, tensors, nodes: [], indices: [], skipped: [] },
    rows: new Float64Array(0),
  };
}

/**
 * The samples that a state has taken in or skipped, as ascending ranges [from, to) with gaps between them.
 *
 * @example coveredSamples(accumulate(objective, { points: gaussian({ mean: start, standardDeviation: 1 }), to: 5 })) // [[0, 5]]
 */
export function coveredSamples(state: MomentState): readonly (readonly [from: number, to: number])[] {
  const pieces = [
    ...state.nodes.map(({ first, blocks }) => [first, first + blockSize * blocks] as const),
    ...state.indices.map((index) => [index, index + 1] as const),
    ...state.skipped.map((index) => [index, index + 1] as const),
  ].sort((a, b) => a[0] - b[0]);
  const ranges: [number, number][] = [];
  for (const [from, to] of pieces) {
    const last = ranges.at(-1);
    // A skipped sample may lie within a node.
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else ranges.push([from, to]);
  }
  return ranges;
}

/**
 * Throws StateError, naming what is wrong, unless `state` (which may come from anywhere) is a state of this version whose
 * parts fit together: nothing of it is trusted before.
 */
export function checkMoments(state: MomentState): void {
  const given = state as unknown;
  if (!isRecord(given)) throw new StateError("egop: the state is no object.");
  if (given["kind"] !== "moments" || given["version"] !== 1)
    throw new StateError(
      `egop: the state is of kind "${String(given["kind"])}", version ${String(given["version"])}; expected "moments", version 1.`,
    );
  const { nodes, indices, rows, skipped, tensors, form } = given;
  if (!isList(tensors) || !tensors.every((t) => isRecord(t) && typeof t["name"] === "string" && isShape(t["shape"])))
    throw new StateError("egop: the state's tensors are not names with shapes.");
  if (
    !isList(nodes) ||
    !isNumbers(indices) ||
    !isNumbers(skipped) ||
    !(rows instanceof Float64Array) ||
    !isRecord(form)
  )
    throw new StateError("egop: the state has not the fields form, nodes, indices, rows and skipped.");
  const { size, lengths } = expectedLengths(state);
  if (rows.length !== indices.length * size || indexOfNotFinite(rows) >= 0)
    throw new StateError(
      `egop: the state has ${rows.length} numbers in its rows; expected ${indices.length} finite rows of ${size}.`,
    );
  requireAscending(state.indices, "indices");
  requireAscending(state.skipped, "skipped");
  if (state.form.kind === "samples" && nodes.length > 0)
    throw new StateError(
      `egop: the state has ${nodes.length} nodes; expected none, as its form keeps samples as rows.`,
    );
  let end = 0;
  for (const node of nodes) {
    if (!isNode(node) || node.first < end || !fits(node, lengths, size))
      throw new StateError("egop: a node of the state is not as its form and the nodes before it need.");
    if (node.weight === 0 && !allSkipped(node, state.skipped))
      throw new StateError(`egop: the state's node from sample ${node.first} on has samples, and their weight is 0.`);
    end = node.first + blockSize * node.blocks;
  }
  const added = (index: number): boolean =>
    state.nodes.some(({ first, blocks }) => first <= index && index < first + blockSize * blocks);
  const skippedToo = new Set(state.skipped);
  const twice = state.indices.find((index) => added(index) || skippedToo.has(index));
  if (twice !== undefined) throw new StateError(`egop: the state has sample ${twice} twice.`);
}

function expectedLengths(state: MomentState): { size: number; lengths: readonly number[] | undefined } {
  try {
    const layout = momentLayout(state);
    checkForm(state.form, layout);
    return { size: layout.size, lengths: arithmeticOf(state.form, layout).lengths };
  } catch (error) {
    if (error instanceof EgopError) throw new StateError(`The state does not fit together: ${error.message}`);
    throw error;
  }
}

function fits(node: MomentNode, lengths: readonly number[] | undefined, size: number): boolean {
  const finite = node.arrays.every((array) => indexOfNotFinite(array) < 0);
  if (lengths === undefined) return finite && node.arrays.length === 1 && node.arrays[0].length % size === 0;
  return finite && node.arrays.length === lengths.length && lengths.every((n, k) => node.arrays[k].length === n);
}

function isNode(node: unknown): node is MomentNode {
  if (!isRecord(node)) return false;
  const { first, blocks, weight, squaredNorm, lost, arrays } = node;
  if (!isCount(first) || !isCount(blocks) || blocks < 1) return false;
  if (![weight, squaredNorm, lost].every((value) => typeof value === "number" && value >= 0 && value < Infinity))
    return false;
  return (
    first % (blockSize * blocks) === 0 &&
    Number.isInteger(powerBelow(blocks) / blocks) &&
    isList(arrays) &&
    arrays.every((array) => array instanceof Float64Array)
  );
}

/** A block of which nothing was taken in has no weight. */
function allSkipped({ first, blocks }: MomentNode, skipped: readonly number[]): boolean {
  const end = first + blockSize * blocks;
  return skipped.filter((index) => first <= index && index < end).length === end - first;
}

/** The largest power of two that is at most `value`. */
function powerBelow(value: number): number {
  let power = 1;
  while (2 * power <= value) power *= 2;
  return power;
}

function requireAscending(indices: readonly number[], what: string): void {
  if (!indices.every((index, k) => isCount(index) && (k === 0 || indices[k - 1] < index)))
    throw new StateError(`egop: the state's ${what} are not ascending whole numbers.`);
}

/** Throws ArgumentError unless both states are of the same form and layout. */
export function requireAlike(a: MomentState, b: MomentState): void {
  if (canonical(a.form) !== canonical(b.form))
    throw new ArgumentError(
      `mergeMoments: one state is of the form ${canonical(a.form)}, the other of ${canonical(b.form)}; expected the same.`,
    );
  if (canonical(a.tensors) !== canonical(b.tensors))
    throw new ArgumentError("mergeMoments: the states are of other layouts; expected the same tensors.");
}

/**
 * Throws StateError unless a checked state can be gone on with for gradients of a layout, and in a form where one is asked
 * for.
 */
export function requireResumable(state: MomentState, layout: Layout, form: MomentForm | undefined): void {
  const { size } = momentLayout(state);
  if (size !== layout.size)
    throw new StateError(`egop: the state to resume has gradients of ${size}; the objective has ${layout.size}.`);
  const list = (tensors: MomentState["tensors"]): string =>
    tensors.map(({ name, shape }) => `${name} [${shape.join(", ")}]`).join(", ");
  if (list(state.tensors) !== list(layout.tensors))
    throw new StateError(
      `egop: the state to resume is of the tensors ${list(state.tensors)}; the objective has ${list(layout.tensors)}.`,
    );
  if (form !== undefined && canonical(form) !== canonical(state.form))
    throw new StateError(
      `egop: the state to resume is of the form ${canonical(state.form)}; expected ${canonical(form)}.`,
    );
}

/** Text that is equal for equal plain data, whatever the order of fields. */
function canonical(data: unknown): string {
  return JSON.stringify(data, (_name, value: unknown) =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isNumbers(value: unknown): value is readonly number[] {
  return isList(value) && value.every(isCount);
}

function isShape(value: unknown): value is Shape {
  return isNumbers(value);
}
