/**
 * A step of a whole optimizer as one WebAssembly loop: next = point + step, two elements at a time, where every part of the chain works
 * on one element alone. All vectors lie in one memory, each is read and written once a step, and no array is passed over again for
 * the rate, the decay, the sum, or in search of NaN.
 *
 * The parts go on doing what they do once a step (counting, corrections, schedules): their loops are called in name only, for the numbers
 * that they would have been given. The bits are those of the plain loops.
 */
import { layout as makeLayout, type Layout } from "../../linalg/layout.ts";
import * as wasm from "../../webassembly/assembler.ts";
import { get, i32, set, type Code } from "../../webassembly/assembler.ts";
import { instantiateFunctions } from "../../linalg/webassembly/instance.ts";
import type { ElementLoop, PieceOptions } from "../define.ts";
import type { GradientTransformation, TransformationState } from "../transformation.ts";
import { formulas, type Formula } from "./formulas.ts";
import { choose, less, names, plus, size, times } from "./lanes.ts";

/** A part of a chain with its state, and its formula unless it multiplies by a rate or adds a decay. */
interface Part {
  readonly piece: GradientTransformation & PieceOptions<TransformationState>;
  readonly state: TransformationState;
  readonly formula: Formula | undefined;
  /** Where its numbers begin among all. */
  readonly first: number;
}

/** What `define` has made, and nobody has given another update. */
type Own = GradientTransformation & PieceOptions<TransformationState> & { readonly own?: unknown };

const smallestNormal = 2.2250738585072014e-308;
/** A round of a loop works on so many pairs of elements, which do not wait for each other. */
const pairs = 2;
const roundBytes = 16 * pairs;
/** The numbers of all formulas: 1 and the smallest normal number. */
const commonNumbers = 2;
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
  const table = formulas();
  const parts: Part[] = [];
  if (!collect(optimizer, state, table, parts)) return undefined;
  // Whole rounds of the loops.
  const stride = roundBytes * Math.ceil((8 * length) / roundBytes);
  let end = 16 * Math.ceil((commonNumbers + countNumbers(parts)) / 2);
  const allocate = (): number => {
    end += stride;
    return end - stride;
  };
  const gradientAt = allocate();
  const pointsAt = Array.from({ length: pointCount }, allocate);
  const vectorsAt = parts.map(({ piece, formula }) =>
    formula === undefined ? [] : (piece.vectors ?? []).map(allocate),
  );
  // Addresses are signed numbers of 32 bits where they are constants.
  if (end >= 0x80000000) return undefined;
  const loop = step(parts, length, gradientAt, vectorsAt);
  if (loop.parameters.length + loop.locals.length > mostLocals) return undefined;
  const exports = instantiateFunctions([check(length, gradientAt), loop], end / 8);
  if (exports === null) return undefined;
  const { memory, run, gradientIsFinite } = exports as unknown as {
    readonly memory: { readonly buffer: ArrayBuffer };
    readonly run: (from: number, to: number) => number;
    readonly gradientIsFinite: () => number;
  };
  const view = (at: number): Float64Array => new Float64Array(memory.buffer, at, length);
  const numbers = new Float64Array(memory.buffer, 0, commonNumbers + countNumbers(parts));
  numbers[0] = 1;
  numbers[1] = smallestNormal;
  const gradient = view(gradientAt);
  const moved = parts.map((part, k) => moveVectors(part, vectorsAt[k].map(view)));
  const unit = new Float64Array(1);
  const one = Float64Array.of(1);
  const recorders = parts.map(({ first, formula }) => (...all: readonly (number | Float64Array)[]): void => {
    const skipped = 1 + (formula?.vectors ?? 0);
    for (let k = skipped; k < all.length; k++) numbers[first + k - skipped] = all[k] as number;
  });
  const points = pointsAt.map(view);
  return {
    state: withStates(state, parts, moved),
    gradient,
    points,
    run(from, to) {
      for (let k = 0; k < parts.length; k++) {
        const { piece, formula, first } = parts[k];
        if (formula !== undefined) piece.apply(gradient, moved[k], recorders[k], points[from]);
        else {
          // What the rate makes of 1 is what it multiplies by; what decay makes of 0 beside a parameter of 1 is what it adds.
          const isRate = piece.kind === rate;
          unit[0] = isRate ? 1 : 0;
          piece.update(unit, moved[k], one, true);
          numbers[first] = unit[0];
        }
      }
      return run(pointsAt[from], pointsAt[to]) !== 0;
    },
    gradientIsFinite: () => gradientIsFinite() !== 0,
  };
}

const rate = "scaleByLearningRate";
const decay = "addWeightDecay";

/** Appends the parts of an optimizer; false if there is one without a formula. Decay by 0 is no part. */
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
  const formula = piece.loop === undefined ? undefined : table.get(piece.loop);
  if (formula === undefined && piece.kind !== rate && piece.kind !== decay) return false;
  // Behind another part it would have to look at what that makes of the gradient, which lies nowhere.
  if (piece.looksAhead === true && parts.length > 0) return false;
  if (piece.kind === decay) {
    const unit = new Float64Array(1);
    piece.update(unit, piece.init(unitLayout()), Float64Array.of(1), true);
    if (unit[0] === 0) return true;
  }
  parts.push({ piece, state, formula, first: commonNumbers + countNumbers(parts) });
  return true;
}

function countNumbers(parts: readonly Part[]): number {
  return parts.reduce((sum, { formula }) => sum + (formula?.numbers ?? 1), 0);
}

/** The state with its vectors in the memory. */
function moveVectors({ piece, state, formula }: Part, views: readonly Float64Array[]): TransformationState {
  const moved: Record<string, unknown> = { ...state };
  if (formula !== undefined)
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

/** gradientIsFinite() → 1 or 0: zero times a finite number is zero and anything else NaN, which no sum loses. */
function check(length: number, at: number): wasm.FunctionSource {
  const i = 0;
  const sums = wasm.numbers(1, pairs);
  return {
    name: "gradientIsFinite",
    parameters: [],
    results: [i32],
    locals: [i32, ...wasm.repeated(wasm.v128, pairs)],
    body: [
      wasm.repeat(
        [
          sums.map((sum, k) => set1(sum, plus(get(sum), times([get(i), wasm.load(at + 16 * k)], wasm.zero)))),
          wasm.increase(i, roundBytes),
        ],
        [get(i), wasm.integer(8 * length), wasm.lessThan],
      ),
      allZero(total(sums)),
    ],
  };
}

const set1 = (local: number, value: Code): Code => [value, set(local)];
const total = (sums: readonly number[]): Code =>
  sums.slice(1).reduce((sum, local) => plus(sum, get(local)), get(sums[0]));
/** Whether both lanes are equal to 0: f64x2.eq, i64x2.all_true. */
const allZero = (value: Code): Code => [value, wasm.zero, wasm.vector(0x47), wasm.vector(0xc3)];

/** run(from, to) → 1 where gradient and new point are finite. */
function step(
  parts: readonly Part[],
  length: number,
  gradientAt: number,
  vectorsAt: readonly (readonly number[])[],
): wasm.FunctionSource {
  const [from, to, i] = [0, 1, 2];
  const sums = wasm.numbers(3, pairs);
  let locals = 3 + pairs;
  const next = (): number => locals++;
  const before = names(next);
  const number = (index: number): Code => before.keep([wasm.integer(0), wasm.loadSplat(8 * index)]);
  const [one, tiny] = [number(0), number(1)];
  const elements = parts.map(({ formula, first }) => {
    const numbers = Array.from({ length: formula?.numbers ?? 1 }, (_value, k) => number(first + k));
    return { numbers, elementOf: formula?.prepare(numbers, (value) => before.keep(value), { one, zero: wasm.zero }) };
  });
  /** Works on the two elements that lie so many bytes beyond `i`. */
  function pair(offset: number, sum: number): Code {
    const { code, keep } = names(next);
    const flushed = (value: Code): Code => {
      const kept = keep(value);
      return choose(less(size(kept), tiny), wasm.zero, kept);
    };
    const point = keep([get(from), wasm.load(offset)]);
    const first = keep([get(i), wasm.load(gradientAt + offset)]);
    let gradient = first;
    parts.forEach(({ piece, formula }, k) => {
      const { numbers, elementOf } = elements[k];
      if (formula === undefined || elementOf === undefined) {
        gradient = keep(piece.kind === rate ? times(gradient, numbers[0]) : plus(gradient, times(numbers[0], point)));
        return;
      }
      const addresses = vectorsAt[k].map((at) => at + offset);
      const [made, ...vectors] = elementOf(
        { keep, flushed },
        gradient,
        addresses.map((at) => keep([get(i), wasm.load(at)])),
      );
      const kept = keep(made);
      vectors.forEach((vector, index) => code.push(get(i), vector, wasm.store(addresses[index])));
      gradient = kept;
    });
    const moved = keep(plus(point, gradient));
    code.push(get(to), moved, wasm.store(offset), set1(sum, plus(get(sum), times(plus(first, moved), wasm.zero))));
    return code;
  }
  const free = locals;
  let used = 0;
  const loops = sums.map((sum, k) => {
    locals = free;
    const code = pair(16 * k, sum);
    used = Math.max(used, locals);
    return code;
  });
  const advance = [i, from, to].map((local) => wasm.increase(local, roundBytes));
  return {
    name: "run",
    parameters: [i32, i32],
    results: [i32],
    locals: [i32, ...wasm.repeated(wasm.v128, used - 3)],
    body: [
      before.code,
      wasm.repeat([loops, advance], [get(i), wasm.integer(8 * length), wasm.lessThan]),
      allZero(total(sums)),
    ],
  };
}
