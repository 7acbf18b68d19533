/**
 * Taking samples into a second-moment estimate, and merging estimates: see moment-state.ts for the order of the sums,
 * which makes the result independent of how the samples were split.
 */
import { ArgumentError } from "../errors.ts";
import { Matrix } from "../linalg/matrix.ts";
import { integerPower } from "../optim/integer-power.ts";
import { arithmeticOf, type Content, type ContentArithmetic } from "./moment-content.ts";
import {
  blockSize,
  checkMoments,
  momentLayout,
  requireAlike,
  type MomentNode,
  type MomentState,
} from "./moment-state.ts";

/** A node, and whether its arrays are ours to write to. */
interface Branch {
  readonly node: MomentNode;
  readonly owned: boolean;
}

/** Samples on their way into a state. What is given is only read; `state()` is canonical: see the head of the file. */
export class MomentCollector {
  readonly #start: MomentState;
  readonly #dimension: number;
  readonly #arithmetic: ContentArithmetic;
  readonly #decay: number;
  /** Whether blocks are added up, or their rows kept. */
  readonly #adds: boolean;
  /** Ascending. */
  #branches: Branch[];
  /** The samples of incomplete blocks, in order of arrival, and their gradients. */
  #indices: number[];
  #rows: Float64Array;
  readonly #skipped: Set<number>;
  readonly #pending: Set<number>;
  /** How many samples of each incomplete block have come, skipped ones included. */
  readonly #arrived = new Map<number, number>();

  /** Begins with the samples of a checked state; `capacity` more rows are expected. */
  constructor(state: MomentState, capacity = 0) {
    const layout = momentLayout(state);
    this.#start = state;
    this.#dimension = layout.size;
    this.#arithmetic = arithmeticOf(state.form, layout);
    this.#decay = state.form.decay ?? 1;
    this.#adds = state.form.kind !== "samples";
    this.#branches = state.nodes.map((node) => ({ node, owned: false }));
    this.#indices = [...state.indices];
    this.#pending = new Set(state.indices);
    this.#skipped = new Set(state.skipped);
    const kept = this.#adds ? Math.min(capacity, blockSize) : capacity;
    this.#rows = new Float64Array((state.indices.length + kept) * layout.size);
    this.#rows.set(state.rows);
    for (const index of [...state.indices, ...state.skipped]) if (!this.#inNode(index)) this.#arrive(index);
  }

  /** Whether a sample has been taken in or skipped. */
  has(index: number): boolean {
    return this.#pending.has(index) || this.#skipped.has(index) || this.#inNode(index);
  }

  /** Takes in the gradient of a sample, which is copied. Throws ArgumentError when the sample is there already. */
  add(index: number, gradient: Float64Array): void {
    this.#requireNew(index);
    const at = this.#indices.length * this.#dimension;
    if (at + this.#dimension > this.#rows.length) {
      const grown = new Float64Array(2 * at + this.#dimension);
      grown.set(this.#rows);
      this.#rows = grown;
    }
    this.#rows.set(gradient, at);
    this.#indices.push(index);
    this.#pending.add(index);
    this.#arrive(index);
  }

  /** Notes that a sample is left out. Throws ArgumentError when it is there already. */
  skip(index: number): void {
    this.#requireNew(index);
    this.#skipped.add(index);
    this.#arrive(index);
  }

  /** Takes in all samples of another state of the same form and layout. Throws ArgumentError when one is there already. */
  addState(other: MomentState): void {
    for (const node of other.nodes) {
      const end = node.first + blockSize * node.blocks;
      const inside = [...this.#pending, ...this.#skipped].find((index) => node.first <= index && index < end);
      if (inside !== undefined) throw doubled(inside);
      for (const { node: own } of this.#branches)
        if (own.first < end && node.first < own.first + blockSize * own.blocks)
          throw doubled(Math.max(own.first, node.first));
      this.#insert({ node, owned: false });
    }
    const within = (index: number): boolean =>
      other.nodes.some(({ first, blocks }) => first <= index && index < first + blockSize * blocks);
    for (const index of other.skipped)
      if (within(index)) this.#skipped.add(index);
      else this.skip(index);
    other.indices.forEach((index, k) =>
      this.add(index, other.rows.subarray(k * this.#dimension, (k + 1) * this.#dimension)),
    );
  }

  /** What has been taken in so far; the collector can go on. */
  state(): MomentState {
    this.#branches = this.#branches.map(({ node }) => ({ node, owned: false }));
    const order = this.#sortedPositions(() => true);
    const { form, tensors } = this.#start;
    return {
      ...{ kind: "moments", version: 1, form, tensors },
      nodes: this.#branches.map(({ node }) => node),
      indices: order.map((position) => this.#indices[position]),
      rows: this.#rowsAt(order),
      skipped: [...this.#skipped].sort((a, b) => a - b),
    };
  }

  #requireNew(index: number): void {
    if (this.has(index)) throw doubled(index);
  }

  #inNode(index: number): boolean {
    return this.#branches.some(({ node: { first, blocks } }) => first <= index && index < first + blockSize * blocks);
  }

  /** Counts a sample, and adds its block up when it was the last that was missing. */
  #arrive(index: number): void {
    if (!this.#adds) return;
    const block = Math.floor(index / blockSize);
    const count = (this.#arrived.get(block) ?? 0) + 1;
    if (count < blockSize) {
      this.#arrived.set(block, count);
      return;
    }
    this.#arrived.delete(block);
    const inBlock = (other: number): boolean => Math.floor(other / blockSize) === block;
    const order = this.#sortedPositions(inBlock);
    const indices = order.map((position) => this.#indices[position]);
    const first = block * blockSize;
    const samples = weighed(this.#decay, indices, this.#rowsAt(order), this.#dimension, first + blockSize);
    this.#drop(inBlock);
    this.#insert({ node: this.#withSibling(first, samples), owned: true });
  }

  /** A block's node; where its left sibling is there, their common one, which needs no content for the block itself. */
  #withSibling(first: number, samples: Samples): MomentNode {
    const sibling = this.#branches.find(({ node }) => node.blocks === 1 && node.first === first - blockSize);
    if (sibling === undefined || sibling.node.first % (2 * blockSize) !== 0)
      return { first, blocks: 1, ...leafOf(this.#arithmetic, samples) };
    const both = extended(this.#arithmetic, writable(sibling), samples, integerPower(this.#decay, blockSize));
    this.#branches = this.#branches.filter((branch) => branch !== sibling);
    return { first: sibling.node.first, blocks: 2, ...both };
  }

  /** Puts a node in its place and combines it with its sibling, and what that makes with its own, as often as it goes. */
  #insert(branch: Branch): void {
    let branches = [...this.#branches, branch].sort((a, b) => a.node.first - b.node.first);
    let at = branches.indexOf(branch);
    for (;;) {
      const { first, blocks } = branches[at].node;
      const isLeft = first % (2 * blockSize * blocks) === 0;
      const left = isLeft ? at : at - 1;
      if (left < 0 || left + 1 >= branches.length) break;
      const [a, b] = [branches[left], branches[left + 1]];
      if (a.node.blocks !== blocks || b.node.blocks !== blocks || b.node.first !== a.node.first + blockSize * blocks)
        break;
      const combined = this.#combine(a, b);
      branches = [...branches.slice(0, left), combined, ...branches.slice(left + 2)];
      at = left;
    }
    this.#branches = branches;
  }

  #combine(left: Branch, right: Branch): Branch {
    const scale = integerPower(this.#decay, blockSize * right.node.blocks);
    const { first, blocks } = left.node;
    return {
      owned: true,
      node: { first, blocks: 2 * blocks, ...joined(this.#arithmetic, writable(left), right.node, scale) },
    };
  }

  /** Where the chosen pending samples lie, in ascending order of their numbers. */
  #sortedPositions(chosen: (index: number) => boolean): number[] {
    const positions: number[] = [];
    this.#indices.forEach((index, position) => {
      if (chosen(index)) positions.push(position);
    });
    return positions.sort((a, b) => this.#indices[a] - this.#indices[b]);
  }

  /** The rows at these positions: the array itself where that is what it holds, else a copy. */
  #rowsAt(positions: readonly number[]): Float64Array {
    const size = this.#dimension;
    const inPlace = positions.every((position, k) => position === k);
    if (inPlace && positions.length === this.#indices.length && !this.#adds)
      return this.#rows.subarray(0, positions.length * size);
    const rows = new Float64Array(positions.length * size);
    positions.forEach((position, k) => rows.set(this.#rows.subarray(position * size, (position + 1) * size), k * size));
    return rows;
  }

  #drop(chosen: (index: number) => boolean): void {
    const size = this.#dimension;
    let kept = 0;
    this.#indices.forEach((index, position) => {
      if (chosen(index)) this.#pending.delete(index);
      else {
        this.#rows.copyWithin(kept * size, position * size, (position + 1) * size);
        this.#indices[kept++] = index;
      }
    });
    this.#indices.length = kept;
  }
}

function doubled(index: number): ArgumentError {
  return new ArgumentError(`egop: sample ${index} is in both states; expected each sample once.`);
}

/** The node of a branch, whose arrays may be overwritten. */
function writable({ node, owned }: Branch): MomentNode {
  return owned ? node : { ...node, arrays: copied(node.arrays) };
}

function copied(arrays: readonly Float64Array[]): Float64Array[] {
  return arrays.map((array) => array.slice());
}

/** Gradients, one a row, each times the root of its weight, which are added up. */
interface Samples {
  readonly weight: number;
  readonly squaredNorm: number;
  readonly gradients: Matrix;
}

/** Rows of gradients, which are overwritten where samples decay: the one before `end` has weight 1. */
function weighed(decay: number, indices: readonly number[], rows: Float64Array, size: number, end: number): Samples {
  let weight = indices.length;
  if (decay !== 1) {
    weight = 0;
    indices.forEach((index, k) => {
      const own = integerPower(decay, end - 1 - index);
      weight += own;
      const root = Math.sqrt(own);
      for (let i = k * size; i < (k + 1) * size; i++) rows[i] *= root;
    });
  }
  let squaredNorm = 0;
  for (let i = 0; i < rows.length; i++) squaredNorm += rows[i] * rows[i];
  return { weight, squaredNorm, gradients: new Matrix(indices.length, size, rows) };
}

function leafOf(arithmetic: ContentArithmetic, { weight, squaredNorm, gradients }: Samples): Sum {
  return { weight, squaredNorm, ...arithmetic.of(gradients) };
}

/** What `joined` makes of earlier ones and the leaf of these samples; may overwrite the arrays of the earlier ones. */
function extended(arithmetic: ContentArithmetic, earlier: Sum, samples: Samples, scale: number): Sum {
  return {
    weight: earlier.weight * scale + samples.weight,
    squaredNorm: earlier.squaredNorm * scale + samples.squaredNorm,
    ...arithmetic.add(earlier, samples.gradients, scale),
  };
}

/** Earlier samples, times `scale`, and later ones; may overwrite the arrays of the earlier ones. */
function joined(arithmetic: ContentArithmetic, earlier: Sum, later: Sum, scale: number): Sum {
  return {
    weight: earlier.weight * scale + later.weight,
    squaredNorm: earlier.squaredNorm * scale + later.squaredNorm,
    ...arithmetic.combine(earlier, later, scale),
  };
}

/**
 * The estimate from the samples of both states, which are only read. The result does not depend on which is named first,
 * nor on how the samples of several states are put together two by two: it is, to the bit, what one process would have
 * that took in all samples itself.
 *
 * Throws StateError for what is no state, ArgumentError for states of other forms or layouts and for a sample in both.
 *
 * @example coveredSamples(mergeMoments(emptyMoments({ kind: "exact" }, model), emptyMoments({ kind: "exact" }, model))) // []
 */
export function mergeMoments(a: MomentState, b: MomentState): MomentState {
  checkMoments(a);
  checkMoments(b);
  requireAlike(a, b);
  const collector = new MomentCollector(a, b.indices.length);
  collector.addState(b);
  return collector.state();
}

/** A node without its place. */
type Sum = Omit<MomentNode, "first" | "blocks">;

/** All samples of a state as one content, with the sum of their weights and of their weighted ‖g‖². */
export interface MomentTotal extends Content {
  readonly weight: number;
  readonly squaredNorm: number;
  /** The number of samples in it. */
  readonly samples: number;
}

/** Adds up what a state keeps, in ascending order; undefined when there is no sample in it. */
export function totalOf(state: MomentState): MomentTotal | undefined {
  const layout = momentLayout(state);
  const arithmetic = arithmeticOf(state.form, layout);
  const decay = state.form.decay ?? 1;
  const pieces: { readonly end: number; readonly content: Sum | Samples }[] = state.nodes.map((node) => ({
    end: node.first + blockSize * node.blocks,
    content: node,
  }));
  const whole = state.form.kind === "samples";
  for (let k = 0; k < state.indices.length;) {
    let last = k + 1;
    const block = Math.floor(state.indices[k] / blockSize);
    while (last < state.indices.length && (whole || Math.floor(state.indices[last] / blockSize) === block)) last++;
    const view = state.rows.subarray(k * layout.size, last * layout.size);
    const end = state.indices[last - 1] + 1;
    const rows = decay === 1 ? view : view.slice();
    pieces.push({ end, content: weighed(decay, state.indices.slice(k, last), rows, layout.size, end) });
    k = last;
  }
  if (pieces.length === 0) return undefined;
  pieces.sort((a, b) => a.end - b.end);
  const isLeaf = (content: Sum | Samples): content is Samples => "gradients" in content;
  const [{ content: first }, ...others] = pieces;
  let content = isLeaf(first) ? leafOf(arithmetic, first) : first;
  if (content === first && others.length > 0) content = { ...content, arrays: copied(content.arrays) };
  others.forEach(({ end, content: next }, k) => {
    const scale = integerPower(decay, end - pieces[k].end);
    content = isLeaf(next) ? extended(arithmetic, content, next, scale) : joined(arithmetic, content, next, scale);
  });
  const blocks = state.nodes.reduce((sum, node) => sum + node.blocks, 0);
  const skippedInNodes = state.skipped.filter((index) =>
    state.nodes.some(({ first, blocks: count }) => first <= index && index < first + blockSize * count),
  ).length;
  return { ...content, samples: blockSize * blocks - skippedInNodes + state.indices.length };
}
