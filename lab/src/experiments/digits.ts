/** Networks on the UCI digits: the main job's, a convolutional one, and the paper's. */
import type { Experiment } from "./experiment.ts";

export const digitsExperiments: readonly Experiment[] = [
  {
    name: "digits",
    title: "A ReLU network on UCI digits, full batch",
    question: "How much do EGOP coordinates gain on natural data, over many starts?",
    task: "digits",
    optimizers: ["adagrad", "adam"],
    bases: [
      ...(["original", "random", "egop", "egop-by-tensor", "egop-of-random", "kronecker"] as const),
      ...(["reduced", "auxiliary"] as const),
    ],
    // A step of the whole full-matrix Adagrad takes a second at this size.
    baselines: ["adamw", "sgd", "ggt", "shampoo", "soap-never", "soap-seldom", "soap-often", "muon", "lbfgs"],
    steps: 400,
    seeds: 10,
    tuningSeeds: 1,
    samplesPerParameter: 1,
  },
  {
    name: "digits-convolution",
    title: "A small convolutional network on UCI digits",
    question: "Does one basis that all filters share do what a whole one does?",
    task: "digits-convolution",
    optimizers: ["adagrad", "adam"],
    bases: ["original", "random", "egop", "shared", "egop-of-random", "reduced", "auxiliary"],
    baselines: ["adamw", "sgd", "ggt", "shampoo", "soap-never", "soap-seldom", "soap-often", "muon", "lbfgs"],
    steps: 100,
    seeds: 10,
    tuningSeeds: 1,
    samplesPerParameter: 1,
  },
  {
    name: "digits-paper",
    title: "The paper's network on UCI digits, mini-batches of 300",
    question: "Does the gain survive mini-batches and raw pixels, as in the paper?",
    task: "digits-paper",
    optimizers: ["adagrad", "adam"],
    bases: ["original", "random", "egop-by-tensor", "egop", "kronecker"],
    // L-BFGS sees all rows in every step.
    baselines: ["adamw", "sgd", "ggt", "shampoo", "soap-never", "soap-seldom", "soap-often", "muon", "lbfgs"],
    // 200 epochs of 1437 rows in batches of 300.
    steps: 958,
    seeds: 10,
    samplesPerParameter: 1,
  },
];
