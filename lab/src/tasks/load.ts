/** From the name of a task and a seed to the task and the keys of everything random in an experiment. */
import { fold, random, type Key } from "egop";
import type { TaskName } from "../choices.ts";
import { breastCancer } from "./breast-cancer.ts";
import { digits } from "./digits.ts";
import type { Task, TaskLoader } from "./task.ts";
import { wine } from "./wine.ts";

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
}

const loaders: Readonly<Record<TaskName, TaskLoader>> = { digits, "breast-cancer": breastCancer, wine };

/** The keys of an experiment, folded from its seed. */
export function keysOf(seed: number): ExperimentKeys {
  const root = random(seed);
  return { start: fold(root, 0), samples: fold(root, 1), rotation: fold(root, 2), partition: fold(root, 3) };
}

/** Reads a task's data and builds it. Throws DataSetError for a bad file. */
export function loadTask({ name, seed, folder }: TaskSource): Task {
  return loaders[name](folder, keysOf(seed).partition);
}
