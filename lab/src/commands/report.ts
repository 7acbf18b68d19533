/** `report`: draws the report of a finished study again, from its summary. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../errors.ts";
import { readFlags } from "../flags.ts";
import { readSummary } from "../study/read-summary.ts";
import { writeOverview } from "../study/write-overview.ts";
import { namedExperiments } from "../study/carry-out.ts";
import { writeStudy } from "../study/write.ts";
import type { Command } from "./command.ts";

const help = `Draws the report, the pictures and their numbers of a finished study again, from its summary.json; or, of a folder of
such folders (lab/results), all of them and the overview.

Usage: egop report DIR

  -h, --help     print this
`;

export const report: Command = {
  name: "report",
  summary: "draws the report of a run folder again",
  run(args, at) {
    const flags = readFlags(args, { valued: [], switches: [], words: ["folder"] });
    if (flags.has("help")) {
      at.print(help);
      return Promise.resolve();
    }
    const [folder] = flags.words as readonly (string | undefined)[];
    if (folder === undefined) throw new UsageError("report needs a run folder.");
    const parts = partsOf(folder);
    for (const part of parts) {
      writeStudy(part, readSummary(join(part, "summary.json")));
      at.print(`Report: ${join(part, "report.html")}\n`);
    }
    if (parts[0] !== folder) at.print(`Overview: ${writeOverview(folder)}\n`);
    return Promise.resolve();
  },
};

/** The folder itself, or those of the experiments in it. */
function partsOf(folder: string): readonly string[] {
  const parts = namedExperiments
    .map(({ name }) => join(folder, name))
    .filter((part) => existsSync(join(part, "summary.json")));
  return parts.length === 0 || existsSync(join(folder, "summary.json")) ? [folder] : parts;
}
