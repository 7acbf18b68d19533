/** `run`: an experiment over its seeds, in a run folder that can be resumed. */
import { join } from "node:path";
import { UsageError } from "../errors.ts";
import { choice, readFlags, wholeNumber } from "../flags.ts";
import { isSweep, namedExperiments } from "../study/carry-out.ts";
import { memoryStore, openStore } from "../study/store.ts";
import { renderStudyTable } from "../study/table.ts";
import { renderSweepTable } from "../study/sweep-table.ts";
import { writeStudy } from "../study/write.ts";
import { dataFolder, mostThreads, usualThreads } from "../surroundings.ts";
import { requireWritableFolder } from "../writable.ts";
import type { Command } from "./command.ts";

const help = `Runs an experiment: every optimizer in every basis, the learning rate tuned alike for all, over several seeds.

Usage: egop run EXPERIMENT [options]        (see the list of experiments: egop list)

  --out DIR      a run folder: finished runs are kept there as they come, and at the end summary.json, report.html,
                 pictures and their numbers
  --resume       go on with the runs that the folder holds
  --seeds N      how many, 1 to 1000 (default: what the experiment declares)
  --seed N       the first of them, 0 to 2^53 - 1001 (default 0)
  --steps N      1 to 100000 (default: what the experiment declares)
  --threads N    worker threads, 1 to ${mostThreads} (default 2, or 1 on a single core)
  --json         print the summary as one JSON document on stdout and nothing else there
  --data DIR     the folder with the CSV files (default lab/data)
  -h, --help     print this

Exit status: 0 done, 1 it could not be computed or written, 2 a wrong option or value, 130 interrupted.
`;

const mostSeeds = 1000;

export const run: Command = {
  name: "run",
  summary: "an experiment over many seeds: medians, quartiles, a report; resumable",
  async run(args, at) {
    const flags = readFlags(args, {
      valued: ["out", "seeds", "seed", "steps", "threads", "data"],
      switches: ["json", "resume"],
      words: ["experiment"],
    });
    if (flags.has("help")) {
      at.print(help);
      return;
    }
    const [word] = flags.words as readonly (string | undefined)[];
    if (word === undefined) throw new UsageError("run needs the name of an experiment; see egop list.");
    const names = namedExperiments.map(({ name }) => name);
    const name = choice("experiment", word, names);
    const experiment = namedExperiments[names.indexOf(name)];
    const out = flags.value("out");
    if (flags.has("resume") && out === undefined) throw new UsageError("--resume needs the run folder: --out DIR.");
    const options = {
      threads: wholeNumber("threads", flags.value("threads"), 1, mostThreads) ?? usualThreads(),
      folder: flags.value("data") ?? dataFolder(),
      seeds: wholeNumber("seeds", flags.value("seeds"), 1, mostSeeds),
      firstSeed: wholeNumber("seed", flags.value("seed"), 0, Number.MAX_SAFE_INTEGER - mostSeeds),
      steps: wholeNumber("steps", flags.value("steps"), 1, 100_000),
    };
    if (out !== undefined) requireWritableFolder("out", out);
    const store = out === undefined ? memoryStore() : openStore(out, experiment.identity(options), flags.has("resume"));
    try {
      const summary = await experiment.run(options, store, at.progress);
      if (flags.has("json")) at.print(`${JSON.stringify(summary)}\n`);
      else at.print(isSweep(summary) ? renderSweepTable(summary, at.width) : renderStudyTable(summary, at.width));
      if (out !== undefined) {
        writeStudy(out, summary);
        at.progress.say(`Report: ${join(out, "report.html")}`);
      }
    } finally {
      store.close();
    }
  },
};
