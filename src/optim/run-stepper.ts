/**
 * What `minimize`, `train` and `stepper` do between two evaluations: the optimizer's update of the gradient, and the sum of point and step. For many
 * parameters as one WebAssembly loop where there is one (kernels/step-kernel.ts), which assembling takes about a millisecond; otherwise by
 * JavaScript's loops. The bits are the same.
 */
import { indexOfNotFinite } from "../linalg/finite.ts";
import { stepKernel } from "./kernels/step-kernel.ts";
import { copyOf } from "./state.ts";
import type { GradientTransformation, TransformationState } from "./transformation.ts";

/** From so many parameters on a run of a few steps repays the assembling… */
const kernelLength = 16_384;
/** …from so many on one of many steps, */
const leastKernelLength = 256;
/** which are as many as make so many steps of one parameter. */
const kernelWork = 500_000;

export interface RunStepper {
  readonly state: TransformationState;
  /** Where the objective writes its gradient. */
  readonly gradient: Float64Array;
  /**
   * The first is the start; the others are for the points behind it, in turn. Two, or three where `step` looks at the gradient: then the
   * point before the last one is still there when a step has met a gradient that is not finite. One alone where steps are in place.
   */
  readonly points: readonly Float64Array[];
  /** Whether `step` looks at the gradient, so that nobody else need. The optimizer's state is lost when it is not finite. */
  readonly looks: boolean;
  /** The index of an entry of the gradient that is NaN or infinite, or -1. */
  badGradient(): number;
  /** The same of the gradient of the last step, where `step` looks at it. */
  badGradientOfStep(): number;
  /** Overwrites point `to` with the one after point `from`. The gradient has been looked at, or this or the optimizer does. */
  step(from: number, to: number): void;
  /** The index of an entry of the point of the last step that is NaN or infinite, or -1. */
  badPoint(): number;
  /** Of a point or a state: one that lies in no WebAssembly memory. */
  plain<Data extends object>(data: Data): Data;
}

/**
 * The stepper of an optimizer with this state, from this point, for about so many steps. Both may be used and changed by it. `inPlace`, the
 * point's array is the only one there is.
 */
export function runStepper(
  optimizer: GradientTransformation,
  state: TransformationState,
  start: Float64Array,
  steps: number,
  inPlace = false,
): RunStepper {
  const { length } = start;
  const repaid = length >= kernelLength || (length >= leastKernelLength && steps * length >= kernelWork);
  const kernel = repaid ? stepKernel(optimizer, state, length, inPlace ? 1 : 3) : undefined;
  if (kernel !== undefined) {
    const { points, gradient } = kernel;
    points[0].set(start);
    let [last, finite] = [0, true];
    return {
      ...kernel,
      looks: true,
      badGradient: () => (kernel.gradientIsFinite() ? -1 : indexOfNotFinite(gradient)),
      step(from, to) {
        last = to;
        try {
          optimizer.check?.(gradient, kernel.state, points[from]);
          finite = kernel.run(from, to);
        } catch (error) {
          // Who looks for NaN before the step finds it before anything else.
          if (kernel.gradientIsFinite()) throw error;
          finite = false;
        }
      },
      badGradientOfStep: () => (finite ? -1 : indexOfNotFinite(gradient)),
      badPoint: () => (finite ? -1 : indexOfNotFinite(points[last])),
      plain: copyOf,
    };
  }
  const gradient = new Float64Array(length);
  const points = inPlace ? [start] : [start, new Float64Array(length)];
  const tolerant = optimizer.toleratesNotFinite === true;
  let last = 0;
  return {
    state,
    gradient,
    points,
    looks: false,
    badGradient: () => indexOfNotFinite(gradient),
    badGradientOfStep: () => -1,
    step(from, to) {
      if (tolerant) optimizer.update(gradient, state, points[from]);
      else {
        // The caller has looked for NaN.
        optimizer.check?.(gradient, state, points[from]);
        optimizer.update(gradient, state, points[from], true);
      }
      add(points[from], gradient, points[to]);
      last = to;
    },
    badPoint: () => indexOfNotFinite(points[last]),
    plain: (data) => data,
  };
}

/** Overwrites out with x + y. */
function add(x: Float64Array, y: Float64Array, out: Float64Array): void {
  for (let i = 0; i < out.length; i++) out[i] = x[i] + y[i];
}
