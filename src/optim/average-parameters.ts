/**
 * Averages of the parameters along a run: what to evaluate and to keep, while training goes on as without them. They stand
 * last in a chain, where the next parameters are known: q = p + step.
 *
 *   Polyak: a ← a + (q − a)/k for the k-th parameters from step `from` on
 *   exponential: a ← βa + (1 − β)q, from a = the parameters at the start
 *
 * One pass, O(size).
 *
 * Source: B. T. Polyak, A. B. Juditsky, "Acceleration of Stochastic Approximation by Averaging" (1992); D. Ruppert,
 * "Efficient estimations from a slowly convergent Robbins–Monro process" (1988). The exponential form is common practice;
 * compare PyTorch 1.13, torch/optim/swa_utils.py.
 */
import { define } from "./define.ts";
import { requireDecayRate, requireKnown, requireWhole } from "./hyperparameters.ts";
import type { GradientTransformation } from "./transformation.ts";

export interface PolyakAverageState {
  readonly kind: "polyakAverage";
  readonly version: 1;
  /** The number of updates so far. */
  step: number;
  /** a; as long as the parameters. */
  readonly average: Float64Array;
}

/**
 * Keeps the mean of all parameters after step `from` (a whole number, default 0); before there are any, the parameters
 * themselves are those to evaluate. Put it last. Throws ArgumentError for an option out of its range. Source: Polyak and
 * Juditsky (1992).
 *
 * @example const optimizer = chain(sgd({ learningRate: 0.1 }), polyakAverage({ from: 100 }));
 */
export function polyakAverage(options: { readonly from?: number } = {}): GradientTransformation<PolyakAverageState> {
  requireKnown("polyakAverage", options, ["from"]);
  const { from = 0 } = options;
  requireWhole("from", from, 0);
  return define<PolyakAverageState>({
    kind: "polyakAverage",
    vectors: ["average"],
    moments: { first: ["average"] },
    init: ({ size }) => ({ kind: "polyakAverage", version: 1, step: 0, average: new Float64Array(size) }),
    apply(step, state, _loop, parameters) {
      const { average } = state;
      state.step += 1;
      if (state.step <= from) return;
      const count = state.step - from;
      for (let i = 0; i < average.length; i++) average[i] += (parameters[i] + step[i] - average[i]) / count;
    },
    evaluationParameters: ({ step, average }, parameters, out) => out.set(step > from ? average : parameters),
  });
}

export interface ExponentialAverageState {
  readonly kind: "exponentialAverage";
  readonly version: 1;
  /** The number of updates so far. */
  step: number;
  /** a; as long as the parameters. */
  readonly average: Float64Array;
}

/**
 * Keeps a running average of the parameters with decay rate β (in [0, 1)), from the start's on. Put it last. Throws
 * ArgumentError for a decay rate out of its range.
 *
 * @example const optimizer = chain(adam({ learningRate: 0.1 }), exponentialAverage(0.99));
 */
export function exponentialAverage(decay: number): GradientTransformation<ExponentialAverageState> {
  requireDecayRate("decay", decay);
  return define<ExponentialAverageState>({
    kind: "exponentialAverage",
    vectors: ["average"],
    moments: { first: ["average"] },
    init: ({ size }) => ({ kind: "exponentialAverage", version: 1, step: 0, average: new Float64Array(size) }),
    apply(step, state, _loop, parameters) {
      const { average } = state;
      if (state.step === 0) average.set(parameters);
      state.step += 1;
      const gain = 1 - decay;
      for (let i = 0; i < average.length; i++) average[i] = decay * average[i] + gain * (parameters[i] + step[i]);
    },
    evaluationParameters: ({ step, average }, parameters, out) => out.set(step > 0 ? average : parameters),
  });
}
