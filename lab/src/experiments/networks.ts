/** Small networks and factorizations, where the loss is not convex. */
import type { Experiment } from "./experiment.ts";

const common = {
  optimizers: ["adagrad", "adam", "adamw"],
  bases: [
    ...([
      "original",
      "random",
      "egop",
      "egop-by-tensor",
      "egop-of-random",
      "kronecker",
      "reduced",
      "auxiliary",
    ] as const),
    ...(["renewed", "restarted"] as const),
  ],
  baselines: ["sgd", "full-adagrad", "shampoo", "soap-never", "soap-seldom", "soap-often", "muon", "lbfgs"],
  steps: 400,
  seeds: 10,
  tuningSeeds: 1,
  samplesPerParameter: 1,
} as const;

const mixture = {
  ...common,
  optimizers: ["adam", "adagrad"],
  bases: ["original", "random", "egop", "egop-of-random", "shared", "kronecker"],
  // The correlation has no lower bound, so nothing for L-BFGS to find.
  baselines: ["adamw", "sgd", "full-adagrad", "shampoo", "soap-never", "soap-seldom", "soap-often", "muon"],
} as const;

export const networkExperiments: readonly Experiment[] = [
  {
    ...common,
    name: "linear-network",
    title: "A linear network of three layers, inputs decaying as i⁻²",
    question: "Is the first experiment of the paper reproduced?",
    task: "linear-network",
  },
  {
    ...common,
    name: "factorization",
    title: "Matrix factorization",
    question: "What does a change of basis do where the loss has a gauge?",
    task: "factorization",
  },
  {
    ...common,
    name: "wine",
    title: "A tanh network on the wines",
    question: "A small network on standardized data: is there anything to gain?",
    task: "wine",
  },
  {
    ...mixture,
    name: "mixture",
    title: "Gaussian mixture, unturned",
    question: "Which boundary does Adam find where the axes suit it?",
    task: "mixture",
  },
  {
    ...mixture,
    name: "mixture-turned",
    title: "Gaussian mixture, turned by 20°",
    question: "What does a small rotation of the data do to Adam's boundary, and do EGOP coordinates undo it?",
    task: "mixture-turned",
  },
];
