/**
 * The steps of an optimizer for a loop of one's own, where neither `minimize` nor `train` fits: as fast as theirs.
 *
 *   look at the gradient for NaN        p ← p + step(gradient, p)        look at p for NaN
 *
 * From 500 parameters on, this is one pass over the gradient and one WebAssembly loop over all that a step reads and writes, where
 * the optimizer works on elements (run-stepper.ts), instead of a pass for each part of the optimizer and one for the sum. Nothing is
 * allocated in a step. The bits are those of `update` and a sum, on every engine.
 */
import { NotFiniteError, ShapeError } from "../errors.ts";
import { layout as makeLayout, type Layout } from "../linalg/layout.ts";
import { requireKnown } from "./hyperparameters.ts";
import { placeOf } from "./place.ts";
import { checkStart } from "./run.ts";
import { runStepper } from "./run-stepper.ts";
import { parseState } from "./state-text.ts";
import { copyOf, restoreState } from "./state.ts";
import type { GradientTransformation, TransformationState } from "./transformation.ts";

/** A loop of one's own is taken to go on for so long. */
const expectedSteps = 2000;

export interface StepperOptions {
  /** The tensors in the parameters, for optimizers that treat them apart. Default: one vector. */
  readonly layout?: Layout;
  /** To go on from: what an earlier stepper's `state()` returned, or its text from `stateToText`; only read. */
  readonly state?: TransformationState | string;
  /**
   * Look at the gradient within the step instead of before it, which spares a pass. `step` throws all the same for a gradient that is not
   * finite, but parameters and state may then be lost: for those who keep copies, and for optimizers of one or two passes. Default false.
   */
  readonly onePass?: boolean;
}

export interface Stepper {
  /** Where you are: the same array all the time, which `step` overwrites. You may write to it too. */
  readonly parameters: Float64Array;
  /** Write the gradient here before every step, all of it: what a step leaves there is of no meaning. As long as the parameters. */
  readonly gradient: Float64Array;
  /**
   * Overwrites the parameters with those after a step. `loss`, the value at the parameters before it, is for optimizers that react to it
   * (`reduceOnPlateau`) and may be left out with all others.
   *
   * Throws NotFiniteError when the gradient has NaN or an infinity, unless the optimizer takes such (`skipNotFinite`), and what the optimizer
   * or a schedule throws: parameters and state are then as they were, but for `onePass`. Throws NotFiniteError, with the step taken, when a parameter has
   * become infinite or NaN.
   */
  step(loss?: number): void;
  /** A copy of the optimizer's state, plain data, for `state` of a later stepper. O(its length). */
  state(): TransformationState;
  /** What to evaluate or to keep, in a new array or in `out`: an averaging optimizer's average, for all others the parameters. */
  evaluationParameters(out?: Float64Array): Float64Array;
}

/**
 * Steps of an optimizer from `start`, which is copied, for a loop of your own: write a gradient, call `step`.
 *
 * Throws ShapeError where start and layout differ in length, NotFiniteError for a start with NaN or infinities, StateError for a state of
 * another optimizer or of other shapes, ArgumentError for an unknown option.
 *
 * @example for (let k = 0, loop = stepper(adam({ learningRate: 0.1 }), start); k < 100; k++) loop.step(objective.valueAndGradient(loop.parameters, loop.gradient));
 */
export function stepper(optimizer: GradientTransformation, start: Float64Array, options: StepperOptions = {}): Stepper {
  requireKnown("stepper", options, ["layout", "state", "onePass"]);
  const { layout = makeLayout({ parameters: [start.length] }), state, onePass = false } = options;
  if (layout.size !== start.length)
    throw new ShapeError(`stepper: start has ${start.length} elements, the layout ${layout.size}.`);
  checkStart(start, start.length, layout, "stepper");
  const first = optimizer.init(layout);
  if (state !== undefined) restoreState(first, typeof state === "string" ? parseState(state) : state, "state");
  const stepping = runStepper(optimizer, first, start.slice(), expectedSteps, true);
  const { gradient, points } = stepping;
  const [parameters] = points;
  const tolerant = optimizer.toleratesNotFinite === true;
  const looksBefore = !tolerant && !(onePass && stepping.looks);
  function requireFiniteGradient(bad: number): void {
    if (bad >= 0)
      throw new NotFiniteError(
        `stepper: the gradient is ${gradient[bad]} in ${placeOf(bad, layout)}; expected finite numbers.`,
      );
  }
  return {
    parameters,
    gradient,
    step(loss) {
      if (looksBefore) requireFiniteGradient(stepping.badGradient());
      stepping.step(0, 0);
      if (!looksBefore) requireFiniteGradient(stepping.badGradientOfStep());
      if (loss !== undefined) optimizer.observe?.(loss, stepping.state);
      const lost = stepping.badPoint();
      if (lost >= 0)
        throw new NotFiniteError(
          `stepper: ${optimizer.name} made the parameter ${parameters[lost]} in ${placeOf(lost, layout)}; try a smaller learning rate.`,
        );
    },
    state: () => copyOf(stepping.state),
    evaluationParameters(out = new Float64Array(parameters.length)) {
      if (out.length !== parameters.length)
        throw new ShapeError(`stepper: out has ${out.length} elements; the parameters have ${parameters.length}.`);
      if (optimizer.evaluationParameters === undefined) out.set(parameters);
      else optimizer.evaluationParameters(stepping.state, parameters, out);
      return out;
    },
  };
}
