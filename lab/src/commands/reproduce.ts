/** `reproduce`: all experiments, each into its folder of the lab's results; goes on where an earlier run was stopped. */
import { join } from "node:path";
import { experiments } from "../experiments/experiments.ts";
import { choices, readFlags, wholeNumber } from "../flags.ts";
import { openStore } from "../study/store.ts";
import { identityOf, runStudy } from "../study/study.ts";
import { writeStudy } from "../study/write.ts";
import { dataFolder, labFolder, mostThreads, usualThreads } from "../surroundings.ts";
import type { Command } from "./command.ts";

const help = `Runs all experiments, at their declared seeds and steps, into lab/results. Stopped in the middle, it goes on from there.

Usage: npm run reproduce [-- options]

  --only LIST    these experiments alone
  --out DIR      the folder of the results (default lab/results)
  --threads N    worker threads, 1 to ${mostThreads} (default 2, or 1 on a single core)
  --data DIR     the folder with the CSV files (default lab/data)
  -h, --help     print this
`;

export const reproduce: Command = {
  name: "reproduce",
  summary: "all experiments, into lab/results (what npm run reproduce does)",
  async run(args, at) {
    const flags = readFlags(args, {
      valued: ["only", "out", "threads", "data"],
      switches: [],
      repeatable: ["only"],
    });
    if (flags.has("help")) {
      at.print(help);
      return;
    }
    const names = choices(
      "only",
      flags.values("only"),
      experiments.map(({ name }) => name),
    );
    const options = {
      threads: wholeNumber("threads", flags.value("threads"), 1, mostThreads) ?? usualThreads(),
      folder: flags.value("data") ?? dataFolder(),
    };
    for (const experiment of experiments.filter(({ name }) => names.includes(name))) {
      const folder = join(flags.value("out") ?? labFolder("results"), experiment.name);
      const store = openStore(folder, identityOf(experiment, options), true);
      try {
        writeStudy(folder, await runStudy(experiment, options, store, at.progress));
      } finally {
        store.close();
      }
      at.print(`${experiment.title}: ${folder}\n`);
    }
  },
};
