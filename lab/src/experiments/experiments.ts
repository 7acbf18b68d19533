/** All experiments, in the order in which they are reported. */
import { convexExperiments } from "./convex.ts";
import { digitsExperiments } from "./digits.ts";
import { largeExperiments } from "./digits-large.ts";
import type { Experiment } from "./experiment.ts";
import { imageExperiments } from "./images.ts";
import { networkExperiments } from "./networks.ts";

export const experiments: readonly Experiment[] = [
  ...convexExperiments,
  ...networkExperiments,
  ...digitsExperiments,
  ...largeExperiments,
  ...imageExperiments,
];
