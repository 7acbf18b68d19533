/**
 * The frame that all pieces with a state of vectors share: what is checked before an update, so that a piece's own file
 * holds its formula and nothing else. Checks cost one pass over the gradient, and none inside a chain.
 */
import type { Layout } from "../linalg/layout.ts";
import { checkLengths, checkState, requireFiniteGradient } from "./state.ts";
import type { GradientTransformation, Moments, TransformationState } from "./transformation.ts";

/** A transformation without its checks. */
export interface Piece<State extends TransformationState> {
  readonly kind: State["kind"];
  /** The fields of the state that are Float64Arrays as long as the parameters. */
  readonly vectors: readonly (keyof State & string)[];
  readonly moments?: Moments;
  readonly init: (layout: Layout) => State;
  /** Overwrites `gradient` with the step, times `factor` in pieces of fused chains; all arguments are in order. */
  readonly apply: (gradient: Float64Array, state: State, parameters: Float64Array, factor: number) => void;
  /** What else to refuse, beside a state of another kind and other lengths. */
  readonly refuse?: (state: State) => void;
  readonly evaluationParameters?: (state: State, parameters: Float64Array, out: Float64Array) => void;
}

/** The transformation of a piece in version 1. */
export function define<State extends TransformationState>(piece: Piece<State>): GradientTransformation<State> {
  const { kind, vectors, apply } = piece;
  function check(gradient: Float64Array, state: State, parameters: Float64Array): void {
    checkState(state, kind, 1);
    if (vectors.length === 0) checkLengths(kind, parameters.length, gradient, parameters);
    for (const name of vectors) checkLengths(kind, (state[name] as Float64Array).length, gradient, parameters);
    piece.refuse?.(state);
  }
  return {
    name: kind,
    init: (layout) => piece.init(layout),
    check,
    update(gradient, state, parameters, checked = false, factor = 1) {
      if (!checked) {
        requireFiniteGradient(kind, gradient);
        check(gradient, state, parameters);
      }
      apply(gradient, state, parameters, factor);
    },
    ...(piece.moments === undefined ? {} : { moments: piece.moments }),
    ...(piece.evaluationParameters === undefined ? {} : { evaluationParameters: piece.evaluationParameters }),
  };
}
