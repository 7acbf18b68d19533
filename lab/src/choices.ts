/** The things that can be chosen by name on the command line, in the order in which they are shown, with their titles. */

export const taskNames = [
  "digits",
  "digits-paper",
  "digits-convolution",
  "digits-large",
  "breast-cancer",
  "wine",
  "linear-network",
  "log-sum-exp",
  "logistic",
  "factorization",
  "mixture",
  "mixture-turned",
  "quadratic",
  "mnist",
  "fashion-mnist",
] as const;
export type TaskName = (typeof taskNames)[number];

export const optimizerNames = ["adam", "adagrad"] as const;
export type OptimizerName = (typeof optimizerNames)[number];

export const basisNames = ["original", "random", "egop", "egop-by-tensor"] as const;
export type BasisName = (typeof basisNames)[number];

export const optimizerTitles: Readonly<Record<OptimizerName, string>> = { adam: "Adam", adagrad: "Adagrad" };

export const basisTitles: Readonly<Record<BasisName, string>> = {
  original: "original",
  random: "random rotation",
  egop: "dense EGOP",
  "egop-by-tensor": "EGOP by tensor",
};

/** Whether a basis needs the EGOP estimate. */
export function isEgop(basis: BasisName): boolean {
  return basis === "egop" || basis === "egop-by-tensor";
}
