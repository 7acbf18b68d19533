/**
 * Merging the states of ranges in the order of their samples, as they arrive. Memory holds what the merged state does, and
 * one more; what arrives before its turn waits in the journal (or, without one, in memory: then the caller bounds how far
 * ahead of the first gap ranges are handed out). The merged state is the same bits in any order; this one bounds the
 * memory. States are merged with their equals, two ranges with two, four with four, so that each is copied
 * log₂(ranges) times and not once for every range behind it.
 */
import { mergeMoments, stateToText, type MomentState } from "egop";
import type { MissingSamples } from "./errors.ts";
import type { Journal } from "./journal.ts";
import { readState, type SampleRange } from "./payload.ts";
import type { SamplePlan } from "./sample-ranges.ts";

/** What waits for its turn, ranges `index` to `last`: a state, what is to be read from the journal, or nothing. */
interface Waiting {
  readonly last: number;
  readonly load: () => MomentState | undefined;
}

export interface OrderedMerge {
  /** The first range that has not come. */
  readonly next: number;
  /** The number of samples that have come. */
  readonly samples: number;
  /** Whether a range has come, or is known to be missing. */
  has(index: number): boolean;
  /** Takes in a range; one that has come already counts for nothing. `text` is that of the state, where it is known. */
  take(index: number, state: MomentState, text?: string): void;
  /** Goes on without a range. */
  miss(index: number, reason: string): void;
  readonly missing: readonly MissingSamples[];
  /** Of all ranges before `next`. */
  readonly state: MomentState;
}

/** A journal is not written anew before it has this many bytes. */
const smallJournal = 2 ** 26;
/** A merged state of more characters stays in pieces: one text cannot hold it. */
const longestText = 2 ** 28;

/** Begins with what the journal holds. `compactAbove`: see smallJournal. */
export function orderedMerge(
  plan: SamplePlan,
  empty: MomentState,
  journal?: Journal,
  compactAbove: number = smallJournal,
): OrderedMerge {
  const waiting = new Map<number, Waiting>();
  const come = new Set<number>();
  const missing: MissingSamples[] = [];
  /** Merged states of so many ranges each, descending, one behind the other. */
  const stack: { readonly ranges: number; readonly state: MomentState }[] = [];
  let next = 0;
  let samples = 0;

  const fromJournal = (range: SampleRange) => (): MomentState | undefined =>
    journal === undefined ? undefined : readState(journal.read(range), range, empty);
  for (const entry of journal?.ranges ?? []) {
    const indices = plan.within(entry).filter((index) => !come.has(index));
    if (indices.length === 0) continue;
    for (const index of indices) come.add(index);
    samples += entry.to - entry.from;
    waiting.set(indices[0], {
      last: indices[indices.length - 1],
      load: fromJournal({ from: entry.from, to: entry.to }),
    });
  }
  advance();

  function advance(): void {
    for (let found = waiting.get(next); found !== undefined; found = waiting.get(next)) {
      const loaded = found.load();
      if (loaded !== undefined) push(found.last + 1 - next, loaded);
      waiting.delete(next);
      for (; next <= found.last; next++) come.delete(next);
    }
    if (journal !== undefined) compact(journal);
  }

  function push(ranges: number, state: MomentState): void {
    stack.push({ ranges, state });
    for (let last = stack.length - 1; last > 0 && stack[last - 1].ranges <= stack[last].ranges; last--) mergeTop();
  }

  function mergeTop(): void {
    const [a, b] = stack.splice(-2);
    stack.push({ ranges: a.ranges + b.ranges, state: mergeMoments(a.state, b.state) });
  }

  function whole(): MomentState {
    while (stack.length > 1) mergeTop();
    return stack.length === 0 ? empty : stack[0].state;
  }

  /** Writes the merged state in the place of the ranges that it was made of, when that halves the file. */
  function compact(file: Journal): void {
    if (file.bytes < compactAbove || next === 0 || missing.length > 0) return;
    const merged = { from: plan.from, to: plan.range(next - 1).to };
    const ahead = file.ranges.filter(({ from }) => from >= merged.to).length / Math.max(1, file.ranges.length);
    const bytes = stack.reduce((sum, { state }) => sum + textBytes(state), 0);
    if (bytes < longestText && bytes + ahead * file.bytes < file.bytes / 2)
      file.replace({ ...merged, state: stateToText(whole()) });
  }

  return {
    get next() {
      return next;
    },
    get samples() {
      return samples;
    },
    get missing() {
      return missing;
    },
    get state() {
      return whole();
    },
    has: (index) => index < next || come.has(index),
    take(index, taken, text) {
      if (index < next || come.has(index)) return;
      const range = plan.range(index);
      come.add(index);
      samples += range.to - range.from;
      if (journal !== undefined) journal.keep({ ...range, state: text ?? stateToText(taken) });
      const ready = index === next || journal === undefined;
      waiting.set(index, { last: index, load: ready ? () => taken : fromJournal(range) });
      advance();
    },
    miss(index, reason) {
      if (index < next || come.has(index)) return;
      come.add(index);
      missing.push({ ...plan.range(index), reason });
      waiting.set(index, { last: index, load: () => undefined });
      advance();
    },
  };
}

/** About how long the text of a state is: four characters for three bytes. */
function textBytes({ rows, nodes }: MomentState): number {
  const numbers = nodes.flatMap(({ arrays }) => arrays).reduce((sum, { length }) => sum + length, rows.length);
  return (numbers * 32) / 3;
}
