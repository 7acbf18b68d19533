/** `reproduce`: all experiments, each into its folder of the lab's results; goes on where an earlier run was stopped. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { choices, readFlags, wholeNumber } from "../flags.ts";
import { namedExperiments } from "../study/carry-out.ts";
import { openStore } from "../study/store.ts";
import { writeStudy } from "../study/write.ts";
import { writeOverview } from "../study/write-overview.ts";
import { dataFolder, labFolder, mostThreads, usualThreads } from "../surroundings.ts";
import { requireWritableFolder } from "../writable.ts";
import type { Command } from "./command.ts";

const help = `Runs all experiments, at their declared seeds and steps, into lab/results, and draws an overview of them. Stopped in
the middle, it goes on from there. About 26 minutes on two cores.

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
      namedExperiments.map(({ name }) => name),
    );
    const options = {
      threads: wholeNumber("threads", flags.value("threads"), 1, mostThreads) ?? usualThreads(),
      folder: flags.value("data") ?? dataFolder(),
    };
    const out = flags.value("out") ?? labFolder("results");
    requireWritableFolder("out", out);
    for (const experiment of namedExperiments.filter(({ name }) => names.includes(name))) {
      const { name, title, userData } = experiment;
      if (userData !== undefined && !existsSync(join(options.folder, userData))) {
        at.progress.say(`${title}: left out, its data are not in ${join(options.folder, userData)}`);
        continue;
      }
      const folder = join(out, name);
      const store = openStore(folder, experiment.identity(options), true);
      try {
        writeStudy(folder, await experiment.run(options, store, at.progress));
      } finally {
        store.close();
      }
      at.print(`${title}: ${folder}\n`);
    }
    at.print(`Overview: ${writeOverview(out)}\n`);
  },
};
