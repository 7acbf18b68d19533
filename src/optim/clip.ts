/**
 * Gradient clipping: no entry, no gradient, or no tensor of it, beyond a bound.
 *
 *   by value: g ← min(max(g, −c), c)        by norm: g ← g min(1, c/‖g‖)        by tensor: the same for each tensor's norm
 *
 * One pass by value, two by norm, O(size); a gradient within the bound keeps its bits.
 *
 * Source: R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training Recurrent Neural Networks" (2013), algorithm 1.
 * PyTorch's clip_grad_norm_ adds 1e-6 to the norm, which this does not.
 */
import { define } from "./define.ts";
import { gradientNorm } from "./gradient-norm.ts";
import { requirePositive } from "./hyperparameters.ts";
import { checkSlots, slotNorm, slotsOf, type Slot } from "./slots.ts";
import type { GradientTransformation } from "./transformation.ts";

export interface ClipByValueState {
  readonly kind: "clipByValue";
  readonly version: 1;
}

/**
 * Brings each entry of the gradient into [−bound, bound]. Throws ArgumentError unless `bound` is finite and above 0.
 *
 * @example const optimizer = chain(clipByValue(1), adam());
 */
export function clipByValue(bound: number): GradientTransformation<ClipByValueState> {
  requirePositive("bound", bound);
  return define<ClipByValueState>({
    kind: "clipByValue",
    vectors: [],
    init: () => ({ kind: "clipByValue", version: 1 }),
    apply(gradient) {
      for (let i = 0; i < gradient.length; i++) gradient[i] = Math.min(Math.max(gradient[i], -bound), bound);
    },
  });
}

export interface ClipByNormState {
  readonly kind: "clipByNorm";
  readonly version: 1;
}

/**
 * Scales the gradient down to the Euclidean norm `bound` where it is longer. Throws ArgumentError unless `bound` is finite
 * and above 0. Source: Pascanu, Mikolov, Bengio (2013).
 *
 * @example const optimizer = chain(clipByNorm(1), adam());
 */
export function clipByNorm(bound: number): GradientTransformation<ClipByNormState> {
  requirePositive("bound", bound);
  return define<ClipByNormState>({
    kind: "clipByNorm",
    vectors: [],
    init: () => ({ kind: "clipByNorm", version: 1 }),
    apply(gradient) {
      const norm = gradientNorm(gradient);
      if (norm > bound) for (let i = 0; i < gradient.length; i++) gradient[i] = (gradient[i] / norm) * bound;
    },
  });
}

export interface ClipByTensorNormState {
  readonly kind: "clipByTensorNorm";
  readonly version: 1;
  /** The tensors, in the order of the layout. */
  readonly slots: readonly Slot[];
}

/**
 * Scales each tensor's part of the gradient down to the Euclidean norm `bound` where it is longer. Throws ArgumentError
 * unless `bound` is finite and above 0.
 *
 * @example const optimizer = chain(clipByTensorNorm(1), adam());
 */
export function clipByTensorNorm(bound: number): GradientTransformation<ClipByTensorNormState> {
  requirePositive("bound", bound);
  return define<ClipByTensorNormState>({
    kind: "clipByTensorNorm",
    vectors: [],
    init: (layout) => ({ kind: "clipByTensorNorm", version: 1, slots: slotsOf(layout) }),
    refuse: ({ slots }, gradient, parameters) => checkSlots("clipByTensorNorm", slots, gradient, parameters),
    apply(gradient, { slots }) {
      for (const slot of slots) {
        const norm = slotNorm(gradient, slot);
        if (!(norm > bound)) continue;
        for (let i = slot.offset; i < slot.offset + slot.size; i++) gradient[i] = (gradient[i] / norm) * bound;
      }
    },
  });
}
