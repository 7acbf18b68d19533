/**
 * Muon: momentum whose matrices are orthogonalized, so that every direction of a step has about the same length.
 *
 *   B ← μB + G        step = s · NS₅(G + μB), or s · NS₅(B) without Nesterov's look-ahead
 *
 * NS₅ is five steps of the Newton–Schulz iteration (newton-schulz.ts), about U Vᵀ of the singular value decomposition; s is
 * √max(1, rows/columns) ("spectral") or 0.2 √max(rows, columns) ("rms", which makes entries as large as Adam's). Tensors that
 * are no matrices have Adam's step. Cost of a step: about 20 mn·min(m, n) operations in matrix products, no decompositions;
 * memory mn, and mn more for Adam's tensors.
 *
 * Source: K. Jordan and others, Muon: An Optimizer for Hidden Layers in Neural Networks, 2024; "rms": J. Liu and others, Muon
 * is Scalable for LLM Training, 2025, section 2.2. Reference implementation: KellerJordan/Muon, muon.py.
 */
import { ArgumentError } from "../../errors.ts";
import { planNewtonSchulz, type PlannedNewtonSchulz } from "../../linalg/newton-schulz.ts";
import { addWeightDecay } from "../add-weight-decay.ts";
import { namedChain, type ChainState } from "../named-chain.ts";
import { requireDecayRate, requireKnown, requireNonnegative } from "../hyperparameters.ts";
import { integerPower } from "../integer-power.ts";
import { scaleByLearningRate } from "../scale-by-learning-rate.ts";
import { checkLengths, checkState } from "../state.ts";
import type { GradientTransformation, Schedule } from "../transformation.ts";
import { adamRange } from "./adam-range.ts";
import { blocksOf, checkBlocks, requireSameBlocks, requireTame, type Block } from "./blocks.ts";
import { flushed } from "../subnormal.ts";

export interface ScaleByMuonOptions {
  /** μ, in [0, 1). Default 0.95. */
  readonly momentum?: number;
  /** Look ahead along the momentum. Default true. */
  readonly nesterov?: boolean;
  /** The number of Newton–Schulz steps, at least 0. Default 5. */
  readonly iterations?: number;
  /** "spectral", √max(1, rows/columns), the default, or "rms", 0.2 √max(rows, columns). */
  readonly scale?: "spectral" | "rms";
  /** Adam's step for tensors that are no matrices, in multiples of its own length. Default 1. */
  readonly vectorScale?: number;
  /** Adam's β₁, β₂ and ε for these. Defaults 0.9, 0.95 and 1e-10. */
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

export interface ScaleByMuonState {
  readonly kind: "scaleByMuon";
  readonly version: 1;
  /** The number of updates so far. */
  step: number;
  readonly blocks: readonly Block[];
  /** B of matrices, Adam's average of other tensors; as long as the parameters. */
  readonly first: Float64Array;
  /** Adam's average of squares of other tensors; 0 for matrices. */
  readonly second: Float64Array;
}

/**
 * Muon without the learning rate: s · NS₅(G + μB) with B ← μB + G for every matrix, Adam's step for other tensors. Ends in an
 * ascent direction: put `scaleByLearningRate` behind it.
 *
 * Throws ArgumentError for an option out of its range, and NotFiniteError for a gradient with NaN, infinities or entries
 * beyond 1e150; the state is then as it was. Source: Jordan and others, "Muon: An Optimizer for Hidden Layers in Neural
 * Networks" (2024).
 *
 * @example const optimizer = chain(scaleByMuon({ momentum: 0.9 }), scaleByLearningRate(0.02));
 */
export function scaleByMuon(options: ScaleByMuonOptions = {}): GradientTransformation<ScaleByMuonState> {
  const names = ["momentum", "nesterov", "iterations", "scale", "vectorScale", "beta1", "beta2", "epsilon"];
  requireKnown("scaleByMuon", options, names);
  const { momentum = 0.95, nesterov = true, iterations = 5, scale = "spectral", vectorScale = 1 } = options;
  const { beta1 = 0.9, beta2 = 0.95, epsilon = 1e-10 } = options;
  for (const [name, rate] of Object.entries({ momentum, beta1, beta2 })) requireDecayRate(name, rate);
  requireNonnegative("epsilon", epsilon);
  requireNonnegative("vectorScale", vectorScale);
  if (!(Number.isSafeInteger(iterations) && iterations >= 0))
    throw new ArgumentError(`The option iterations is ${String(iterations)}; expected a whole number at or above 0.`);
  const scaleOf = new Map<string, typeof rmsScale>([
    ["spectral", spectralScale],
    ["rms", rmsScale],
  ]).get(scale);
  if (scaleOf === undefined) throw new ArgumentError(`The option scale is "${scale}"; expected "spectral" or "rms".`);
  const plans = new WeakMap<ScaleByMuonState, readonly PlannedNewtonSchulz[]>();

  function check(gradient: Float64Array, state: ScaleByMuonState, parameters: Float64Array): void {
    checkState(state, "scaleByMuon");
    checkLengths("scaleByMuon", state.first.length, gradient, parameters);
    checkLengths("scaleByMuon", state.second.length, gradient, parameters);
    checkBlocks("scaleByMuon", state.blocks, gradient.length);
    requireTame("scaleByMuon", gradient);
  }
  return {
    name: "scaleByMuon",
    init: (layout) => ({
      kind: "scaleByMuon",
      version: 1,
      step: 0,
      blocks: blocksOf(layout),
      first: new Float64Array(layout.size),
      second: new Float64Array(layout.size),
    }),
    check,
    update(gradient, state, parameters) {
      check(gradient, state, parameters);
      let own = plans.get(state);
      if (own === undefined) {
        own = state.blocks.map(({ rows, columns }) => planNewtonSchulz(rows, columns, { steps: iterations }));
        plans.set(state, own);
      }
      state.step += 1;
      const correction =
        (vectorScale * Math.sqrt(1 - integerPower(beta2, state.step))) / (1 - integerPower(beta1, state.step));
      const rootCorrection = Math.sqrt(1 - integerPower(beta2, state.step));
      const { first, second } = state;
      for (let k = 0; k < own.length; k++) {
        const { offset, rows, columns } = state.blocks[k];
        const size = rows * columns;
        if (columns === 1) {
          const floor = epsilon * rootCorrection;
          adamRange(gradient, offset, first, second, offset, size, beta1, beta2, correction, floor);
          continue;
        }
        for (let i = offset; i < offset + size; i++) {
          const entry = gradient[i];
          const b = flushed(momentum * first[i] + entry);
          first[i] = b;
          gradient[i] = nesterov ? entry + momentum * b : b;
        }
        own[k](gradient, offset, gradient, offset);
        const factor = scaleOf(rows, columns);
        for (let i = offset; i < offset + size; i++) gradient[i] *= factor;
      }
    },
    turn({ blocks, first, second }, change) {
      requireSameBlocks("scaleByMuon", blocks, change.layout);
      change.rotate(first);
      change.rotateSquares(second);
    },
  };
}

function spectralScale(rows: number, columns: number): number {
  return Math.sqrt(Math.max(1, rows / columns));
}

function rmsScale(rows: number, columns: number): number {
  return 0.2 * Math.sqrt(Math.max(rows, columns));
}

export interface MuonOptions extends ScaleByMuonOptions {
  /** η, at or above 0, or a function of the step. Default 0.02. */
  readonly learningRate?: number | Schedule;
  /** λ, at or above 0: decoupled weight decay. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Muon: W ← W − η (s · NS₅(G + μB) + λW) for every matrix, AdamW's step for other tensors. Throws ArgumentError for an option
 * out of its range. Source: Jordan and others, "Muon: An Optimizer for Hidden Layers in Neural Networks" (2024).
 *
 * @example minimize(objective, { start, optimizer: muon({ learningRate: 0.1 }), steps: 200 }).value < 0.1 // true
 */
export function muon(options: MuonOptions = {}): GradientTransformation<ChainState> {
  const { learningRate = 0.02, weightDecay = 0, ...scaling } = options;
  return namedChain("muon", [scaleByMuon(scaling), addWeightDecay(weightDecay), scaleByLearningRate(learningRate)]);
}
