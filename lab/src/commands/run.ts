/** `run`: an experiment over its seeds, in a run folder that can be resumed. */
import { join } from "node:path";
import { UsageError } from "../errors.ts";
import { experiments } from "../experiments/experiments.ts";
import { choice, readFlags, wholeNumber } from "../flags.ts";
import { memoryStore, openStore } from "../study/store.ts";
import { identityOf, runStudy } from "../study/study.ts";
import { renderStudyTable } from "../study/table.ts";
import { writeStudy } from "../study/write.ts";
import { dataFolder, mostThreads, usualThreads } from "../surroundings.ts";
import type { Command } from "./command.ts";

const help = `Runs an experiment: every optimizer in every basis, the learning rate tuned alike for all, over several seeds.

Usage: egop-lab run EXPERIMENT [options]        (see the list of experiments: egop-lab list)

  --out DIR      a run folder: finished runs are kept there as they come, and at the end summary.json, report.html,
                 curves.svg and curves.csv
  --resume       go on with the runs that the folder holds
  --seeds N      1 to 1000 (default: what the experiment declares)
  --steps N      1 to 100000 (default: what the experiment declares)
  --threads N    worker threads, 1 to ${mostThreads} (default 2, or 1 on a single core)
  --json         print the summary as one JSON document on stdout and nothing else there
  --data DIR     the folder with the CSV files (default lab/data)
  -h, --help     print this

Exit status: 0 done, 1 it could not be computed or written, 2 a wrong option or value, 130 interrupted.
`;

export const run: Command = {
  name: "run",
  summary: "an experiment over many seeds: medians, quartiles, a report; resumable",
  async run(args, at) {
    const flags = readFlags(args, {
      valued: ["out", "seeds", "steps", "threads", "data"],
      switches: ["json", "resume"],
      words: ["experiment"],
    });
    if (flags.has("help")) {
      at.print(help);
      return;
    }
    const [word] = flags.words as readonly (string | undefined)[];
    if (word === undefined) throw new UsageError("run needs the name of an experiment; see egop-lab list.");
    const names = experiments.map(({ name }) => name);
    const name = choice("experiment", word, names);
    const experiment = experiments[names.indexOf(name)];
    const out = flags.value("out");
    if (flags.has("resume") && out === undefined) throw new UsageError("--resume needs the run folder: --out DIR.");
    const options = {
      threads: wholeNumber("threads", flags.value("threads"), 1, mostThreads) ?? usualThreads(),
      folder: flags.value("data") ?? dataFolder(),
      seeds: wholeNumber("seeds", flags.value("seeds"), 1, 1000),
      steps: wholeNumber("steps", flags.value("steps"), 1, 100_000),
    };
    const store =
      out === undefined ? memoryStore() : openStore(out, identityOf(experiment, options), flags.has("resume"));
    try {
      const summary = await runStudy(experiment, options, store, at.progress);
      at.print(flags.has("json") ? `${JSON.stringify(summary)}\n` : renderStudyTable(summary, at.width));
      if (out !== undefined) {
        writeStudy(out, summary);
        at.progress.say(`Report: ${join(out, "report.html")}`);
      }
    } finally {
      store.close();
    }
  },
};
