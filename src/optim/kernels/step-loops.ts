/**
 * The loops of a step's kernel as WebAssembly code, put together from the formulas of a chain's parts (formulas.ts), two elements at a time.
 * Where a part takes the norms of step and parameters, a tensor at a time, there are two loops: up to the norms, and behind them. Sums of
 * squares are those of `slotNorms`: elements at even and at odd distances from the first one, which are the two lanes, apart.
 */
import * as wasm from "../../webassembly/assembler.ts";
import { get, i32, set, type Code } from "../../webassembly/assembler.ts";
import type { Formula } from "./formulas.ts";
import { choose, less, minus, names, plus, size, times, where } from "./lanes.ts";

/** What a loop does for a part of the chain. */
export interface LoopPart {
  /** A formula, or a rate to multiply by, or a decay to add. */
  readonly work: Formula | "rate" | "decay";
  /** Where its numbers begin among all. */
  readonly first: number;
  /** The addresses of its vectors. */
  readonly vectorsAt: readonly number[];
}

/** The numbers before those of the parts, all at the beginning of the memory: 1, the smallest normal number, and the sums of squares. */
export const commonNumbers = 6;
/** Where the sums of squares are: of even and of odd elements' steps, then of such parameters. */
export const sumsOfSquares = 2;

/** A round of a loop over all elements works on so many pairs, which do not wait for each other. */
const pairs = 2;
/** Vectors are as long as whole rounds. */
export const roundBytes: number = 16 * pairs;

/** How many numbers a part has. */
export function numbersOf(work: LoopPart["work"]): number {
  return typeof work === "string" ? 1 : work.numbers;
}

function vectorsOf(work: LoopPart["work"]): number {
  return typeof work === "string" ? 0 : work.vectors;
}

const set1 = (local: number, value: Code): Code => [value, set(local)];
const addTo = (sum: number, value: Code): Code => set1(sum, plus(get(sum), value));

// What is finite less itself is 0, all bits of which are 0, and anything else NaN, of which some are not. These are collected by `or`, which
// takes a cycle where a sum would take four.
const or: Code = wasm.vector(0x50);
/** Notes whether a value, which is code of no cost, is finite. */
const note = (noted: number, value: Code, of: (value: Code) => Code = (whole) => whole): Code =>
  set1(noted, [get(noted), of(minus(value, value)), or]);
/** 1 where all that was noted is finite: v128.any_true, i32.eqz. */
const allFinite = ([first, ...others]: readonly number[]): Code => [
  [get(first), others.map((noted) => [get(noted), or])],
  [wasm.vector(0x53), 0x45],
];

/**
 * gradientIsFinite() → 1 or 0. From the last round to the first, which is where the step behind it begins: what the caches hold by then is read
 * from there.
 */
export function finiteLoop(length: number, at: number): wasm.FunctionSource {
  const i = 0;
  const rounds = Math.max(1, Math.ceil((8 * length) / roundBytes));
  const noted = wasm.numbers(1, pairs);
  const value = 1 + pairs;
  return {
    name: "gradientIsFinite",
    parameters: [],
    results: [i32],
    locals: [i32, ...wasm.repeated(wasm.v128, pairs + 1)],
    body: [
      [wasm.integer(rounds * roundBytes), set(i)],
      wasm.repeat(
        [
          wasm.increase(i, -roundBytes),
          noted.map((local, k) => [get(i), wasm.load(at + 16 * k), set(value), note(local, get(value))]),
        ],
        get(i),
      ),
      allFinite(noted),
    ],
  };
}

/** Locals that all loops over parts begin with: the two points' addresses, and how far the vectors have been worked through. */
const [from, to, i] = [0, 1, 2];

/** Two elements on their way through a loop. */
interface Elements {
  readonly keep: (value: Code) => Code;
  /** To a vector, at a distance from what a local holds. */
  readonly store: (base: number, at: number, value: Code) => Code;
  readonly point: Code;
  /** What the loop begins with, and what its parts have made of it. */
  readonly given: Code;
  readonly made: Code;
}

/** The code of a loop's round, and what comes before the loop. */
interface Rounds {
  readonly before: Code;
  /**
   * The parts' work on the two elements that lie so many bytes beyond `i`, and what `finish` does with them. With `alone`, the second one
   * is a neighbor's: it is not written to, and what `finish` is given of it may be anything.
   */
  pair(offset: number, alone: boolean, finish: (elements: Elements) => Code): Code;
  /** The number of locals up to here. */
  locals(): number;
}

function roundsOf(parts: readonly LoopPart[], inputAt: number, firstLocal: number): Rounds {
  let locals = firstLocal;
  const next = (): number => locals++;
  const { code: before, keep: once } = names(next);
  const number = (index: number): Code => once([wasm.integer(0), wasm.loadSplat(8 * index)]);
  const [one, tiny] = [number(0), number(1)];
  const prepared = parts.map(({ work, first }) => {
    const numbers = Array.from({ length: numbersOf(work) }, (_value, k) => number(first + k));
    const elementOf = typeof work === "string" ? undefined : work.prepare(numbers, once, { one, zero: wasm.zero });
    return { numbers, elementOf };
  });
  const free = locals;
  let used = locals;
  return {
    before,
    locals: () => used,
    pair(offset, alone, finish) {
      locals = free;
      const { code, keep } = names(next);
      const store = (base: number, at: number, value: Code): Code => [
        ...[get(base), value],
        alone ? wasm.storeOne(at) : wasm.store(at),
      ];
      const flushed = (value: Code): Code => {
        const kept = keep(value);
        return choose(less(size(kept), tiny), wasm.zero, kept);
      };
      const point = keep([get(from), wasm.load(offset)]);
      const given = keep([get(i), wasm.load(inputAt + offset)]);
      let made = given;
      parts.forEach(({ work, vectorsAt }, k) => {
        const { numbers, elementOf } = prepared[k];
        if (elementOf === undefined) {
          made = keep(work === "rate" ? times(made, numbers[0]) : plus(made, times(numbers[0], point)));
          return;
        }
        const addresses = vectorsAt.slice(0, vectorsOf(work)).map((at) => at + offset);
        const vectors = addresses.map((at) => keep([get(i), wasm.load(at)]));
        const [step, ...changed] = elementOf({ keep, flushed }, made, vectors, point);
        made = keep(step);
        changed.forEach((vector, index) => code.push(store(i, addresses[index], vector)));
      });
      const end = finish({ keep, store, point, given, made });
      used = Math.max(used, locals);
      return [code, end];
    },
  };
}

/** run(from, to) → 1 where gradient and new point are finite. */
export function stepLoop(parts: readonly LoopPart[], length: number, gradientAt: number): wasm.FunctionSource {
  const noted = wasm.numbers(3, pairs);
  const rounds = roundsOf(parts, gradientAt, 3 + pairs);
  const round = noted.map((local, k) =>
    rounds.pair(16 * k, false, ({ keep, store, point, given, made }) => {
      const moved = keep(plus(point, made));
      // One look at both.
      const both = keep(plus(given, moved));
      return [store(to, 16 * k, moved), note(local, both)];
    }),
  );
  return {
    name: "run",
    parameters: [i32, i32],
    results: [i32],
    locals: [i32, ...wasm.repeated(wasm.v128, rounds.locals() - 3)],
    body: [
      rounds.before,
      wasm.repeat(
        [round, [i, from, to].map((local) => wasm.increase(local, roundBytes))],
        [get(i), wasm.integer(8 * length), wasm.lessThan],
      ),
      allFinite(noted),
    ],
  };
}

/** A function (from, to, i, last) → 1 where all that `finish` adds to `finite` is: over elements from `i` to that at `last`, in bytes. */
function slotLoop(
  name: string,
  parts: readonly LoopPart[],
  inputAt: number,
  sums: number,
  finish: (elements: Elements, first: (value: Code) => Code, finite: number) => Code,
  after: Code = [],
): wasm.FunctionSource {
  const last = 3;
  const finite = 4;
  const rounds = roundsOf(parts, inputAt, finite + 1 + sums);
  const whole = rounds.pair(0, false, (elements) => finish(elements, (value) => value, finite));
  const alone = rounds.pair(0, true, (elements) => finish(elements, (value) => where(wasm.firstLane, value), finite));
  const more: Code = [get(i), get(last), wasm.lessThan];
  return {
    name,
    parameters: [i32, i32, i32, i32],
    results: [i32],
    locals: wasm.repeated(wasm.v128, rounds.locals() - finite),
    body: [
      rounds.before,
      wasm.when(more, wasm.repeat([whole, [i, from, to].map((local) => wasm.increase(local, 16))], more)),
      wasm.when([get(i), get(last), wasm.equal], alone),
      after,
      allFinite([finite]),
    ],
  };
}

/**
 * norms(from, to, i, last) → 1 where the gradient is finite: the parts' work on a tensor, whose steps are kept where it is said, and the sums
 * of squares of steps and parameters.
 */
export function normsLoop(parts: readonly LoopPart[], gradientAt: number, stepsAt: number): wasm.FunctionSource {
  const [ofSteps, ofParameters] = [5, 6];
  return slotLoop(
    "norms",
    parts,
    gradientAt,
    2,
    ({ store, point, given, made }, first, finite) => [
      stepsAt === gradientAt ? [] : store(i, stepsAt, made),
      addTo(ofSteps, first(times(made, made))),
      addTo(ofParameters, first(times(point, point))),
      note(finite, given, first),
    ],
    [ofSteps, ofParameters].map((sum, k) => [...[wasm.integer(0), get(sum)], wasm.store(8 * sumsOfSquares + 16 * k)]),
  );
}

/** run(from, to, i, last) → 1 where steps and new parameters are finite: what the parts behind the norms do on a tensor. */
export function slotStepLoop(parts: readonly LoopPart[], stepsAt: number): wasm.FunctionSource {
  return slotLoop("run", parts, stepsAt, 0, ({ keep, store, point, given, made }, first, finite) => {
    const moved = keep(plus(point, made));
    const both = keep(plus(given, moved));
    return [store(to, 0, moved), note(finite, both, first)];
  });
}
