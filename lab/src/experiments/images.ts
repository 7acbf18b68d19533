/** The network and the settings of the low-rank follow-up, on images that the user brings; one epoch is 200 steps. */
import type { Experiment } from "./experiment.ts";

const common = {
  optimizers: ["adamw-decaying"],
  bases: [
    ...(["original", "random", "auxiliary-50", "auxiliary-200", "auxiliary-400"] as const),
    ...(["reduced-50", "reduced-200", "reduced-400"] as const),
  ],
  baselines: ["adam", "adagrad", "sgd", "ggt", "shampoo", "soap-never", "soap-seldom", "soap-often", "muon"],
  steps: 4000,
  seeds: 10,
  tuningSeeds: 1,
  // 79,510 parameters, of which so many are 795 gradients.
  samplesPerParameter: 0.01,
} as const;

export const imageExperiments: readonly Experiment[] = [
  {
    ...common,
    name: "fashion-mnist",
    title: "784 → 100 ReLU → 10 on Fashion-MNIST, low-rank EGOP",
    question: "Do a few hundred directions of 79,510 suffice, beside the original coordinates and without them?",
    task: "fashion-mnist",
    userData: "fashion-mnist",
  },
  {
    ...common,
    name: "mnist",
    title: "784 → 100 ReLU → 10 on MNIST, low-rank EGOP",
    question: "The same, on handwritten digits.",
    task: "mnist",
    userData: "mnist",
  },
];
