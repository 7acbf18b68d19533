/** The thread of an experiment: builds the task once, then does jobs on it. */
import { workerData } from "node:worker_threads";
import { perform, type JobKind } from "./jobs.ts";
import { serve } from "./serve.ts";
import { keysOf } from "./tasks/keys.ts";
import { loadTask, type TaskSource } from "./tasks/load.ts";
import type { Task } from "./tasks/task.ts";

const source = workerData as TaskSource;
let task: Task | undefined;

serve(({ kind, input }, onProgress) => {
  // Built with the first job, so that an error in it is that job's.
  task ??= loadTask(source);
  return perform(kind as JobKind, input, { task, keys: keysOf(source.seed), onProgress });
});
