/** What `spectrum` and `advise` look at: a task of the lab, or a user's own objective from a module. */
import { egop, gaussian, type EgopEstimate, type StochasticObjective } from "egop";
import { taskNames } from "../choices.ts";
import { UsageError } from "../errors.ts";
import { choice, nameLines, wholeNumber, type Flags } from "../flags.ts";
import { loadModule } from "../load-module.ts";
import { dataFolder } from "../surroundings.ts";
import { keysOf } from "../tasks/keys.ts";
import { loadTask } from "../tasks/load.ts";
import type { Surroundings } from "./command.ts";

/** The flags that say what to look at. */
export const sourceFlags: readonly string[] = ["task", "module", "samples", "seed", "data"];

/** Their lines of the help. */
export const sourceHelp = `${nameLines("--task NAME", taskNames)}
  --module FILE         a JavaScript module that exports "dimension" and "valueAndGradient(point,
                        gradientOut)", and maybe "hessianVector(point, direction, out)"; or by
                        default an objective, such as a loss of the library with its data. It may
                        export "start" (numbers; default zeros) and "deviation" (of the Gaussian
                        around it; default 1)
  --samples N           gradients, 1 to 100000 (default: as many as parameters)
  --seed N              0 to 2^53 - 1 (default 0)`;

type Source = Pick<ReturnType<typeof loadTask>, "title" | "points"> & {
  readonly objective: StochasticObjective;
};

function taskSource(name: string, seed: number, folder = dataFolder()): Source {
  const task = loadTask({ name: choice("task", name, taskNames), seed, folder });
  return { title: task.title, objective: task.batches ?? task.objective, points: task.samplingPoints ?? task.points };
}

async function moduleSource(path: string): Promise<Source> {
  const { objective, start, deviation } = await loadModule(path);
  return { title: path, objective, points: gaussian({ mean: start, standardDeviation: deviation }) };
}

/** A source with the estimate of its gradients. */
export interface Estimated extends Source {
  readonly seed: number;
  readonly estimate: EgopEstimate;
}

/** Finds what the flags name and samples its gradients. `command` opens messages. */
export async function estimateSource(command: string, flags: Flags, at: Surroundings): Promise<Estimated> {
  const [taskName, module] = [flags.value("task"), flags.value("module")];
  if ((taskName === undefined) === (module === undefined))
    throw new UsageError(`${command} needs either --task NAME or --module FILE.`);
  const seed = wholeNumber("seed", flags.value("seed"), 0, Number.MAX_SAFE_INTEGER) ?? 0;
  const source =
    module === undefined ? taskSource(taskName ?? "", seed, flags.value("data")) : await moduleSource(module);
  const { objective, points } = source;
  const samples = wholeNumber("samples", flags.value("samples"), 1, 100_000) ?? objective.dimension;
  at.progress.plan(samples);
  const item = at.progress.add("sampling gradients", samples);
  item.onStart();
  const estimate = egop(objective, {
    ...{ points, samples, key: keysOf(seed).samples },
    onProgress: ({ done, total }) => item.onProgress(done / total),
  });
  item.onEnd();
  at.progress.end();
  return { ...source, seed, estimate };
}
