/**
 * A step of a whole optimizer as one WebAssembly loop: next = point + step, two elements at a time, where every part of the chain works
 * on one element alone; as two loops a tensor where a part takes the tensor's norms (LARS, LAMB). All vectors lie in one memory, each is read and written once a step, and no array is passed over again for
 * the rate, the decay, the sum, or in search of NaN.
 *
 * The parts go on doing what they do once a step (counting, corrections, schedules): their loops are called in name only, for the numbers
 * that they would have been given. The bits are those of the plain loops.
 */
import { layout as makeLayout, type Layout } from "../../linalg/layout.ts";
import { instantiateFunctions } from "../../linalg/webassembly/instance.ts";
import type { ElementLoop, PieceOptions } from "../define.ts";
import type { Slot } from "../slots.ts";
import { smallestNormal } from "../subnormal.ts";
import type { GradientTransformation, TransformationState } from "../transformation.ts";
import { formulas, type Formula } from "./formulas.ts";
import {
  commonNumbers,
  finiteLoop,
  normsLoop,
  numbersOf,
  roundBytes,
  slotStepLoop,
  stepLoop,
  sumsOfSquares,
  type LoopPart,
} from "./step-loops.ts";

/** A part of a chain with its state. */
interface Part extends Omit<LoopPart, "vectorsAt"> {
  readonly piece: GradientTransformation & PieceOptions<TransformationState>;
  readonly state: TransformationState;
}

/** What `define` has made, and nobody has given another update. */
type Own = GradientTransformation & PieceOptions<TransformationState> & { readonly own?: unknown };

/** The assembler writes a local's number in one byte. */
const mostLocals = 128;
const unitLayout: () => Layout = () => makeLayout({ one: [1] });

/** A loop in WebAssembly, with the vectors that it works on. */
export interface StepKernel {
  readonly state: TransformationState;
  readonly gradient: Float64Array;
  readonly points: readonly Float64Array[];
  /**
   * Overwrites point `to` with point `from` plus the step. True when all of the gradient and all of the new point are finite; false when one
   * is not, or close to overflow. Behind a gradient that is not finite, the state is of no use any more.
   */
  run(from: number, to: number): boolean;
  /** Whether all of the gradient is finite. */
  gradientIsFinite(): boolean;
}

/**
 * The kernel of an optimizer whose `state` is at its start or has been restored, with so many points; undefined where there is none, because
 * a part does not work on elements alone or is the user's, or WebAssembly is missing or switched off. Copies the state.
 */
export function stepKernel(
  optimizer: GradientTransformation,
  state: TransformationState,
  length: number,
  pointCount: number,
): StepKernel | undefined {
  const parts: Part[] = [];
  if (!collect(optimizer, state, formulas(), parts)) return undefined;
  // Whole rounds of the loops.
  const stride = roundBytes * Math.ceil((8 * length) / roundBytes);
  const numberCount = commonNumbers + countNumbers(parts);
  let end = 16 * Math.ceil(numberCount / 2);
  const allocate = (): number => {
    end += stride;
    return end - stride;
  };
  const gradientAt = allocate();
  const pointsAt = Array.from({ length: pointCount }, allocate);
  const placed = parts.map((part) => ({
    ...part,
    vectorsAt: typeof part.work === "string" ? [] : (part.piece.vectors ?? []).map(allocate),
  }));
  const bySlot = parts.findIndex(({ piece }) => piece.bySlot !== undefined);
  // Where the steps are that the norms are taken of.
  const stepsAt = bySlot > 0 ? allocate() : gradientAt;
  // Addresses are signed numbers of 32 bits where they are constants.
  if (end >= 0x80000000) return undefined;
  const loops =
    bySlot < 0
      ? [stepLoop(placed, length, gradientAt)]
      : [normsLoop(placed.slice(0, bySlot), gradientAt, stepsAt), slotStepLoop(placed.slice(bySlot), stepsAt)];
  if (loops.some(({ parameters, locals }) => parameters.length + locals.length > mostLocals)) return undefined;
  const exports = instantiateFunctions([finiteLoop(length, gradientAt), ...loops], end / 8);
  if (exports === null) return undefined;
  const { memory, gradientIsFinite } = exports as unknown as {
    readonly memory: { readonly buffer: ArrayBuffer };
    readonly gradientIsFinite: () => number;
  };
  const view = (at: number): Float64Array => new Float64Array(memory.buffer, at, length);
  const numbers = new Float64Array(memory.buffer, 0, numberCount);
  numbers[0] = 1;
  numbers[1] = smallestNormal;
  const gradient = view(gradientAt);
  const moved = placed.map((part) => moveVectors(part, part.vectorsAt.map(view)));
  const points = pointsAt.map(view);
  const prepare = parts.map((part, k) => numbersOfStep(part, moved[k], gradient, numbers));
  const run =
    bySlot < 0
      ? (exports as unknown as { readonly run: (from: number, to: number) => number }).run
      : slotBySlot(exports as unknown as SlotLoops, parts[bySlot], numbers);
  return {
    state: withStates(state, parts, moved),
    gradient,
    points,
    run(from, to) {
      for (let k = 0; k < prepare.length; k++) prepare[k](points[from]);
      return run(pointsAt[from], pointsAt[to]) !== 0;
    },
    gradientIsFinite: () => gradientIsFinite() !== 0,
  };
}

/** What a part does once a step, and the numbers that its loop would then be given written to their place. */
function numbersOfStep(
  { piece, work, first }: Part,
  state: TransformationState,
  gradient: Float64Array,
  numbers: Float64Array,
): (point: Float64Array) => void {
  if (typeof work === "string") {
    // What the rate makes of 1 is what it multiplies by; what decay makes of 0 beside a parameter of 1 is what it adds.
    const unit = new Float64Array(1);
    const one = Float64Array.of(1);
    return () => {
      unit[0] = work === "rate" ? 1 : 0;
      piece.update(unit, state, one, true);
      numbers[first] = unit[0];
    };
  }
  if (piece.bySlot !== undefined) {
    // The first one is the tensor's.
    numbers.set(piece.bySlot.numbers, first + 1);
    return () => undefined;
  }
  const record = (...all: readonly (number | Float64Array)[]): void => {
    let at = first;
    for (const argument of all) if (typeof argument === "number") numbers[at++] = argument;
  };
  return (point) => piece.apply(gradient, state, record, point);
}

type SlotLoop = (from: number, to: number, i: number, last: number) => number;
interface SlotLoops {
  readonly norms: SlotLoop;
  readonly run: SlotLoop;
}

/** A step tensor by tensor: the loop up to its norms, its ratio, and the loop behind it. */
function slotBySlot(
  { norms, run }: SlotLoops,
  { piece, state, first }: Part,
  numbers: Float64Array,
): (from: number, to: number) => number {
  const { slots } = state as unknown as { readonly slots: readonly Slot[] };
  const ratio = piece.bySlot?.ratio ?? (() => 1);
  return (from, to) => {
    let finite = 1;
    for (const { offset, size } of slots) {
      const [begin, last] = [8 * offset, 8 * (offset + size - 1)];
      finite &= norms(from + begin, to + begin, begin, last);
      const gradientNorm = Math.sqrt(numbers[sumsOfSquares] + numbers[sumsOfSquares + 1]);
      const parameterNorm = Math.sqrt(numbers[sumsOfSquares + 2] + numbers[sumsOfSquares + 3]);
      numbers[first] = ratio(gradientNorm, parameterNorm);
      finite &= run(from + begin, to + begin, begin, last);
    }
    return finite;
  };
}

const rate = "scaleByLearningRate";
const decay = "addWeightDecay";

/** Appends the parts of an optimizer; false if there is one without a formula, or a second one by tensors. Decay by 0 is no part. */
function collect(
  optimizer: GradientTransformation,
  state: TransformationState,
  table: ReadonlyMap<ElementLoop, Formula>,
  parts: Part[],
): boolean {
  const piece = optimizer as Own;
  if (piece.own === undefined || piece.own !== piece.update) return false;
  if (optimizer.parts !== undefined) {
    const { parts: states } = state as unknown as { readonly parts: readonly TransformationState[] };
    return optimizer.parts.every((part, k) => collect(part, states[k], table, parts));
  }
  const other = piece.kind === rate ? "rate" : piece.kind === decay ? "decay" : undefined;
  const work = (piece.loop === undefined ? undefined : table.get(piece.loop)) ?? other;
  if (work === undefined) return false;
  // Behind another part it would have to look at what that makes of the gradient, which lies nowhere.
  if (piece.looksAhead === true && parts.length > 0) return false;
  if (piece.bySlot !== undefined && parts.some((part) => part.piece.bySlot !== undefined)) return false;
  if (piece.kind === decay) {
    const unit = new Float64Array(1);
    piece.update(unit, piece.init(unitLayout()), Float64Array.of(1), true);
    if (unit[0] === 0) return true;
  }
  parts.push({ piece, state, work, first: commonNumbers + countNumbers(parts) });
  return true;
}

function countNumbers(parts: readonly Part[]): number {
  return parts.reduce((sum, { work }) => sum + numbersOf(work), 0);
}

/** The state with its vectors in the memory. */
function moveVectors({ piece, state, work }: Part, views: readonly Float64Array[]): TransformationState {
  const moved: Record<string, unknown> = { ...state };
  if (typeof work !== "string")
    (piece.vectors ?? []).forEach((name, k) => {
      views[k].set(moved[name] as Float64Array);
      moved[name] = views[k];
    });
  return moved as unknown as TransformationState;
}

/** The state of a chain, with the moved states of its parts in the places of the others. */
function withStates(
  state: TransformationState,
  parts: readonly Part[],
  moved: readonly TransformationState[],
): TransformationState {
  const index = parts.findIndex((part) => part.state === state);
  if (index >= 0) return moved[index];
  const { parts: states } = state as unknown as { readonly parts?: readonly TransformationState[] };
  return states === undefined ? state : ({ ...state, parts: states.map((s) => withStates(s, parts, moved)) } as never);
}
