/**
 * The frame that all pieces with a state of vectors share: what is checked before an update, so that a piece's own file
 * holds its formula and nothing else. Checks cost one pass over the gradient, and none inside a chain.
 */
import type { Layout } from "../linalg/layout.ts";
import { checkLengths, checkState, requireFiniteGradient } from "./state.ts";
import type { GradientTransformation, Moments, TransformationState } from "./transformation.ts";

/** The loop over the elements of a piece: vectors, all as long as the gradient, that come first (the parameters last), then numbers. */
export type ElementLoop = (gradient: Float64Array, ...rest: never[]) => void;

/** A transformation without its checks. */
export interface PieceOptions<State extends TransformationState, Loop extends ElementLoop = ElementLoop> {
  readonly kind: State["kind"];
  /** For messages. Default `kind`. */
  readonly name?: string;
  /** The fields of the state that are Float64Arrays as long as the parameters. */
  readonly vectors?: readonly (keyof State & string)[];
  readonly moments?: Moments;
  /** The fields of the first state beside `kind`, `version` and vectors of zeros. */
  readonly fields?: Partial<State>;
  /** In the place of `fields`, where they depend on the layout. */
  readonly init?: (layout: Layout) => State;
  /**
   * Overwrites `gradient` with the step, times `factor` (1 by default) in pieces of fused chains; all arguments are in order. `loop` is the
   * piece's own, or what takes its place (step-kernel.ts) and is called with the same arguments, at most once.
   */
  readonly apply: (gradient: Float64Array, state: State, loop: Loop, parameters: Float64Array, factor?: number) => void;
  /** For pieces that touch the gradient, parameters and vectors in one loop over elements alone. */
  readonly loop?: Loop;
  /** Whether `apply` reads all of the gradient before it calls the loop, for what it hands to it: such a piece has a kernel where it comes first. */
  readonly looksAhead?: boolean;
  /**
   * For pieces that change each tensor of the state's `slots` by a ratio of its own: the ratio, from the norms of gradient and parameters
   * there, and the numbers that follow it among those of the loop's formula (formulas.ts).
   */
  readonly bySlot?: {
    readonly ratio: (gradientNorm: number, parameterNorm: number) => number;
    readonly numbers: readonly number[];
  };
  /** What else to refuse, beside a state of another kind and other lengths. */
  readonly refuse?: (state: State, gradient: Float64Array, parameters: Float64Array) => void;
  readonly parts?: readonly GradientTransformation[];
  readonly evaluationParameters?: (state: State, parameters: Float64Array, out: Float64Array) => void;
}

/** The transformation of a piece in version 1; it has the fields of the piece too. */
export function define<State extends TransformationState, Loop extends ElementLoop = ElementLoop>(
  piece: PieceOptions<State, Loop>,
): GradientTransformation<State> {
  const { kind, name = kind, vectors = [], fields, loop, apply, refuse } = piece;
  function check(gradient: Float64Array, state: State, parameters: Float64Array): void {
    checkState(state, kind);
    checkLengths(name, parameters.length, gradient, parameters);
    for (const field of vectors) checkLengths(name, (state[field] as Float64Array).length, gradient, parameters);
    refuse?.(state, gradient, parameters);
  }
  function init({ size }: Layout): State {
    return {
      kind,
      version: 1,
      ...fields,
      ...Object.fromEntries(vectors.map((field) => [field, new Float64Array(size)] as const)),
    } as unknown as State;
  }
  function update(
    gradient: Float64Array,
    state: State,
    parameters: Float64Array,
    checked?: boolean,
    factor?: number,
  ): void {
    if (!checked) {
      requireFiniteGradient(name, gradient);
      check(gradient, state, parameters);
    }
    apply(gradient, state, loop as Loop, parameters, factor);
  }
  return { init, ...piece, name, check, update, own: update } as GradientTransformation<State>;
}
