/** `spectrum`: the EGOP spectrum of a task, or of a user's own objective. */
import { egop, gaussian } from "egop";
import { taskNames } from "../choices.ts";
import { UsageError } from "../errors.ts";
import { choice, readFlags, wholeNumber } from "../flags.ts";
import { loadModule } from "../load-module.ts";
import { renderSpectrum } from "../spectrum.ts";
import { dataFolder } from "../surroundings.ts";
import { keysOf, loadTask } from "../tasks/load.ts";
import type { Command } from "./command.ts";

const help = `Samples gradients and shows the spectrum of their expected outer product.

Usage: egop-lab spectrum --task NAME | --module FILE [options]

  --task NAME      ${taskNames.join(" | ")}
  --module FILE    a JavaScript module that exports "dimension" and "valueAndGradient(point, gradientOut)", and maybe
                   "start" (numbers; default zeros) and "deviation" (of the Gaussian around it; default 1)
  --samples N      gradients, 1 to 100000 (default: as many as parameters)
  --seed N         0 to 2^53 - 1 (default 0)
  --json           print one JSON document on stdout and nothing else there
  --data DIR       the folder with the CSV files (default lab/data)
  -h, --help       print this
`;

export const spectrum: Command = {
  name: "spectrum",
  summary: "the EGOP spectrum of a task or of your own objective",
  async run(args, at) {
    const flags = readFlags(args, { valued: ["task", "module", "samples", "seed", "data"], switches: ["json"] });
    if (flags.has("help")) {
      at.print(help);
      return;
    }
    const [taskName, module] = [flags.value("task"), flags.value("module")];
    if ((taskName === undefined) === (module === undefined))
      throw new UsageError("spectrum needs either --task NAME or --module FILE.");
    const seed = wholeNumber("seed", flags.value("seed"), 0, Number.MAX_SAFE_INTEGER) ?? 0;
    const { title, objective, points } =
      module === undefined ? taskSource(taskName ?? "", seed, flags.value("data")) : await moduleSource(module);
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
    const { stableRank, rootStableRank } = estimate;
    const eigenvalues = [...estimate.eigenvalues];
    const density = estimate.density();
    const parameters = objective.dimension;
    if (flags.has("json"))
      at.print(`${JSON.stringify({ title, parameters, samples, stableRank, rootStableRank, density, eigenvalues })}\n`);
    else
      at.print(
        `\n${title}: ${parameters} parameters, ${samples} gradients\n\n${renderSpectrum(eigenvalues)}\n\n` +
          `Stable rank ${stableRank.toFixed(1)}, of the square roots ${rootStableRank.toFixed(1)}; density of the leading ` +
          `eigenvector ${density.toFixed(2)}.\n\n`,
      );
  },
};

type Source = Pick<ReturnType<typeof loadTask>, "title" | "points"> & {
  readonly objective: Parameters<typeof egop>[0];
};

function taskSource(name: string, seed: number, folder = dataFolder()): Source {
  const task = loadTask({ name: choice("task", name, taskNames), seed, folder });
  return { title: task.title, objective: task.batches ?? task.objective, points: task.samplingPoints ?? task.points };
}

async function moduleSource(path: string): Promise<Source> {
  const { objective, start, deviation } = await loadModule(path);
  return { title: path, objective, points: gaussian({ mean: start, standardDeviation: deviation }) };
}
