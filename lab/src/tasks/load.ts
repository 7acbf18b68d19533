/** From the name of a task and a seed to the task and the keys of everything random in an experiment. */
import { fold, random, type Key } from "egop";
import type { TaskName as NamedTask } from "../choices.ts";
import { breastCancer } from "./breast-cancer.ts";
import { logisticTask, logSumExpTask } from "./convex.ts";
import { digitsConvolution } from "./digits-convolution.ts";
import { digits, digitsLarge, digitsPaper } from "./digits.ts";
import { factorization } from "./factorization.ts";
import { gaussianMixture } from "./gaussian-mixture.ts";
import { images } from "./images.ts";
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

/** What is drawn in an experiment, each from a key of its own. */
export interface ExperimentKeys {
  readonly start: Key;
  readonly samples: Key;
  readonly rotation: Key;
  readonly partition: Key;
  readonly batches: Key;
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

/** The keys of an experiment, folded from its seed. */
export function keysOf(seed: number): ExperimentKeys {
  const root = random(seed);
  const [start, samples, rotation, partition, batches] = [0, 1, 2, 3, 4].map((index) => fold(root, index));
  return { start, samples, rotation, partition, batches };
}

/** Reads a task's data and builds it. Throws DataSetError for a bad file. */
export function loadTask({ name, seed, folder }: TaskSource): Task {
  const load = isQuadratic(name) ? quadratic(quadraticSettings(name)) : loaders[name];
  return load(folder, keysOf(seed).partition);
}
