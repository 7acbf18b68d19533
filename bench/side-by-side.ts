/**
 * Timing of one operation in several libraries in one run: samples are taken in turns, so that a machine that slows down
 * slows all of them, and medians are compared.
 */
import type { Row } from "./row.ts";

/** Makes the operation for a size, ready to run: whatever is returned by it is thrown away. */
export type Contestant = (size: number) => () => unknown;

/** One operation, ours and the peers'. */
export interface Comparison {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly ours: Contestant;
  /** The same into an earlier result, for small sizes, where a new one takes as long to allocate as to compute. */
  readonly reusing?: Contestant;
  readonly peers: Readonly<Record<string, Contestant>>;
}

/** A sample is repeated until it lasts so long. */
const sampleMilliseconds = 20;
const samples = 7;
/** A contestant whose next run would take longer, by its last size and cubic growth, is left out from there on. */
const patienceMilliseconds = 15_000;
/** Up to this size `reusing` is timed. */
const smallSize = 16;

interface Runner {
  readonly name: string;
  readonly run: () => unknown;
  readonly repetitions: number;
  readonly times: number[];
}

/** Times the contestants by turns; the result has a median for each name. */
export function race(contestants: Readonly<Record<string, () => unknown>>): Map<string, number> {
  const runners = Object.entries(contestants).map(([name, run]): Runner => {
    const first = elapsed(run, 1);
    if (first > 1000) return { name, run, repetitions: 0, times: [first] };
    // Until the engine has compiled it; then the number of repetitions for a sample.
    const until = performance.now() + 5 * sampleMilliseconds;
    let last = first;
    while (performance.now() < until) last = elapsed(run, Math.max(1, Math.floor(2 / Math.max(last, 1e-4))));
    return { name, run, repetitions: Math.max(1, Math.ceil(sampleMilliseconds / Math.max(last, 1e-6))), times: [] };
  });
  for (let round = 0; round < samples; round++)
    for (const { run, repetitions, times } of runners) if (repetitions > 0) times.push(elapsed(run, repetitions));
  return new Map(runners.map(({ name, times }) => [name, times.sort((a, b) => a - b)[times.length >> 1]]));
}

/** Milliseconds for one run, over so many. */
function elapsed(run: () => unknown, repetitions: number): number {
  const start = performance.now();
  for (let i = 0; i < repetitions; i++) run();
  return (performance.now() - start) / repetitions;
}

/**
 * Runs a comparison at all its sizes; one row for each peer, or one without a peer where there is none. Then, where results can be
 * reused, the same for small sizes as "NAME, into out".
 */
export function compare({ reusing, ...comparison }: Comparison, report: (row: Row) => void): void {
  compareOnce(comparison, report);
  if (reusing === undefined) return;
  const sizes = comparison.sizes.filter((size) => size <= smallSize);
  compareOnce({ ...comparison, name: `${comparison.name}, into out`, sizes, ours: reusing }, report);
}

function compareOnce(comparison: Comparison, report: (row: Row) => void): void {
  const { name, sizes, ours, peers } = comparison;
  const last = new Map<string, { size: number; milliseconds: number }>();
  for (const size of sizes) {
    const contestants: Record<string, () => unknown> = { egop: ours(size) };
    for (const [peer, contestant] of Object.entries(peers)) {
      const before = last.get(peer);
      const expected = before === undefined ? 0 : before.milliseconds * (size / before.size) ** 3;
      if (expected < patienceMilliseconds) contestants[peer] = contestant(size);
    }
    const medians = race(contestants);
    const milliseconds = medians.get("egop") ?? NaN;
    for (const [peer, peerMilliseconds] of medians) {
      if (peer === "egop") continue;
      last.set(peer, { size, milliseconds: peerMilliseconds });
      report({ name, size, milliseconds, peer, peerMilliseconds, ratio: peerMilliseconds / milliseconds });
    }
    if (medians.size === 1) report({ name, size, milliseconds, peer: null, peerMilliseconds: null, ratio: null });
  }
}
