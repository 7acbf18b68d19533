/** Convex functions: the theory's own quadratic, log-sum-exp, and two logistic regressions. */
import type { Experiment } from "./experiment.ts";

const common = {
  optimizers: ["adagrad", "adam", "adamw"],
  bases: ["original", "random", "egop", "egop-of-random", "reduced", "auxiliary", "renewed", "restarted"],
  baselines: ["sgd", "full-adagrad", "shampoo", "soap-never", "soap-seldom", "soap-often", "muon", "lbfgs"],
  steps: 400,
  seeds: 10,
  samplesPerParameter: 1,
} as const;

export const convexExperiments: readonly Experiment[] = [
  {
    ...common,
    name: "quadratic",
    title: "A quadratic with a decaying spectrum in random directions",
    question: "Does the eigenbasis gain what the theory says on its own example?",
    task: "quadratic",
  },
  {
    ...common,
    name: "log-sum-exp",
    title: "Log-sum-exp over data with a decaying spectrum",
    question: "Do EGOP coordinates help a convex loss whose data decay?",
    task: "log-sum-exp",
  },
  {
    ...common,
    name: "logistic",
    title: "Logistic regression over data with a decaying spectrum",
    question: "The same, for a loss whose gradients are bounded.",
    task: "logistic",
  },
  {
    ...common,
    name: "breast-cancer",
    title: "Logistic regression on the breast-cancer data",
    question: "Does it carry over to real measurements?",
    task: "breast-cancer",
  },
];
