/**
 * The rows of docs/equivariance.md: every optimizer, and which laws hold for it. One line each. ε is 0 where there is one, as
 * the laws of scaling hold only up to it; full-matrix Adagrad, GGT and SOAP need one, or round-off fills their null spaces.
 */
import {
  adabelief,
  adadelta,
  adafactor,
  adagrad,
  adagradNorm,
  adam,
  adamax,
  adamw,
  adan,
  amsgrad,
  bfgs,
  chain,
  conjugateGradient,
  descend,
  exponentialAverage,
  fullAdagrad,
  gaussNewton,
  ggt,
  hagerZhang,
  kfac,
  lamb,
  lars,
  lbfgs,
  levenbergMarquardt,
  lion,
  minimize,
  muon,
  nadam,
  naturalGradient,
  nelderMead,
  newton,
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
  type DescentProblem,
  type FisherProducts,
  type GradientTransformation,
  type LayerSource,
  type ResidualProblem,
  type StepProgress,
} from "../../src/optim/index.ts";
import { networks, smooth, squares, type Kind, type Problem } from "./equivariance-problems.ts";

/** The points of a run in the problem's own coordinates, the start first. */
type Path = (problem: Problem, start: Float64Array) => Float64Array[];

export interface Row {
  readonly name: string;
  /** The exported function that makes the optimizer. */
  readonly maker: string;
  readonly kind: Kind;
  readonly path: Path;
  /** The letters of the laws that hold; for all others a counterexample must be found. */
  readonly laws: string;
  /** The letters of the laws that make no sense for it. */
  readonly undefinedLaws: string;
}

export const steps = 30;
export const searches = 6;
export const muonSteps = 10;

function pathOf(make: (problem: Problem) => GradientTransformation, count: number): Path {
  return (problem, start) => {
    const points: Float64Array[] = [];
    const onStep = (at: StepProgress): void => void points.push(at.evaluationParameters());
    minimize(problem, { start, optimizer: make(problem), steps: count, onStep });
    return points;
  };
}

/** A row for a gradient transformation. */
function row(name: string, optimizer: GradientTransformation, laws: string, maker = optimizer.name): Row {
  const count = maker === "muon" ? muonSteps : steps;
  return { name, maker, kind: smooth, path: pathOf(() => optimizer, count), laws, undefinedLaws: "" };
}

/** A row for one that looks at the Fisher matrix of a network. */
function informed(
  name: string,
  maker: string,
  make: (fisher: FisherProducts & LayerSource) => GradientTransformation,
  laws: string,
  undefinedLaws: string,
): Row {
  const path = pathOf(({ fisher }) => {
    if (fisher === undefined) throw new Error("the problem is no network");
    return make(fisher as FisherProducts & LayerSource);
  }, steps);
  return { name, maker, kind: networks, path, laws, undefinedLaws };
}

/**
 * A row for a method that searches, for fewer steps: near the minimum, where it is sooner, the differences of gradients that
 * its steps are made of are round-off.
 */
function searching(name: string, method: DescentMethod<Problem>, laws: string): Row {
  return {
    name,
    maker: method.name,
    kind: smooth,
    path: searchPath((problem) => problem, method),
    laws,
    undefinedLaws: "",
  };
}

/** A row for one that looks at residuals. */
function leastSquares(name: string, method: DescentMethod<ResidualProblem>, laws: string): Row {
  const path = searchPath(({ residualProblem }) => {
    if (residualProblem === undefined) throw new Error("the problem has no residuals");
    return residualProblem;
  }, method);
  return { name, maker: method.name, kind: squares, path, laws, undefinedLaws: "" };
}

function searchPath<Searched extends DescentProblem>(
  seen: (problem: Problem) => Searched,
  method: DescentMethod<Searched>,
): Path {
  return (problem, start) => {
    const points: Float64Array[] = [];
    descend<Searched>(seen(problem), {
      start,
      method,
      steps: searches,
      onStep: (at) => void points.push(at.parameters()),
    });
    while (points.length <= searches) points.push(points[points.length - 1]);
    return points;
  };
}

const learningRate = 0.05;
const epsilon = 0;

export const rows: readonly Row[] = [
  row("gradient descent", sgd({ learningRate }), "RKPG"),
  row("heavy ball", sgd({ learningRate, momentum: 0.8 }), "RKPG"),
  row("Nesterov", sgd({ learningRate, momentum: 0.8, nesterov: true }), "RKPG"),
  row("gradient descent, averaged", chain(sgd({ learningRate }), polyakAverage()), "RKPG", "polyakAverage"),
  row("Adagrad-Norm", adagradNorm({ learningRate: 0.5, epsilon }), "RKPLG"),
  row("Adam with one second moment", scalarAdam({ learningRate, epsilon }), "RKPLG"),
  row(
    "gradient descent, running average",
    chain(sgd({ learningRate }), exponentialAverage(0.9)),
    "RKPG",
    "exponentialAverage",
  ),
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
  row("AdamW", adamw({ learningRate, epsilon, weightDecay: 0.1 }), "PL"),
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
  row("Muon", muon({ learningRate }), "KLG"),
  informed(
    "natural gradient",
    "naturalGradient",
    (fisher) => naturalGradient(fisher, { learningRate: 0.3, damping: 1e-2, tolerance: 1e-13 }),
    "RKPG",
    "",
  ),
  informed(
    "natural gradient without damping",
    "naturalGradient",
    (fisher) => naturalGradient(fisher, { learningRate: 0.3, damping: 0, solver: "dense" }),
    "RKPC",
    "G",
  ),
  informed("K-FAC", "kfac", (fisher) => kfac(fisher, { learningRate: 0.1, momentum: 0.5, damping: 1e-2 }), "KG", "RPC"),
  searching("Newton, trust region", newton(), "RKPLG"),
  leastSquares("Gauss–Newton", gaussNewton(), "RKPLC"),
  leastSquares("Levenberg–Marquardt", levenbergMarquardt(), "PLC"),
  searching("Nelder–Mead", nelderMead(), "PLC"),
  searching("BFGS", bfgs(), "RKPLG"),
  searching("L-BFGS", lbfgs(), "RKPLG"),
  searching("L-BFGS, Hager–Zhang", lbfgs({ lineSearch: hagerZhang() }), "RKPLG"),
  searching("nonlinear conjugate gradient", conjugateGradient(), "RKPLG"),
];

/** The exported functions that make no optimizer of their own: parts, wrappers, schedules, loops, and checks. */
export const notOptimizers: readonly string[] = [
  ...["scaleByAdadelta", "scaleByAdagrad", "scaleByAdagradNorm", "scaleByAdam", "scaleByAdamax", "scaleByAdan"],
  ...["scaleByAmsgrad", "scaleByBelief", "scaleByFactors", "scaleByFisher", "scaleByFullAdagrad", "scaleByGgt"],
  ...["scaleByKfac", "scaleByLars", "scaleByLearningRate", "scaleByLion", "scaleByMuon", "scaleByNadam"],
  ...["scaleByParameterSize", "scaleByProdigy", "scaleByRadam", "scaleByRms", "scaleByRprop", "scaleByScalarAdam"],
  ...["scaleByShampoo", "scaleBySign", "scaleBySoap", "scaleByTrustRatio", "scaleByYogi", "trace"],
  ...["accumulateGradients", "addWeightDecay", "byTensor", "chain", "clipByNorm", "clipByTensorNorm", "clipByValue"],
  ...["masked", "reduceOnPlateau", "skipNotFinite", "withHyperparameters", "carryState"],
  ...["constantSchedule", "cosineSchedule", "exponentialSchedule", "oneCycleSchedule", "piecewiseSchedule"],
  ...["polynomialSchedule", "stepSchedule", "warmup", "hagerZhang", "strongWolfe", "sumOfSquares"],
  ...["checkGradient", "descend", "layoutOf", "learningRateRange", "minimize", "stepper", "train", "trainAsync"],
  ...["parseState", "stateFromText", "stateToText"],
];
