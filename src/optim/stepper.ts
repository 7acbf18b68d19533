/**
 * What `minimize` and `train` do between two evaluations: the optimizer's update of the gradient, and the sum of point and step. For many
 * parameters as one WebAssembly loop where there is one (kernels/step-kernel.ts), which assembling takes about a millisecond; otherwise by
 * JavaScript's loops. The bits are the same.
 */
import { indexOfNotFinite } from "../linalg/finite.ts";
import { stepKernel } from "./kernels/step-kernel.ts";
import type { GradientTransformation, TransformationState } from "./transformation.ts";

/** From so many parameters on a run of a few steps repays the assembling. */
const kernelLength = 16_384;

export interface Stepper {
  readonly state: TransformationState;
  /** Where the objective writes its gradient. */
  readonly gradient: Float64Array;
  /** The first is the start; the others are for the points behind it. */
  readonly points: readonly Float64Array[];
  /** The index of a gradient's entry that is NaN or infinite, or -1. */
  badGradient(): number;
  /** Overwrites point `to` with the one after point `from`. The gradient has been looked at, or the optimizer looks itself. */
  step(from: number, to: number): void;
  /** The index of an entry of the point of the last step that is NaN or infinite, or -1. */
  badPoint(): number;
  /** Of a point or a state: one that lies in no WebAssembly memory. */
  plain<Data extends object>(data: Data): Data;
}

/** The stepper of an optimizer with this state, from this point, with so many points in all. Both may be used and changed by it. */
export function stepper(
  optimizer: GradientTransformation,
  state: TransformationState,
  start: Float64Array,
  pointCount: number,
): Stepper {
  const { length } = start;
  const kernel = length < kernelLength ? undefined : stepKernel(optimizer, state, length, pointCount);
  if (kernel !== undefined) {
    const { points, gradient } = kernel;
    points[0].set(start);
    let [last, finite] = [0, true];
    return {
      ...kernel,
      badGradient: () => (kernel.gradientIsFinite() ? -1 : indexOfNotFinite(gradient)),
      step(from, to) {
        optimizer.check?.(gradient, kernel.state, points[from]);
        finite = kernel.run(from, to);
        last = to;
      },
      badPoint: () => (finite ? -1 : indexOfNotFinite(points[last])),
      plain: copy,
    };
  }
  const gradient = new Float64Array(length);
  const points = Array.from({ length: pointCount }, (_value, k) => (k === 0 ? start : new Float64Array(length)));
  const tolerant = optimizer.toleratesNotFinite === true;
  let last = 0;
  return {
    state,
    gradient,
    points,
    badGradient: () => indexOfNotFinite(gradient),
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

/** A copy of plain data. */
function copy<Data extends object>(data: Data): Data {
  if (ArrayBuffer.isView(data)) return (data as unknown as Float64Array).slice() as unknown as Data;
  const made: unknown = Array.isArray(data)
    ? data.map(copyField)
    : Object.fromEntries(Object.entries(data).map(([name, value]) => [name, copyField(value)]));
  return made as Data;
}

function copyField(value: unknown): unknown {
  return typeof value === "object" && value !== null ? copy(value) : value;
}
