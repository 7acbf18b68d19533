/** Every optimizer of the library and every wrapper, on tensors of all kinds, for tests of what all have in common. */
import { layout } from "../../src/linalg/layout.ts";
import * as optim from "../../src/optim/index.ts";
import type { FisherProducts, GradientTransformation, LayerSource, Objective } from "../../src/optim/index.ts";

/** A matrix and its bias, three axes, a single row, a single column, a scalar. */
export const model = layout({ W: [3, 2], b: [2], K: [2, 2, 3], row: [1, 3], column: [3, 1], c: [] });

/** A parabola with a ripple, of all sizes of curvature. */
export const rippled: Objective = {
  dimension: model.size,
  layout: model,
  valueAndGradient(point, gradientOut) {
    let value = 0;
    for (let i = 0; i < point.length; i++) {
      const [x, curvature] = [point[i] - 1, 1 + (i % 7)];
      gradientOut[i] = curvature * x + 0.2 * x * x * x;
      value += 0.5 * curvature * x * x + 0.05 * x * x * x * x;
    }
    return value;
  },
};
export const start = Float64Array.from({ length: model.size }, (_value, i) => ((i * 5) % 9) / 3 - 1);

/** A diagonal Fisher matrix that depends on the point. */
export const fisher: FisherProducts = {
  dimension: model.size,
  fisherVector(point, direction, out) {
    for (let i = 0; i < out.length; i++) out[i] = (1 + i + point[i] * point[i]) * direction[i];
  },
};
/** Two rows that enter the layer, which depend on the point. */
export const layers: LayerSource = {
  layers: [{ weights: "W", bias: "b" }],
  rows: 2,
  signalRows: 2,
  layerStatistics(point, [activations], [signals]) {
    for (let i = 0; i < activations.length; i++) activations[i] = point[i] + i;
    for (let i = 0; i < signals.length; i++) signals[i] = point[i + 6] - 0.5 * i;
  },
};

const rate = { learningRate: 0.05 };
type Make = () => GradientTransformation;

/** Optimizers by themselves. */
export const optimizers: Readonly<Record<string, Make>> = {
  sgd: () => optim.sgd({ ...rate, momentum: 0.9, weightDecay: 0.1 }),
  nesterov: () => optim.sgd({ ...rate, momentum: 0.9, nesterov: true }),
  signDescent: () => optim.signDescent({ ...rate, weightDecay: 0.1 }),
  signum: () => optim.signum(rate),
  lars: () => optim.lars({ learningRate: 1, weightDecay: 0.1 }),
  adagrad: () => optim.adagrad(rate),
  adagradNorm: () => optim.adagradNorm(rate),
  rmsprop: () => optim.rmsprop(rate),
  "rmsprop, centered": () => optim.rmsprop({ ...rate, centered: true, momentum: 0.5 }),
  adadelta: () => optim.adadelta(),
  adam: () => optim.adam(rate),
  adamw: () => optim.adamw(rate),
  amsgrad: () => optim.amsgrad(rate),
  adamax: () => optim.adamax(rate),
  nadam: () => optim.nadam(rate),
  radam: () => optim.radam(rate),
  adabelief: () => optim.adabelief(rate),
  yogi: () => optim.yogi(rate),
  lion: () => optim.lion(rate),
  adan: () => optim.adan({ ...rate, weightDecay: 0.1 }),
  lamb: () => optim.lamb(rate),
  scalarAdam: () => optim.scalarAdam(rate),
  rprop: () => optim.rprop(rate),
  adafactor: () => optim.adafactor(),
  scheduleFreeAdamw: () => optim.scheduleFreeAdamw({ ...rate, warmup: 4 }),
  prodigy: () => optim.prodigy(),
  fullAdagrad: () => optim.fullAdagrad(rate),
  ggt: () => optim.ggt({ ...rate, window: 3 }),
  shampoo: () => optim.shampoo({ ...rate, interval: 3, momentum: 0.5 }),
  "shampoo, grafted": () => optim.shampoo({ ...rate, interval: 4, grafting: "adagrad", beta2: 0.9 }),
  soap: () => optim.soap({ ...rate, interval: 3 }),
  muon: () => optim.muon(rate),
  kfac: () => optim.kfac(layers, { ...rate, damping: 1, statisticsInterval: 2, inverseInterval: 3 }),
  naturalGradient: () => optim.naturalGradient(fisher, rate),
  "naturalGradient, dense": () => optim.naturalGradient(fisher, { ...rate, solver: "dense", momentum: 0.5 }),
};

const falling = (step: number): number => 0.9 - 0.4 / (1 + step);

/** Optimizers with something around them. */
export const wrapped: Readonly<Record<string, Make>> = {
  clipped: () => optim.chain(optim.clipByValue(1), optim.clipByNorm(1), optim.clipByTensorNorm(1), optim.adam(rate)),
  sized: () => optim.chain(optim.scaleByTrustRatio(), optim.scaleByParameterSize(0.1), optim.sgd(rate)),
  polyakAverage: () => optim.chain(optim.adam(rate), optim.polyakAverage({ from: 2 })),
  exponentialAverage: () => optim.chain(optim.adam(rate), optim.exponentialAverage(0.5)),
  reduceOnPlateau: () => optim.chain(optim.sgd(rate), optim.reduceOnPlateau({ patience: 0, window: 2, cooldown: 1 })),
  accumulateGradients: () => optim.accumulateGradients(optim.scheduleFreeAdamw(rate), 3),
  skipNotFinite: () => optim.skipNotFinite(optim.soap({ ...rate, interval: 3 })),
  byTensor: () =>
    optim.byTensor(({ shape, name }) => (name === "c" ? "fixed" : shape.length > 1 ? "matrices" : "rest"), {
      matrices: optim.muon(rate),
      rest: optim.scheduleFreeAdamw(rate),
      fixed: null,
    }),
  masked: () =>
    optim.chain(optim.masked(optim.scaleByShampoo({ interval: 2 }), ["K", "W"]), optim.scaleByLearningRate(0.05)),
  withHyperparameters: () =>
    optim.withHyperparameters((h) => optim.adam(h), { learningRate: (step) => 0.1 / (1 + step), beta1: 0.8 }),
  "withHyperparameters, averaging": () =>
    optim.withHyperparameters((h) => optim.scheduleFreeAdamw(h), { ...rate, beta1: falling }),
  "withHyperparameters, observing": () =>
    optim.withHyperparameters((h) => optim.chain(optim.sgd(rate), optim.reduceOnPlateau({ ...h, patience: 0 })), {
      factor: falling,
    }),
};
