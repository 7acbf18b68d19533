/**
 * What the loops of the elementwise pieces do to an element, once more, as WebAssembly code for two elements. The order of operations
 * is that of the loops, so the bits are the same, which a test holds for every loop of the table (step-kernel.test.ts).
 */
import type { Code } from "../../webassembly/assembler.ts";
import { beliefKernel } from "../adabelief.ts";
import { scaleKernel } from "../adagrad-norm.ts";
import { adadeltaKernel } from "../adadelta.ts";
import { adamaxKernel } from "../adamax.ts";
import { adanKernel } from "../adan.ts";
import { amsgradKernel } from "../amsgrad.ts";
import type { ElementLoop } from "../define.ts";
import { larsKernel, trustKernel } from "../layerwise.ts";
import { lionKernel } from "../lion.ts";
import { nadamKernel } from "../nadam.ts";
import { prodigyKernel } from "../prodigy.ts";
import { radamKernel } from "../radam.ts";
import { centeredKernel, rmsKernel } from "../rmsprop.ts";
import { rpropKernel } from "../rprop.ts";
import { scalarAdamKernel } from "../scalar-adam.ts";
import { adagradKernel } from "../scale-by-adagrad.ts";
import { adamKernel } from "../scale-by-adam.ts";
import { scheduleFreeKernel } from "../schedule-free.ts";
import { signKernel } from "../signum.ts";
import { nesterovKernel, traceKernel } from "../trace.ts";
import { yogiKernel } from "../yogi.ts";
import { choose, larger, less, minus, more, over, plus, root, size, times, unless, where } from "./lanes.ts";

/** Where a formula puts what it uses more than once. */
interface Frame {
  readonly keep: (value: Code) => Code;
  /** 0 for a subnormal number. */
  readonly flushed: (value: Code) => Code;
}

/** Constants of all formulas. */
interface Constants {
  readonly zero: Code;
  readonly one: Code;
}

/** The step, and the new elements of the piece's vectors in the order of the loop's arguments. */
type Element = readonly [step: Code, ...vectors: Code[]];

/**
 * The numbers of a loop come first, what depends on them alone is kept before the loop by `once`; the function that is returned makes an
 * element from the gradient's and those of the vectors and of the parameters.
 */
export interface Formula {
  /** How many of the piece's vectors, from the first on, it reads. */
  readonly vectors: number;
  readonly numbers: number;
  readonly prepare: (
    numbers: readonly Code[],
    once: (value: Code) => Code,
    constants: Constants,
  ) => (frame: Frame, gradient: Code, vectors: readonly Code[], point: Code) => Element;
}

const formula = (vectors: number, numbers: number, prepare: Formula["prepare"]): Formula => ({
  vectors,
  numbers,
  prepare,
});

/** decay · average + gain · value. */
const average = (decay: Code, before: Code, gain: Code, value: Code): Code =>
  plus(times(decay, before), times(gain, value));
/** decay · average + gain · value². */
const squareAverage = (decay: Code, before: Code, gain: Code, value: Code): Code =>
  plus(times(decay, before), times(times(gain, value), value));

const signOf = ({ keep }: Frame, zero: Code, value: Code): Code => {
  const length = keep(size(value));
  return where(more(length, zero), over(value, length));
};

/** Formulas by their loops. */
export function formulas(): ReadonlyMap<ElementLoop, Formula> {
  return new Map<ElementLoop, Formula>([
    [
      traceKernel,
      formula(1, 2, ([momentum, gain]) => ({ keep, flushed }, g, [before]) => {
        const b = keep(flushed(plus(times(momentum, before), times(gain, g))));
        return [b, b];
      }),
    ],
    [
      nesterovKernel,
      formula(1, 2, ([momentum]) => ({ keep, flushed }, g, [before]) => {
        const b = keep(flushed(plus(times(momentum, before), g)));
        return [plus(g, times(momentum, b)), b];
      }),
    ],
    [
      adagradKernel,
      formula(1, 1, ([epsilon]) => ({ keep }, g, [before]) => {
        const sum = keep(plus(before, times(g, g)));
        return [over(g, plus(root(sum), epsilon)), sum];
      }),
    ],
    [trustKernel, formula(0, 1, ([ratio]) => (_frame, g) => [times(g, ratio)])],
    [
      larsKernel,
      formula(0, 2, ([ratio, decay]) => (_frame, g, _vectors, point) => [times(ratio, plus(g, times(decay, point)))]),
    ],
    [scaleKernel, formula(0, 2, ([scale, factor]) => (_frame, g) => [times(times(g, scale), factor)])],
    [
      scalarAdamKernel,
      formula(1, 3, ([beta1, gain, scale]) => ({ keep, flushed }, g, [before]) => {
        const m = keep(flushed(average(beta1, before, gain, g)));
        return [times(scale, m), m];
      }),
    ],
    [
      rmsKernel,
      formula(1, 2, ([decay, epsilon], once, { one }) => {
        const gain = once(minus(one, decay));
        return ({ keep, flushed }, g, [before]) => {
          const v = keep(flushed(squareAverage(decay, before, gain, g)));
          return [over(g, plus(root(v), epsilon)), v];
        };
      }),
    ],
    [
      centeredKernel,
      formula(2, 2, ([decay, epsilon], once, { one, zero }) => {
        const gain = once(minus(one, decay));
        const infinity = once(over(one, zero));
        return ({ keep, flushed }, g, [first, second]) => {
          const v = keep(flushed(squareAverage(decay, second, gain, g)));
          const mean = keep(flushed(average(decay, first, gain, g)));
          const variance = choose(less(v, infinity), larger(minus(v, times(mean, mean)), zero), v);
          return [over(g, plus(root(variance), epsilon)), mean, v];
        };
      }),
    ],
    [
      adadeltaKernel,
      formula(2, 2, ([rho, epsilon], once, { one }) => {
        const gain = once(minus(one, rho));
        return ({ keep, flushed }, g, [second, steps]) => {
          const v = keep(flushed(squareAverage(rho, second, gain, g)));
          const step = keep(times(over(root(plus(steps, epsilon)), root(plus(v, epsilon))), g));
          return [step, v, flushed(squareAverage(rho, steps, gain, step))];
        };
      }),
    ],
    [
      adamKernel,
      adamLike(
        4,
        ([scale, epsilon]) =>
          (_g, m, v) =>
            over(times(scale, m), plus(root(v), epsilon)),
      ),
    ],
    [
      radamKernel,
      adamLike(
        5,
        ([scale, epsilon, rectified], { zero, one }) =>
          (_g, m, v) =>
            over(times(scale, m), choose(more(rectified, zero), plus(root(v), epsilon), one)),
      ),
    ],
    [
      nadamKernel,
      adamLike(
        5,
        ([gradientScale, averageScale, epsilon]) =>
          (g, m, v) =>
            over(plus(times(gradientScale, g), times(averageScale, m)), plus(root(v), epsilon)),
      ),
    ],
    [
      amsgradKernel,
      formula(3, 4, ([beta1, beta2, scale, epsilon], once, { one }) => {
        const [gain1, gain2] = [once(minus(one, beta1)), once(minus(one, beta2))];
        return ({ keep, flushed }, g, [first, second, largest]) => {
          const m = keep(flushed(average(beta1, first, gain1, g)));
          const v = keep(flushed(squareAverage(beta2, second, gain2, g)));
          const w = keep(choose(more(largest, v), largest, v));
          return [over(times(scale, m), plus(root(w), epsilon)), m, v, w];
        };
      }),
    ],
    [
      adamaxKernel,
      formula(2, 4, ([beta1, beta2, scale, epsilon], once, { one }) => {
        const gain1 = once(minus(one, beta1));
        return ({ keep, flushed }, g, [first, largest]) => {
          const m = keep(flushed(average(beta1, first, gain1, g)));
          const decayed = keep(times(beta2, largest));
          const own = keep(plus(size(g), epsilon));
          const u = keep(choose(more(decayed, own), decayed, own));
          return [over(times(scale, m), u), m, u];
        };
      }),
    ],
    [
      beliefKernel,
      formula(2, 5, ([beta1, beta2, scale, inner, outer], once, { one }) => {
        const [gain1, gain2] = [once(minus(one, beta1)), once(minus(one, beta2))];
        return ({ keep, flushed }, g, [first, second]) => {
          const m = keep(flushed(average(beta1, first, gain1, g)));
          const deviation = keep(minus(g, m));
          const s = keep(plus(squareAverage(beta2, second, gain2, deviation), inner));
          return [over(times(scale, m), plus(root(s), outer)), m, s];
        };
      }),
    ],
    [
      yogiKernel,
      formula(2, 4, ([beta1, beta2, scale, epsilon], once, { one }) => {
        const [gain1, gain2] = [once(minus(one, beta1)), once(minus(one, beta2))];
        return ({ keep, flushed }, g, [first, before]) => {
          const square = keep(times(g, g));
          const m = keep(flushed(average(beta1, first, gain1, g)));
          const change = keep(times(gain2, square));
          const grown = choose(less(before, square), plus(before, change), before);
          const v = keep(choose(more(before, square), minus(before, change), grown));
          return [over(times(scale, m), plus(root(v), epsilon)), m, v];
        };
      }),
    ],
    [
      lionKernel,
      formula(1, 2, ([beta1, beta2], once, { one, zero }) => {
        const [gain1, gain2] = [once(minus(one, beta1)), once(minus(one, beta2))];
        return (frame, g, [first]) => {
          const ahead = frame.keep(average(beta1, first, gain1, g));
          const m = frame.flushed(average(beta2, first, gain2, g));
          return [signOf(frame, zero, ahead), m];
        };
      }),
    ],
    [signKernel, formula(0, 1, ([factor], _once, { zero }) => (frame, g) => [times(signOf(frame, zero, g), factor)])],
    [
      rpropKernel,
      formula(2, 4, ([shrink, grow, least, most], _once, { one, zero }) => (frame, g, [sizes, previous]) => {
        const { keep } = frame;
        const agreement = keep(times(signOf(frame, zero, g), signOf(frame, zero, previous)));
        const against = keep(less(agreement, zero));
        const change = choose(more(agreement, zero), grow, choose(against, shrink, one));
        const wanted = keep(times(sizes, change));
        const next = keep(choose(less(wanted, least), least, choose(more(wanted, most), most, wanted)));
        return [unless(against, times(signOf(frame, zero, g), next)), next, plus(unless(against, g), zero)];
      }),
    ],
    [
      adanKernel,
      formula(4, 6, ([beta1, beta2, beta3, scale1, scale2, epsilon], once, { one }) => {
        const [gain1, gain2, gain3] = [beta1, beta2, beta3].map((beta) => once(minus(one, beta)));
        return ({ keep, flushed }, g, [first, differences, second, previous]) => {
          const difference = keep(minus(g, previous));
          const ahead = keep(plus(g, times(beta2, difference)));
          const m = keep(flushed(average(beta1, first, gain1, g)));
          const v = keep(flushed(average(beta2, differences, gain2, difference)));
          const n = keep(flushed(squareAverage(beta3, second, gain3, ahead)));
          const step = over(plus(times(scale1, m), times(scale2, v)), plus(root(n), epsilon));
          return [step, m, v, n, g];
        };
      }),
    ],
    [
      scheduleFreeKernel,
      formula(2, 7, ([beta2, scale, epsilon, decay, share, along, rate], once, { one }) => {
        const gain = once(minus(one, beta2));
        return ({ keep, flushed }, g, [base, second], point) => {
          const v = keep(flushed(squareAverage(beta2, second, gain, g)));
          const u = keep(plus(over(times(scale, g), plus(root(v), epsilon)), times(decay, point)));
          return [plus(times(share, minus(base, point)), times(along, u)), minus(base, times(rate, u)), v];
        };
      }),
    ],
    [
      prodigyKernel,
      formula(2, 3, ([scale, epsilon, decay]) => (_frame, _g, [first, second], point) => [
        times(scale, plus(over(first, plus(root(second), epsilon)), times(decay, point))),
      ]),
    ],
  ]);
}

/** Adam's averages m and v, and a step of them; the loop's numbers are β₁, β₂ and those of the step. */
function adamLike(
  numbers: number,
  step: (numbers: readonly Code[], constants: Constants) => (g: Code, m: Code, v: Code) => Code,
): Formula {
  return formula(2, numbers, ([beta1, beta2, ...rest], once, constants) => {
    const [gain1, gain2] = [beta1, beta2].map((beta) => once(minus(constants.one, beta)));
    const stepOf = step(rest, constants);
    return ({ keep, flushed }, g, [first, second]) => {
      const m = keep(flushed(average(beta1, first, gain1, g)));
      const v = keep(flushed(squareAverage(beta2, second, gain2, g)));
      return [stepOf(g, m, v), m, v];
    };
  });
}
