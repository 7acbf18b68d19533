/**
 * Sampling until the leading subspace has settled: the number of samples doubles, and each time the leading eigenvectors
 * of the earlier half and of the later half of the samples are compared. Both halves are states of their own that are
 * then merged, so looking costs two decompositions of `rank` vectors a doubling and no sample, and the result is, to the
 * bit, that of `egop` with as many samples.
 *
 * The error bar: two independent estimates of M/2 samples differ by about twice what an estimate of all M differs from
 * the truth, as errors fall with 1/√M; half the sine between the halves is therefore the bar.
 */
import { ArgumentError } from "../errors.ts";
import { singularValues } from "../linalg/singular-value-decomposition.ts";
import { Matrix } from "../linalg/matrix.ts";
import { multiply } from "../linalg/product.ts";
import type { StochasticObjective } from "../optim/objective.ts";
import { accumulate, type AccumulateOptions } from "./accumulate.ts";
import { estimateOf, type EgopEstimate } from "./estimate.ts";
import type { ExampleObjective } from "./example-objective.ts";
import { coveredSamples, type MomentState } from "./moment-state.ts";
import { mergeMoments } from "./moment-tree.ts";

export interface SettlingOptions extends Omit<AccumulateOptions, "from" | "to" | "resume" | "onProgress"> {
  /** The number of leading directions that are to settle. */
  readonly rank: number;
  /** Settled when the sine of the largest principal angle between the halves is at most this. Default 0.2. */
  readonly tolerance?: number;
  /**
   * The samples before the first comparison; default 4·rank. Each half must have at least `rank`: where fewer are finite
   * (`notFinite: "skip"`), the halves are not compared but put together, and the next half is as large as both.
   */
  readonly initial?: number;
  /** The most samples to draw, those that are skipped included. */
  readonly maximum: number;
  /** Called after every comparison. */
  readonly onRound?: (round: SettlingRound) => void;
}

/** One comparison of the halves. */
export interface SettlingRound {
  /** The samples of both halves together, without those that were skipped. */
  readonly samples: number;
  /** The sine of the largest principal angle between their leading subspaces: 0 when they agree, 1 at most. */
  readonly distance: number;
}

/** What sampling until the subspace settles has come to. */
export interface SettledEstimate {
  /** Reading it throws ArgumentError when an abort came before the first sample; `state` is there all the same. */
  readonly estimate: EgopEstimate;
  /** What `accumulate` gives for as many samples: the state of the estimate, empty when an abort came before the first. */
  readonly state: MomentState;
  /** False when `maximum` or an abort came first. */
  readonly settled: boolean;
  /**
   * About the sine of the largest angle between the estimate's leading subspace and the true one: half the last distance,
   * and 0.5 when nothing was compared.
   */
  readonly errorBar: number;
  readonly rounds: readonly SettlingRound[];
}

/**
 * Samples until the leading `rank` directions have settled, or `maximum` is reached. When it is aborted, it returns what
 * has been sampled until then, as `accumulate` does: also where that is nothing.
 *
 * Throws ArgumentError for an initial number or a maximum below twice the rank, for a tolerance outside (0, 1) and where no
 * sample up to the maximum is finite, and as `accumulate` does.
 *
 * @example egopUntilSettled(objective, { points: gaussian({ mean: start, standardDeviation: 1 }), rank: 1, maximum: 64 }).rounds.length > 0 // true
 */
export function egopUntilSettled(
  objective: StochasticObjective | ExampleObjective,
  options: SettlingOptions,
): SettledEstimate {
  const { rank, tolerance = 0.2, initial = 4 * rank, maximum, onRound, ...sampling } = options;
  if (!(tolerance > 0 && tolerance < 1))
    throw new ArgumentError(`egopUntilSettled: tolerance is ${tolerance}; expected a sine in (0, 1).`);
  for (const [name, value] of Object.entries({ rank, initial, maximum }))
    if (!Number.isSafeInteger(value) || value < (name === "rank" ? 1 : 2 * rank))
      throw new ArgumentError(
        `egopUntilSettled: ${name} is ${value}; expected a whole number of at least ${name === "rank" ? 1 : `2·rank = ${2 * rank}`}.`,
      );
  const rounds: SettlingRound[] = [];
  const half = Math.ceil(Math.min(initial, maximum) / 2);
  let earlier = accumulate(objective, { ...sampling, to: half });
  let to = half;
  for (;;) {
    const end = Math.min(2 * to, maximum);
    const later = accumulate(objective, { ...sampling, from: to, to: end });
    const whole = mergeMoments(earlier, later);
    if (options.signal?.aborted === true) return outcome(whole, rounds, false, true);
    if (samplesIn(earlier) >= rank && samplesIn(later) >= rank) {
      const [a, b] = [earlier, later].map((state) => estimateOf(state).leading(rank).vectors);
      const round = { samples: samplesIn(whole), distance: subspaceDistance(a, b) };
      rounds.push(round);
      onRound?.(round);
      const settled = round.distance <= tolerance;
      // The next later half must be able to tell `rank` directions.
      if (settled || maximum - end < rank) return outcome(whole, rounds, settled, false);
    } else if (end === maximum) return outcome(whole, rounds, false, false);
    earlier = whole;
    to = end;
  }
}

/** The number of samples that were taken in. */
function samplesIn(state: MomentState): number {
  return coveredSamples(state).reduce((sum, [from, to]) => sum + to - from, 0) - state.skipped.length;
}

function outcome(
  state: MomentState,
  rounds: readonly SettlingRound[],
  settled: boolean,
  aborted: boolean,
): SettledEstimate {
  const found = { state, settled, errorBar: (rounds.at(-1)?.distance ?? 1) / 2, rounds };
  if (!aborted || samplesIn(state) > 0) return { ...found, estimate: estimateOf(state) };
  // There is no estimate of nothing, but what was asked for is no mistake either: only who reads it is told.
  return {
    ...found,
    get estimate(): EgopEstimate {
      return estimateOf(state);
    },
  };
}

/**
 * The sine of the largest principal angle between the spans of two matrices with as many orthonormal columns, from 0 to 1;
 * small angles are exact to round-off. Cost: 4d·r² operations.
 *
 * Source: A. Björck and G. Golub, Numerical Methods for Computing Angles Between Linear Subspaces, Math. Comp. 27, 1973.
 *
 * @example subspaceDistance(Matrix.fromRows([[1], [0]]), Matrix.fromRows([[0.8], [0.6]])) // 0.600
 */
export function subspaceDistance(a: Matrix, b: Matrix): number {
  const within = multiply(a, multiply(a, b, { transposeA: true }));
  const outside = new Matrix(
    b.rows,
    b.columns,
    b.data.map((value, k) => value - within.data[k]),
  );
  return outside.columns === 0 ? 0 : Math.min(singularValues(outside)[0], 1);
}
