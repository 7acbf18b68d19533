/** From the name of a task and a seed to the task. */
import type { TaskName } from "../choices.ts";
import { breastCancer } from "./breast-cancer.ts";
import { logisticTask, logSumExpTask } from "./convex.ts";
import { digits, digitsPaper } from "./digits.ts";
import { factorization } from "./factorization.ts";
import { gaussianMixture } from "./gaussian-mixture.ts";
import { images } from "./images.ts";
import { keysOf } from "./keys.ts";
import { linearNetwork } from "./linear-network.ts";
import { quadratic } from "./quadratic.ts";
import type { Task, TaskLoader } from "./task.ts";
import { wine } from "./wine.ts";

/** All that a worker needs to build a task; plain data. */
export interface TaskSource {
  readonly name: TaskName;
  readonly seed: number;
  /** The folder with the CSV files. */
  readonly folder: string;
}

const loaders: Readonly<Record<TaskName, TaskLoader>> = {
  digits,
  "digits-paper": digitsPaper,
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
  return loaders[name](folder, keysOf(seed).partition);
}
