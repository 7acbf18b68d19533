/** From the name of a task and a seed to the task. */
import type { TaskName as NamedTask } from "../choices.ts";
import { breastCancer } from "./breast-cancer.ts";
import { logisticTask, logSumExpTask } from "./convex.ts";
import { digitsConvolution } from "./digits-convolution.ts";
import { digits, digitsLarge, digitsPaper } from "./digits.ts";
import { factorization } from "./factorization.ts";
import { gaussianMixture } from "./gaussian-mixture.ts";
import { images } from "./images.ts";
import { keysOf } from "./keys.ts";
import { linearNetwork } from "./linear-network.ts";
import { isQuadratic, quadratic, quadraticSettings, type QuadraticName } from "./quadratic.ts";
import type { Task, TaskLoader } from "./task.ts";
import { wine } from "./wine.ts";

/** The tasks of the list, and quadratics with numbers in their name. */
export type TaskName = NamedTask | QuadraticName;

/** All that a worker needs to build a task; plain data. */
export interface TaskSource {
  readonly name: TaskName;
  readonly seed: number;
  /** The folder with the CSV files. */
  readonly folder: string;
}

const loaders: Readonly<Record<NamedTask, TaskLoader>> = {
  digits,
  "digits-paper": digitsPaper,
  "digits-convolution": digitsConvolution,
  "digits-large": digitsLarge,
  "breast-cancer": breastCancer,
  wine,
  "linear-network": linearNetwork,
  "log-sum-exp": logSumExpTask,
  logistic: logisticTask,
  factorization,
  mixture: gaussianMixture(0),
  "mixture-turned": gaussianMixture(20),
  quadratic: quadratic({ spread: 1, decay: 2 }),
  mnist: images("MNIST", "mnist"),
  "fashion-mnist": images("Fashion-MNIST", "fashion-mnist"),
};

/** Reads a task's data and builds it. Throws DataSetError for a bad file. */
export function loadTask({ name, seed, folder }: TaskSource): Task {
  const load = isQuadratic(name) ? quadratic(quadraticSettings(name)) : loaders[name];
  return load(folder, keysOf(seed).partition);
}
