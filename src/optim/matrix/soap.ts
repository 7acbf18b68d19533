/**
 * SOAP: Adam in the eigenbasis of Shampoo's moments. For a matrix parameter with gradient G, m × n,
 *
 *   G̃ = Q_Lᵀ G Q_R        M ← β₁M + (1 − β₁)G̃        V ← β₂V + (1 − β₂)G̃²
 *   step = √(1 − β₂ᵗ) / (1 − β₁ᵗ) · Q_L (M / (√V + ε)) Q_Rᵀ
 *   L ← β₂L + (1 − β₂) G Gᵀ        R ← β₂R + (1 − β₂) Gᵀ G
 *
 * and every `interval` steps the bases follow L and R by one step of orthogonal iteration from where they are (columns sorted
 * by diag(Qᵀ L Q), V permuted alike, a product with L, QR); M is carried through the change, Q_newᵀ Q_old M. The first update
 * only builds L, R and their eigenvectors, and does not move. ε is added to the uncorrected root, as in the reference.
 *
 * Cost of a step: 12mn(m + n) operations in matrix products; a refresh some 10(m³ + n³) more. Memory 2(m² + n² + mn). Vectors,
 * and sides longer than `largestSide`, are not rotated.
 *
 * Source: N. Vyas and others, SOAP: Improving and Stabilizing Shampoo using Adam, 2024 (arXiv 2409.11321), algorithm 3.
 * Reference implementation: nikhilvyas/SOAP, soap.py.
 */
import { symmetricEigen } from "../../linalg/symmetric-eigen.ts";
import { Matrix } from "../../linalg/matrix.ts";
import { orthogonalIteration } from "../../linalg/orthogonal-iteration.ts";
import { planProduct, planSymmetricProduct, type PlannedProduct } from "../../linalg/product.ts";
import { namedChain, type ChainState } from "../named-chain.ts";
import { requireDecayRate, requireKnown, requireNonnegative, requireWhole } from "../hyperparameters.ts";
import { integerPower } from "../integer-power.ts";
import { checkLengths, checkState } from "../state.ts";
import { flushed } from "../subnormal.ts";
import type { GradientTransformation, Schedule } from "../transformation.ts";
import { adamRange } from "./adam-range.ts";
import { blocksOf, checkSides, refuseTurning, requireTame, type Block, type SidedBlock } from "./blocks.ts";
import { decoupledDescent } from "./decoupled-descent.ts";

export interface ScaleBySoapOptions {
  /** β₁, the decay rate of the average of the gradients, in [0, 1). Default 0.95. */
  readonly beta1?: number;
  /** β₂, the decay rate of the average of the squares and of L and R, in [0, 1). Default 0.95. */
  readonly beta2?: number;
  /** ε, at or above 0. Default 1e-8. */
  readonly epsilon?: number;
  /** The bases are refreshed every so many steps. Default 10. */
  readonly interval?: number;
  /** Sides longer than this are not rotated. Default 10000. */
  readonly largestSide?: number;
}

/** A tensor as a matrix with its moments and their bases; sides that are not rotated have arrays of length 0. */
interface SoapBlock extends SidedBlock {
  /** Q_L and Q_R, row by row; their columns are the basis. */
  readonly leftBasis: Float64Array;
  readonly rightBasis: Float64Array;
}

export interface ScaleBySoapState {
  readonly kind: "scaleBySoap";
  readonly version: 1;
  /** The number of updates so far, the first included, which does not move. */
  step: number;
  readonly blocks: readonly SoapBlock[];
  /** M and V of all tensors in rotated coordinates; as long as the parameters. */
  readonly first: Float64Array;
  readonly second: Float64Array;
}

interface Plan {
  readonly addLeft: PlannedProduct;
  readonly addRight: PlannedProduct;
  /** Qᵀ·, ·Q, Q·, ·Qᵀ. */
  readonly leftIn: PlannedProduct;
  readonly rightIn: PlannedProduct;
  readonly leftOut: PlannedProduct;
  readonly rightOut: PlannedProduct;
  readonly kept: Float64Array;
  readonly rotated: Float64Array;
  readonly between: Float64Array;
}

/**
 * SOAP without the learning rate: Adam's step in the eigenbasis of the averages of GGᵀ and GᵀG. Ends in an ascent direction;
 * the first one is zero. Throws ArgumentError for an option out of its range, and NotFiniteError for a gradient with NaN,
 * infinities or entries beyond 1e150; the state is then as it was. Source: Vyas and others, "SOAP: Improving and
 * Stabilizing Shampoo using Adam" (2024).
 *
 * @example const optimizer = chain(scaleBySoap({ interval: 5 }), scaleByLearningRate(0.003));
 */
export function scaleBySoap(options: ScaleBySoapOptions = {}): GradientTransformation<ScaleBySoapState> {
  requireKnown("scaleBySoap", options, ["beta1", "beta2", "epsilon", "interval", "largestSide"]);
  const { beta1 = 0.95, beta2 = 0.95, epsilon = 1e-8, interval = 10, largestSide = 10_000 } = options;
  requireDecayRate("beta1", beta1);
  requireDecayRate("beta2", beta2);
  requireNonnegative("epsilon", epsilon);
  requireWhole("interval", interval, 1);
  requireWhole("largestSide", largestSide, 1);
  const plans = new WeakMap<ScaleBySoapState, readonly Plan[]>();

  function check(gradient: Float64Array, state: ScaleBySoapState, parameters: Float64Array): void {
    checkState(state, "scaleBySoap");
    checkLengths("scaleBySoap", state.first.length, gradient, parameters);
    checkLengths("scaleBySoap", state.second.length, gradient, parameters);
    checkSides("scaleBySoap", state.blocks, gradient.length, leftOf, rightOf);
    requireTame("scaleBySoap", gradient);
  }
  return {
    name: "scaleBySoap",
    init: (layout) => ({
      kind: "scaleBySoap",
      version: 1,
      step: 0,
      blocks: blocksOf(layout).map((block) => {
        const isMatrix = block.columns > 1;
        const left = isMatrix && block.rows <= largestSide ? block.rows * block.rows : 0;
        const right = isMatrix && block.columns <= largestSide ? block.columns * block.columns : 0;
        return {
          ...block,
          left: new Float64Array(left),
          right: new Float64Array(right),
          leftBasis: new Float64Array(left),
          rightBasis: new Float64Array(right),
        };
      }),
      first: new Float64Array(layout.size),
      second: new Float64Array(layout.size),
    }),
    turn: () => refuseTurning("scaleBySoap"),
    check,
    update(gradient, state, parameters) {
      check(gradient, state, parameters);
      let own = plans.get(state);
      if (own === undefined) {
        own = state.blocks.map(planOf);
        plans.set(state, own);
      }
      const moves = state.step;
      state.step += 1;
      const correction = Math.sqrt(1 - integerPower(beta2, moves)) / (1 - integerPower(beta1, moves));
      for (let k = 0; k < own.length; k++) {
        const block = state.blocks[k];
        const plan = own[k];
        const { offset, rows, columns } = block;
        const size = rows * columns;
        for (let i = 0; i < size; i++) plan.kept[i] = gradient[offset + i];
        if (moves > 0) {
          rotateIn(block, plan, plan.kept, 0, plan.rotated, 0);
          adamRange(plan.rotated, 0, state.first, state.second, offset, size, beta1, beta2, correction, epsilon);
          rotateOut(block, plan, plan.rotated, 0, gradient, offset);
        } else for (let i = offset; i < offset + size; i++) gradient[i] = 0;
        average(block, plan, beta2);
        if (moves === 0) decompose(block);
        else if (moves % interval === 0) refresh(block, plan, state);
      }
    },
  };
}

const leftOf = ({ leftBasis }: SoapBlock): Float64Array => leftBasis;
const rightOf = ({ rightBasis }: SoapBlock): Float64Array => rightBasis;

function planOf({ rows, columns }: Block): Plan {
  return {
    addLeft: planSymmetricProduct({ rows, inner: columns, transposeB: true, accumulate: true }),
    addRight: planSymmetricProduct({ rows: columns, inner: rows, transposeA: true, accumulate: true }),
    leftIn: planProduct({ rows, columns, inner: rows, transposeA: true }),
    rightIn: planProduct({ rows, columns, inner: columns }),
    leftOut: planProduct({ rows, columns, inner: rows }),
    rightOut: planProduct({ rows, columns, inner: columns, transposeB: true }),
    kept: new Float64Array(rows * columns),
    rotated: new Float64Array(rows * columns),
    between: new Float64Array(rows * columns),
  };
}

/** out = Q_Lᵀ X Q_R. */
function rotateIn(block: SoapBlock, plan: Plan, x: Float64Array, at: number, out: Float64Array, outAt: number): void {
  rotate(block, plan, plan.leftIn, plan.rightIn, x, at, out, outAt);
}

/** out = Q_L X Q_Rᵀ. */
function rotateOut(block: SoapBlock, plan: Plan, x: Float64Array, at: number, out: Float64Array, outAt: number): void {
  rotate(block, plan, plan.leftOut, plan.rightOut, x, at, out, outAt);
}

function rotate(
  { leftBasis, rightBasis }: SoapBlock,
  { between }: Plan,
  fromLeft: PlannedProduct,
  fromRight: PlannedProduct,
  x: Float64Array,
  at: number,
  out: Float64Array,
  outAt: number,
): void {
  if (leftBasis.length > 0) fromLeft(leftBasis, 0, x, at, between, 0);
  else for (let i = 0; i < between.length; i++) between[i] = x[at + i];
  if (rightBasis.length > 0) fromRight(between, 0, rightBasis, 0, out, outAt);
  else for (let i = 0; i < between.length; i++) out[outAt + i] = between[i];
}

/** L and R take in the gradient, which `kept` holds, and which is scaled there. */
function average({ left, right }: SoapBlock, { kept, addLeft, addRight }: Plan, beta2: number): void {
  const gain = Math.sqrt(1 - beta2);
  for (let i = 0; i < kept.length; i++) kept[i] *= gain;
  for (let i = 0; i < left.length; i++) left[i] = flushed(left[i] * beta2);
  for (let i = 0; i < right.length; i++) right[i] = flushed(right[i] * beta2);
  if (left.length > 0) addLeft(kept, 0, kept, 0, left, 0);
  if (right.length > 0) addRight(kept, 0, kept, 0, right, 0);
}

/** The first bases: eigenvectors by descending eigenvalue. */
function decompose({ rows, columns, left, right, leftBasis, rightBasis }: SoapBlock): void {
  if (left.length > 0) leftBasis.set(symmetricEigen(new Matrix(rows, rows, left)).vectors.data);
  if (right.length > 0) rightBasis.set(symmetricEigen(new Matrix(columns, columns, right)).vectors.data);
}

/** One step of orthogonal iteration on both sides; M goes through original coordinates, V along with the columns. */
function refresh(block: SoapBlock, plan: Plan, { first, second }: ScaleBySoapState): void {
  const { offset, rows, columns, left, right, leftBasis, rightBasis } = block;
  rotateOut(block, plan, first, offset, plan.rotated, 0);
  const leftOrder = improve(left, leftBasis, rows);
  const rightOrder = improve(right, rightBasis, columns);
  rotateIn(block, plan, plan.rotated, 0, first, offset);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      plan.kept[i * columns + j] = second[offset + (leftOrder?.[i] ?? i) * columns + (rightOrder?.[j] ?? j)];
  second.set(plan.kept, offset);
}

/** Overwrites a basis with a better one and returns from which column each of its columns comes. */
function improve(moments: Float64Array, basis: Float64Array, side: number): Int32Array | undefined {
  if (basis.length === 0) return undefined;
  const better = orthogonalIteration(new Matrix(side, side, moments), new Matrix(side, side, basis.slice()), {
    steps: 1,
    rayleighRitz: false,
  });
  basis.set(better.vectors.data);
  return better.order;
}

export interface SoapOptions extends ScaleBySoapOptions {
  /** η, at or above 0, or a function of the step. Default 0.003. */
  readonly learningRate?: number | Schedule;
  /** λ, at or above 0: decoupled weight decay, of the parameters after the step. Default 0.01. */
  readonly weightDecay?: number;
}

/**
 * SOAP: W ← (1 − ηλ)(W − η · step), with Adam's step in the eigenbasis of the averages of GGᵀ and GᵀG; the first update does
 * not move. Throws ArgumentError for an option out of its range. Source: Vyas and others, "SOAP: Improving and Stabilizing
 * Shampoo using Adam" (2024); the reference implementation, step for step.
 *
 * @example minimize(objective, { start, optimizer: soap({ learningRate: 0.1, weightDecay: 0 }), steps: 200 }).value < 0.01 // true
 */
export function soap(options: SoapOptions = {}): GradientTransformation<ChainState> {
  const { learningRate = 3e-3, weightDecay = 1e-2, ...scaling } = options;
  requireNonnegative("weightDecay", weightDecay);
  return namedChain("soap", [scaleBySoap(scaling), decoupledDescent(learningRate, weightDecay, 1)]);
}
