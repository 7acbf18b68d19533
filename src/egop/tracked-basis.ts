/**
 * An optimizer in a Kronecker basis that follows the gradients of the run itself: per matrix parameter, the eigenvectors of
 * exponentially weighted marginals L ← βL + (1 − β) G Gᵀ and R ← βR + (1 − β) Gᵀ G, renewed every few steps, with the
 * optimizer's state carried along. With Adam inside, one power step at each renewal and the squares kept, it is SOAP:
 * SOAP is the member of the EGOP family whose samples are the run's own gradients and whose basis is the marginals'.
 *
 * As in SOAP's reference code, the first gradient only begins the marginals and moves nothing, and a gradient enters them
 * after its step. Tensors with fewer than two axes are not turned. Cost: a step's four small products and two for the
 * marginals, 2·rows·columns·(rows + columns) each; a renewal some 10·(rows³ + columns³).
 *
 * Source: N. Vyas et al., SOAP: Improving and Stabilizing Shampoo using Adam, arXiv 2409.11321, algorithm 3, and its
 * reference code (soap.py).
 */
import { ArgumentError } from "../errors.ts";
import type { Layout, Shape, TensorSlot } from "../linalg/layout.ts";
import { Matrix } from "../linalg/matrix.ts";
import { orthogonalIteration } from "../linalg/orthogonal-iteration.ts";
import { planProduct } from "../linalg/product.ts";
import { symmetricEigen } from "../linalg/symmetric-eigen.ts";
import { carryState } from "../optim/carry.ts";
import { checkState } from "../optim/state.ts";
import type { GradientTransformation, TransformationState } from "../optim/transformation.ts";
import type { Basis } from "./basis.ts";
import { changeOfBasis, type SquaresRule } from "./change-of-basis.ts";
import { kroneckerBasis } from "./kronecker-basis.ts";
import { matrixSizes } from "./moment-form.ts";
import { momentLayout } from "./moment-state.ts";
import { isWeight } from "./sampling.ts";

export interface TrackedBasisOptions {
  /** β, the decay rate of the marginals, in [0, 1). Default 0.95. */
  readonly decay?: number;
  /** Steps from one renewal of the basis to the next. Default 10. */
  readonly every?: number;
  /** How it is renewed: one step of orthogonal iteration from where it was ("power", default), or eigenvectors ("eigen"). */
  readonly renewal?: "power" | "eigen";
  /** What becomes of averages of squares at a renewal; see `changeOfBasis`. Default "keep", each with its direction. */
  readonly squares?: SquaresRule;
  /** Which tensors are turned; default those of two or more axes. */
  readonly rotate?: (tensor: TensorSlot) => boolean;
}

export interface TrackedBasisState extends TransformationState {
  readonly kind: "inTrackedBasis";
  readonly version: 1;
  /** The number of gradients so far. */
  step: number;
  /** The layout of the parameters. */
  readonly tensors: readonly { readonly name: string; readonly shape: Shape }[];
  readonly inner: TransformationState;
  /** For each tensor that is turned: both marginals, and both factors of the basis, row by row. */
  readonly sides: readonly TrackedSides[];
}

export interface TrackedSides {
  readonly left: Float64Array;
  readonly right: Float64Array;
  readonly leftAxes: Float64Array;
  readonly rightAxes: Float64Array;
}

/**
 * The optimizer that makes the steps of `optimizer` in a Kronecker basis renewed as the run goes. The optimizer's state
 * must be one that `carryState` can carry. Throws ArgumentError for options out of their range.
 *
 * @example const soap = inTrackedBasis(chain(scaleByAdam({ beta1: 0.95, beta2: 0.95 }), scaleByLearningRate(0.003)));
 */
export function inTrackedBasis(
  optimizer: GradientTransformation,
  options: TrackedBasisOptions = {},
): GradientTransformation<TrackedBasisState> {
  const { decay = 0.95, every = 10, renewal = "power", squares = "keep", rotate = isWeight } = options;
  if (!(decay >= 0 && decay < 1))
    throw new ArgumentError(`inTrackedBasis: decay is ${decay}; expected a number in [0, 1).`);
  if (!Number.isSafeInteger(every) || every < 1)
    throw new ArgumentError(`inTrackedBasis: every is ${every}; expected a whole number of at least 1.`);
  if (!["power", "eigen"].includes(renewal))
    throw new ArgumentError(`inTrackedBasis: renewal is "${renewal}"; expected "power" or "eigen".`);
  // Workspace and what follows from a state's axes, made when the state is first seen.
  const bound = new WeakMap<TrackedBasisState, Bound>();
  function boundTo(state: TrackedBasisState): Bound {
    const known = bound.get(state);
    if (known !== undefined) return known;
    const made = bind(state, momentLayout(state), rotate);
    bound.set(state, made);
    return made;
  }

  return {
    name: `inTrackedBasis(${optimizer.name})`,
    init(layout): TrackedBasisState {
      return {
        ...{ kind: "inTrackedBasis", version: 1, step: 0, inner: optimizer.init(layout) },
        tensors: layout.tensors.map(({ name, shape }) => ({ name, shape: [...shape] })),
        sides: layout.tensors.filter(rotate).map((slot) => {
          const [rows, columns] = matrixSizes(slot);
          const [left, right, leftAxes, rightAxes] = [rows, columns, rows, columns].map((n) => new Float64Array(n * n));
          return { left, right, leftAxes, rightAxes };
        }),
      };
    },
    update(gradient, state, parameters): void {
      checkState(state, "inTrackedBasis");
      const own = boundTo(state);
      if (state.step === 0) {
        for (const tensor of own.tensors) tensor.accumulate(gradient, 0, 1 - decay);
        for (const tensor of own.tensors) tensor.decompose();
        own.basis = own.makeBasis();
        gradient.fill(0);
      } else {
        own.basis ??= own.makeBasis();
        own.gradient.set(gradient);
        own.basis.pullGradient(gradient, own.rotated);
        own.basis.toRotated(parameters, own.point);
        optimizer.update(own.rotated, state.inner, own.point);
        own.basis.pushDirection(own.rotated, gradient);
        for (const tensor of own.tensors) tensor.accumulate(own.gradient, decay, 1 - decay);
        if (state.step % every === 0) {
          const before = own.makeBasis(true);
          for (const tensor of own.tensors) {
            if (renewal === "eigen") tensor.decompose();
            else tensor.improve();
          }
          own.basis = own.makeBasis();
          carryState(optimizer, state.inner, changeOfBasis(before, own.basis, { squares }));
        }
      }
      state.step += 1;
    },
  };
}

/** What the update of one state works with. */
interface Bound {
  readonly tensors: readonly TrackedTensor[];
  readonly gradient: Float64Array;
  readonly rotated: Float64Array;
  readonly point: Float64Array;
  basis: Basis | undefined;
  /** The basis of the state's axes, which it keeps (and which then change with the state), or of copies of them. */
  makeBasis(copied?: boolean): Basis;
}

interface TrackedTensor {
  /** Marginals ← keep · marginals + share · G Gᵀ, Gᵀ G. */
  accumulate(gradient: Float64Array, keep: number, share: number): void;
  /** Axes ← eigenvectors of the marginals, descending. */
  decompose(): void;
  /** Axes ← one step of orthogonal iteration, each column in the place of the one that it comes from. */
  improve(): void;
}

function bind(state: TrackedBasisState, layout: Layout, rotate: (tensor: TensorSlot) => boolean): Bound {
  const slots = layout.tensors.filter(rotate);
  const [gradient, rotated, point] = [0, 0, 0].map(() => new Float64Array(layout.size));
  return {
    ...{ gradient, rotated, point, basis: undefined },
    tensors: slots.map((slot, k) => tracked(slot, state.sides[k])),
    makeBasis(copied = false): Basis {
      const factors = slots.map((slot, k) => {
        const [rows, columns] = matrixSizes(slot);
        const { leftAxes, rightAxes } = state.sides[k];
        const of = (side: number, axes: Float64Array): Matrix => new Matrix(side, side, copied ? axes.slice() : axes);
        return [slot.name, { left: of(rows, leftAxes), right: of(columns, rightAxes) }] as const;
      });
      return kroneckerBasis(layout, new Map(factors));
    },
  };
}

function tracked(slot: TensorSlot, sides: TrackedSides): TrackedTensor {
  const [rows, columns] = matrixSizes(slot);
  const products = [
    { side: rows, moment: sides.left, axes: sides.leftAxes, inner: columns, transposeA: false },
    { side: columns, moment: sides.right, axes: sides.rightAxes, inner: rows, transposeA: true },
  ].map(({ side, moment, axes, inner, transposeA }) => ({
    ...{ side, moment, axes, fresh: new Float64Array(side * side) },
    multiply: planProduct({ rows: side, columns: side, inner, transposeA, transposeB: !transposeA }),
  }));
  return {
    accumulate(gradient, keep, share): void {
      for (const { moment, fresh, multiply } of products) {
        multiply(gradient, slot.offset, gradient, slot.offset, fresh, 0);
        for (let i = 0; i < moment.length; i++) moment[i] = keep * moment[i] + share * fresh[i];
      }
    },
    decompose(): void {
      for (const { side, moment, axes } of products)
        axes.set(symmetricEigen(new Matrix(side, side, moment)).vectors.data);
    },
    improve(): void {
      for (const { side, moment, axes } of products) {
        const start = new Matrix(side, side, axes.slice());
        const { vectors, order } = orthogonalIteration(new Matrix(side, side, moment), start, {
          steps: 1,
          rayleighRitz: false,
        });
        for (let i = 0; i < side; i++)
          for (let j = 0; j < side; j++) axes[i * side + order[j]] = vectors.data[i * side + j];
      }
    },
  };
}
