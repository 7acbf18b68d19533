/**
 * Hyperparameters in the state: numbers that can be changed between steps, or follow schedules, in a transformation that
 * takes plain numbers. They are saved and resumed with the rest.
 *
 * The transformation is made anew when a number changes, O(1), and works on the same state. Reference implementation: optax,
 * inject_hyperparams.
 */
import { ArgumentError } from "../errors.ts";
import { checkState, requireFiniteGradient } from "./state.ts";
import type { GradientTransformation, Schedule, TransformationState } from "./transformation.ts";

export interface WithHyperparametersState<Name extends string = string> {
  readonly kind: "withHyperparameters";
  readonly version: 1;
  /** The number of updates so far. */
  step: number;
  /** The numbers for the next step; assign to change one. Those that follow a schedule are overwritten by it. */
  readonly values: Record<Name, number>;
  readonly inner: TransformationState;
}

/**
 * A transformation whose hyperparameters are in its state: `state.values.beta1 = 0.95` changes one from the next step on.
 * One that is given as a schedule is asked with the number of steps so far.
 *
 * Throws what `make` throws for numbers that it refuses, also when they have been changed later: then at the next step,
 * which leaves all as it was.
 *
 * @example const optimizer = withHyperparameters((h) => adam(h), { learningRate: 0.1, beta1: (step) => 0.9 - 0.5 / (1 + step) });
 */
export function withHyperparameters<const Name extends string>(
  make: (values: Readonly<Record<Name, number>>) => GradientTransformation,
  hyperparameters: Readonly<Record<Name, number | Schedule>>,
): GradientTransformation<WithHyperparametersState<Name>> {
  const names = Object.keys(hyperparameters) as Name[];
  const numberAt = (name: Name, step: number): number => {
    const given = hyperparameters[name];
    return typeof given === "function" ? given(step) : given;
  };
  const first = Object.fromEntries(names.map((name) => [name, numberAt(name, 0)])) as Record<Name, number>;
  let made = { values: { ...first }, transformation: make({ ...first }) };
  const tolerant = made.transformation.toleratesNotFinite === true;

  /** The transformation for these numbers. */
  function madeOf(numberOf: (name: Name) => number): GradientTransformation {
    let same = true;
    for (const name of names) same &&= Object.is(made.values[name], numberOf(name));
    if (!same) {
      const values = Object.fromEntries(names.map((name) => [name, numberOf(name)])) as Record<Name, number>;
      made = { values, transformation: make({ ...values }) };
    }
    return made.transformation;
  }

  /** For the next step of a state. */
  const current = (state: WithHyperparametersState<Name>): GradientTransformation =>
    madeOf((name) => wanted(state, name));
  /** For what its last step has left: `made` may be another state's, and a resumed run has made none yet. */
  const lastOf = (state: WithHyperparametersState<Name>): GradientTransformation =>
    madeOf((name) => state.values[name]);

  function wanted(state: WithHyperparametersState<Name>, name: Name): number {
    return typeof hyperparameters[name] === "function" ? numberAt(name, state.step) : state.values[name];
  }

  function check(gradient: Float64Array, state: WithHyperparametersState<Name>, parameters: Float64Array): void {
    checkState(state, "withHyperparameters");
    for (const name of names)
      if (typeof state.values[name] !== "number")
        throw new ArgumentError(`withHyperparameters: ${name} is ${String(state.values[name])}; expected a number.`);
    current(state).check?.(gradient, state.inner, parameters);
  }

  return {
    name: made.transformation.name,
    ...(tolerant ? { toleratesNotFinite: true } : {}),
    ...(made.transformation.mayThrow === true ? { mayThrow: true } : {}),
    init: (layout) => ({
      kind: "withHyperparameters",
      version: 1,
      step: 0,
      values: { ...first },
      inner: make({ ...first }).init(layout),
    }),
    check,
    update(gradient, state, parameters, checked = false) {
      if (!checked) {
        if (!tolerant) requireFiniteGradient("withHyperparameters", gradient);
        check(gradient, state, parameters);
      }
      current(state).update(gradient, state.inner, parameters, true);
      for (const name of names) state.values[name] = made.values[name];
      state.step += 1;
    },
    observe: (value, state) => lastOf(state).observe?.(value, state.inner),
    carry: (state, change, carryPart) => carryPart(lastOf(state), state.inner, change),
    ...(made.transformation.evaluationParameters === undefined
      ? {}
      : {
          evaluationParameters: (state, parameters, out) =>
            lastOf(state).evaluationParameters?.(state.inner, parameters, out),
        }),
  };
}
