/** ReLU networks on the UCI digits: the main job's, and the paper's. */
import type { Experiment } from "./experiment.ts";

export const digitsExperiments: readonly Experiment[] = [
  {
    name: "digits",
    title: "A ReLU network on UCI digits, full batch",
    question: "How much do EGOP coordinates gain on natural data, over many starts?",
    task: "digits",
    optimizers: ["adagrad", "adam"],
    bases: ["original", "random", "egop", "egop-by-tensor", "kronecker", "auxiliary"],
    baselines: ["sgd", "shampoo", "soap-often", "muon", "lbfgs"],
    steps: 400,
    seeds: 10,
    samplesPerParameter: 1,
  },
  {
    name: "digits-paper",
    title: "The paper's network on UCI digits, mini-batches of 300",
    question: "Does the gain survive mini-batches and raw pixels, as in the paper?",
    task: "digits-paper",
    optimizers: ["adagrad", "adam"],
    bases: ["original", "egop-by-tensor", "egop"],
    baselines: ["sgd"],
    // 200 epochs of 1437 rows in batches of 300.
    steps: 958,
    seeds: 3,
    samplesPerParameter: 1,
  },
];
