/**
 * Shampoo: a matrix parameter's gradient G, m × n, is scaled from both sides by roots of its second moments,
 *
 *   L ← L + G Gᵀ        R ← R + Gᵀ G        step = (L + εI)^(−1/p) G (R + εI)^(−1/p),  p = 4
 *
 * (decaying averages with β₂ < 1). A vector has only L, and p = 2: full-matrix Adagrad.
 *
 * Cost of a step: 4mn(m + n) operations in matrix products; every `interval` steps 9(m³ + n³) more for the roots. Memory
 * 2(m² + n²). The roots are by eigendecomposition, with eigenvalues that round-off has made negative taken for 0. A side
 * longer than `largestSide` is left out (p is then 2); a tensor without any side has diagonal Adagrad.
 *
 * Libraries differ in exponent, ε and grafting; the defaults are the paper's. Source: V. Gupta, T. Koren, Y. Singer, Shampoo:
 * Preconditioned Stochastic Tensor Optimization, 2018, algorithm 1; grafting: R. Anil and others, Scalable Second Order
 * Optimization for Deep Learning, 2020, section 4.
 */
import { ArgumentError } from "../../errors.ts";
import { symmetricEigen } from "../../linalg/symmetric-eigen.ts";
import { Matrix } from "../../linalg/matrix.ts";
import { planProduct, planSymmetricProduct, type PlannedProduct } from "../../linalg/product.ts";
import { exp, log } from "../../math/elementary.ts";
import { namedChain, type ChainState } from "../named-chain.ts";
import {
  requireDecayRate,
  requireKnown,
  requireNonnegative,
  requirePositive,
  requireWhole,
} from "../hyperparameters.ts";
import { addWeightDecay } from "../add-weight-decay.ts";
import { scaleByLearningRate } from "../scale-by-learning-rate.ts";
import { checkLengths, checkState } from "../state.ts";
import { flushed } from "../subnormal.ts";
import { trace } from "../trace.ts";
import type { GradientTransformation, Schedule } from "../transformation.ts";
import { blocksOf, checkSides, refuseTurning, requireTame, type Block, type SidedBlock } from "./blocks.ts";

export interface ScaleByShampooOptions {
  /** p: the roots are L^(−1/p) and R^(−1/p). Above 0. Default 2 for each side that a tensor has, so 4 for a matrix. */
  readonly exponent?: number;
  /** ε, at or above 0, added to the eigenvalues. Default 1e-6. With 0, directions that have had no gradient are left out. */
  readonly epsilon?: number;
  /** β₂, in (0, 1]: 1, the default, sums the moments; below, they are averages (not corrected). */
  readonly beta2?: number;
  /**
   * The roots are taken anew every so many steps, from the first on. Default 1. Above 1 `grafting` is wanted: the first roots are of one
   * gradient, and make steps of ε^(−1/p) times its length along whatever it had nothing of.
   */
  readonly interval?: number;
  /**
   * Whose length each tensor's step takes: "none" (its own, the default), "sgd" (the gradient's), or "adagrad" (that of
   * diagonal Adagrad's step).
   */
  readonly grafting?: "none" | "sgd" | "adagrad";
  /** Sides longer than this are not scaled. Default 8192. */
  readonly largestSide?: number;
}

/** A tensor as a matrix with its moments and their roots; sides that are not scaled have arrays of length 0. */
interface ShampooBlock extends SidedBlock {
  readonly leftRoot: Float64Array;
  readonly rightRoot: Float64Array;
}

export interface ScaleByShampooState {
  readonly kind: "scaleByShampoo";
  readonly version: 1;
  /** The number of updates so far. */
  step: number;
  readonly blocks: readonly ShampooBlock[];
  /** The sums of squared gradients, as long as the parameters: for grafting, and for tensors that are not scaled. */
  readonly squares: Float64Array;
}

/** What a step needs beside the state, for one block. */
interface Plan {
  readonly left: PlannedProduct;
  readonly right: PlannedProduct;
  readonly applyLeft: PlannedProduct;
  readonly applyRight: PlannedProduct;
  readonly scaled: Float64Array;
  readonly between: Float64Array;
}

/**
 * Shampoo without the learning rate: (L + εI)^(−1/p) G (R + εI)^(−1/p) for every matrix of the layout, with L ← L + GGᵀ and
 * R ← R + GᵀG. Ends in an ascent direction: put `scaleByLearningRate` behind it.
 *
 * Throws ArgumentError for an option out of its range, and NotFiniteError for a gradient with NaN, infinities or entries
 * beyond 1e150; the state is then as it was. Source: Gupta, Koren, Singer, "Shampoo: Preconditioned Stochastic Tensor
 * Optimization" (2018).
 *
 * @example const optimizer = chain(scaleByShampoo({ interval: 10 }), trace({ momentum: 0.9 }), scaleByLearningRate(0.1));
 */
export function scaleByShampoo(options: ScaleByShampooOptions = {}): GradientTransformation<ScaleByShampooState> {
  const names = ["exponent", "epsilon", "beta2", "interval", "grafting", "largestSide"];
  requireKnown("scaleByShampoo", options, names);
  const { exponent, epsilon = 1e-6, beta2 = 1, interval = 1, grafting = "none", largestSide = 8192 } = options;
  if (exponent !== undefined) requirePositive("exponent", exponent);
  requireNonnegative("epsilon", epsilon);
  if (!(beta2 > 0 && beta2 <= 1))
    throw new ArgumentError(`The option beta2 is ${String(beta2)}; expected a number in (0, 1].`);
  requireWhole("interval", interval, 1);
  requireWhole("largestSide", largestSide, 1);
  if (!["none", "sgd", "adagrad"].includes(grafting))
    throw new ArgumentError(`The option grafting is "${grafting}"; expected "none", "sgd" or "adagrad".`);
  const plans = new WeakMap<ScaleByShampooState, readonly Plan[]>();

  function check(gradient: Float64Array, state: ScaleByShampooState, parameters: Float64Array): void {
    checkState(state, "scaleByShampoo");
    checkLengths("scaleByShampoo", state.squares.length, gradient, parameters);
    checkSides("scaleByShampoo", state.blocks, gradient.length, leftOf, rightOf);
    requireTame("scaleByShampoo", gradient);
  }
  return {
    name: "scaleByShampoo",
    init: (layout) => ({
      kind: "scaleByShampoo",
      version: 1,
      step: 0,
      blocks: blocksOf(layout).map((block) => {
        const left = block.rows <= largestSide ? block.rows * block.rows : 0;
        const right = block.columns <= largestSide && block.columns > 1 ? block.columns * block.columns : 0;
        return {
          ...block,
          left: new Float64Array(left),
          right: new Float64Array(right),
          leftRoot: new Float64Array(left),
          rightRoot: new Float64Array(right),
        };
      }),
      squares: new Float64Array(layout.size),
    }),
    turn: () => refuseTurning("scaleByShampoo"),
    check,
    update(gradient, state, parameters) {
      check(gradient, state, parameters);
      let own = plans.get(state);
      if (own === undefined) {
        own = state.blocks.map(planOf);
        plans.set(state, own);
      }
      const refresh = state.step % interval === 0;
      state.step += 1;
      for (let k = 0; k < own.length; k++) {
        const block = state.blocks[k];
        const plan = own[k];
        accumulate(gradient, block, state.squares, plan, beta2);
        if (refresh) refreshRoots(block, exponent, epsilon);
        const before = grafting === "none" ? 0 : graftedLength(grafting, gradient, block, state.squares);
        scale(gradient, block, state.squares, plan);
        if (grafting !== "none") giveLength(gradient, block, before);
      }
    },
  };
}

const leftOf = ({ leftRoot }: ShampooBlock): Float64Array => leftRoot;
const rightOf = ({ rightRoot }: ShampooBlock): Float64Array => rightRoot;

function planOf({ rows, columns }: Block): Plan {
  return {
    left: planSymmetricProduct({ rows, inner: columns, transposeB: true, accumulate: true }),
    right: planSymmetricProduct({ rows: columns, inner: rows, transposeA: true, accumulate: true }),
    applyLeft: planProduct({ rows, columns, inner: rows }),
    applyRight: planProduct({ rows, columns, inner: columns }),
    scaled: new Float64Array(rows * columns),
    between: new Float64Array(rows * columns),
  };
}

/** The moments take in the gradient. */
function accumulate(
  gradient: Float64Array,
  { offset, left, right }: ShampooBlock,
  squares: Float64Array,
  { left: addLeft, right: addRight, scaled }: Plan,
  beta2: number,
): void {
  const gain = beta2 === 1 ? 1 : Math.sqrt(1 - beta2);
  for (let i = 0; i < scaled.length; i++) {
    const entry = gain * gradient[offset + i];
    scaled[i] = entry;
    squares[offset + i] = beta2 * squares[offset + i] + entry * entry;
  }
  if (beta2 !== 1) {
    for (let i = 0; i < left.length; i++) left[i] = flushed(left[i] * beta2);
    for (let i = 0; i < right.length; i++) right[i] = flushed(right[i] * beta2);
  }
  if (left.length > 0) addLeft(scaled, 0, scaled, 0, left, 0);
  if (right.length > 0) addRight(scaled, 0, scaled, 0, right, 0);
}

function refreshRoots(block: ShampooBlock, exponent: number | undefined, epsilon: number): void {
  const { rows, columns, left, right, leftRoot, rightRoot } = block;
  const p = exponent ?? 2 * ((left.length > 0 ? 1 : 0) + (right.length > 0 ? 1 : 0));
  if (left.length > 0) rootInto(leftRoot, new Matrix(rows, rows, left), p, epsilon);
  if (right.length > 0) rootInto(rightRoot, new Matrix(columns, columns, right), p, epsilon);
}

/** Overwrites out with V max(Λ, 0 + ε)^(−1/p) Vᵀ; without ε, the null space is left out. */
function rootInto(out: Float64Array, moments: Matrix, p: number, epsilon: number): void {
  const { values, vectors } = symmetricEigen(moments);
  const n = values.length;
  // The root of the root on both sides: a Gram matrix is as accurate, and symmetric.
  const half = new Float64Array(n * n);
  const floor = 1e-14 * Math.max(values[0], 0);
  for (let j = 0; j < n; j++) {
    const value = Math.max(values[j], 0) + epsilon;
    const factor = epsilon === 0 && values[j] <= floor ? 0 : inversePower(value, 2 * p);
    for (let i = 0; i < n; i++) half[i * n + j] = vectors.data[i * n + j] * factor;
  }
  planSymmetricProduct({ rows: n, inner: n, transposeB: true })(half, 0, half, 0, out, 0);
}

/** x^(−1/p); by roots where p allows. */
function inversePower(x: number, p: number): number {
  if (p === 4) return 1 / Math.sqrt(Math.sqrt(x));
  if (p === 8) return 1 / Math.sqrt(Math.sqrt(Math.sqrt(x)));
  return exp(-log(x) / p);
}

/** Overwrites the block's gradient with the scaled one. */
function scale(gradient: Float64Array, block: ShampooBlock, squares: Float64Array, plan: Plan): void {
  const { offset, leftRoot, rightRoot } = block;
  const { between, scaled, applyLeft, applyRight } = plan;
  const size = between.length;
  if (leftRoot.length === 0 && rightRoot.length === 0) {
    for (let i = offset; i < offset + size; i++) gradient[i] /= Math.sqrt(squares[i]) + 1e-10;
    return;
  }
  for (let i = 0; i < size; i++) between[i] = gradient[offset + i];
  if (leftRoot.length > 0) {
    applyLeft(leftRoot, 0, between, 0, scaled, 0);
    between.set(scaled);
  }
  if (rightRoot.length > 0) applyRight(between, 0, rightRoot, 0, gradient, offset);
  else for (let i = 0; i < size; i++) gradient[offset + i] = between[i];
}

/** The length of the step of the method that the block's step is grafted on. */
function graftedLength(
  grafting: "sgd" | "adagrad",
  gradient: Float64Array,
  { offset, rows, columns }: ShampooBlock,
  squares: Float64Array,
): number {
  let sum = 0;
  for (let i = offset; i < offset + rows * columns; i++) {
    const entry = grafting === "sgd" ? gradient[i] : gradient[i] / (Math.sqrt(squares[i]) + 1e-10);
    sum += entry * entry;
  }
  return Math.sqrt(sum);
}

function giveLength(gradient: Float64Array, { offset, rows, columns }: ShampooBlock, length: number): void {
  const end = offset + rows * columns;
  let sum = 0;
  for (let i = offset; i < end; i++) sum += gradient[i] * gradient[i];
  if (sum === 0) return;
  const factor = length / Math.sqrt(sum);
  for (let i = offset; i < end; i++) gradient[i] *= factor;
}

export interface ShampooOptions extends ScaleByShampooOptions {
  /** η, at or above 0, or a function of the step. Default 0.1. */
  readonly learningRate?: number | Schedule;
  /** μ, in [0, 1): momentum of the scaled gradients. Default 0. */
  readonly momentum?: number;
  /** λ, at or above 0: weight decay, added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Shampoo: W ← W − η L^(−1/4) G R^(−1/4), with L ← L + GGᵀ, R ← R + GᵀG and ε added to their eigenvalues. Throws
 * ArgumentError for an option out of its range. Source: Gupta, Koren, Singer, "Shampoo: Preconditioned Stochastic Tensor
 * Optimization" (2018).
 *
 * @example minimize(objective, { start, optimizer: shampoo({ learningRate: 0.5 }), steps: 200 }).value < 1e-6 // true
 */
export function shampoo(options: ShampooOptions = {}): GradientTransformation<ChainState> {
  const { learningRate = 0.1, momentum = 0, weightDecay = 0, ...scaling } = options;
  requireDecayRate("momentum", momentum);
  const parts: GradientTransformation[] = [addWeightDecay(weightDecay), scaleByShampoo(scaling)];
  if (momentum > 0) parts.push(trace({ momentum }));
  return namedChain("shampoo", [...parts, scaleByLearningRate(learningRate)]);
}
