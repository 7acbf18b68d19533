/** A network of 50,826 parameters on the UCI digits, where no dense basis fits: the cheap bases beside the matrix methods. */
import type { Experiment } from "./experiment.ts";

export const largeExperiments: readonly Experiment[] = [
  {
    name: "digits-large",
    title: "A ReLU network of 50,826 parameters on UCI digits, mini-batches of 256",
    question: "What do bases that a large model can pay for gain, beside SOAP, Shampoo and Muon?",
    task: "digits-large",
    optimizers: ["adam"],
    bases: [
      "original",
      "random",
      "householder-by-tensor",
      "kronecker",
      "kronecker-of-rank",
      "reduced",
      "auxiliary",
      "householder",
    ],
    baselines: ["adagrad", "adamw", "sgd", "ggt", "shampoo-grafted", "soap-never", "soap-seldom", "soap-often", "muon"],
    // Some 35 epochs.
    steps: 200,
    seeds: 10,
    tuningSeeds: 1,
    // 256 batches: four for each of 64 directions.
    samplesPerParameter: 256 / 50826,
  },
];
