/**
 * The rows of docs/equivariance.md: every optimizer, and which laws hold for it. One line each. ε is 0 where there is one, as
 * the laws of scaling hold only up to it; full-matrix Adagrad, GGT and SOAP need one, or round-off fills their null spaces.
 */
import type { Layout } from "../../src/linalg/layout.ts";
import {
  adabelief,
  adadelta,
  adafactor,
  adagrad,
  adagradNorm,
  adam,
  adamax,
  adan,
  amsgrad,
  bfgs,
  chain,
  conjugateGradient,
  descend,
  fullAdagrad,
  ggt,
  hagerZhang,
  lamb,
  lars,
  lbfgs,
  lion,
  minimize,
  nadam,
  polyakAverage,
  prodigy,
  radam,
  rmsprop,
  rprop,
  scalarAdam,
  scheduleFreeAdamw,
  sgd,
  shampoo,
  signDescent,
  signum,
  soap,
  yogi,
  type DescentMethod,
  type GradientTransformation,
  type Objective,
} from "../../src/optim/index.ts";

/** An objective with its layout and its Hessian. */
export type Problem = Objective & Required<Pick<Objective, "hessianVector">> & { readonly layout: Layout };

/** The points of a run in the problem's own coordinates, the start first. */
export type Path = (problem: Problem, start: Float64Array) => Float64Array[];

export interface Row {
  readonly name: string;
  readonly path: Path;
  /** The letters of the laws that hold; for all others a counterexample must be found. */
  readonly laws: string;
}

export const steps = 30;
export const searches = 6;

/** A row for a gradient transformation. */
function row(name: string, optimizer: GradientTransformation, laws: string): Row {
  const path: Path = (problem, start) => {
    const points: Float64Array[] = [];
    minimize(problem, { start, optimizer, steps, onStep: (at) => void points.push(at.evaluationParameters()) });
    return points;
  };
  return { name, path, laws };
}

/**
 * A row for a method that searches, for fewer steps: near the minimum, where it is sooner, the differences of gradients that
 * its steps are made of are round-off.
 */
function searching(name: string, method: DescentMethod<Problem>, laws: string): Row {
  const path: Path = (problem, start) => {
    const points: Float64Array[] = [];
    descend(problem, { start, method, steps: searches, onStep: (at) => void points.push(at.parameters()) });
    while (points.length <= searches) points.push(points[points.length - 1]);
    return points;
  };
  return { name, path, laws };
}

const learningRate = 0.05;
const epsilon = 0;

export const rows: readonly Row[] = [
  row("gradient descent", sgd({ learningRate }), "RKPG"),
  row("heavy ball", sgd({ learningRate, momentum: 0.8 }), "RKPG"),
  row("Nesterov", sgd({ learningRate, momentum: 0.8, nesterov: true }), "RKPG"),
  row("gradient descent, averaged", chain(sgd({ learningRate }), polyakAverage()), "RKPG"),
  row("Adagrad-Norm", adagradNorm({ learningRate: 0.5, epsilon }), "RKPLG"),
  row("Adam with one second moment", scalarAdam({ learningRate, epsilon }), "RKPLG"),
  row("LARS", lars({ learningRate: 1, trust: 0.05 }), "RKPLG"),
  row("sign descent", signDescent({ learningRate }), "PL"),
  row("signum", signum({ learningRate }), "PL"),
  row("Rprop", rprop({ learningRate }), "PL"),
  row("Adagrad", adagrad({ learningRate: 0.3, epsilon }), "PL"),
  row("RMSProp", rmsprop({ learningRate, epsilon }), "PL"),
  row(
    "RMSProp, centered, with momentum",
    rmsprop({ learningRate: 0.01, centered: true, momentum: 0.5, epsilon }),
    "PL",
  ),
  row("Adadelta", adadelta({ learningRate: 30 }), "P"),
  row("Adam", adam({ learningRate, epsilon }), "PL"),
  row("AMSGrad", amsgrad({ learningRate, epsilon }), "PL"),
  row("Adamax", adamax({ learningRate, epsilon }), "PL"),
  row("NAdam", nadam({ learningRate, epsilon }), "PL"),
  row("RAdam", radam({ learningRate, epsilon }), "P"),
  row("AdaBelief", adabelief({ learningRate, epsilon }), "PL"),
  row("Yogi", yogi({ learningRate, epsilon, initialAccumulator: 0 }), "PL"),
  row("Lion", lion({ learningRate }), "PL"),
  row("Adan", adan({ learningRate, epsilon }), "PL"),
  row("schedule-free AdamW", scheduleFreeAdamw({ learningRate, epsilon }), "PL"),
  row("Prodigy", prodigy({ initialDistance: 0.01, epsilon }), "PL"),
  row("LAMB", lamb({ learningRate, epsilon, weightDecay: 0 }), "PL"),
  row("Adafactor", adafactor({ learningRate }), "L"),
  row("full-matrix Adagrad", fullAdagrad({ learningRate: 0.1, epsilon: 1e-2 }), "RKPG"),
  row("GGT", ggt({ learningRate, window: 5, epsilon: 1e-2 }), "RKPG"),
  row("Shampoo", shampoo({ learningRate: 0.1, epsilon: 0 }), "KLG"),
  row("SOAP", soap({ learningRate, epsilon: 1e-3, weightDecay: 0 }), "KG"),
  searching("BFGS", bfgs(), "RKPLG"),
  searching("L-BFGS", lbfgs(), "RKPLG"),
  searching("L-BFGS, Hager–Zhang", lbfgs({ lineSearch: hagerZhang() }), "RKPLG"),
  searching("nonlinear conjugate gradient", conjugateGradient(), "RKPLG"),
];
