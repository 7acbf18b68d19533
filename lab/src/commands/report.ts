/** `report`: draws the report of a finished study again, from its summary. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DataSetError, UsageError } from "../errors.ts";
import { readFlags } from "../flags.ts";
import type { StudySummary } from "../study/summary.ts";
import { writeStudy } from "../study/write.ts";
import type { Command } from "./command.ts";

const help = `Draws report.html, curves.svg and curves.csv of a finished study again, from its summary.json.

Usage: egop-lab report DIR
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
    writeStudy(folder, readSummary(join(folder, "summary.json")));
    at.print(`Report: ${join(folder, "report.html")}\n`);
    return Promise.resolve();
  },
};

/** A summary that `run` has written. Throws DataSetError for a file that is none. */
function readSummary(path: string): StudySummary {
  let summary: unknown;
  try {
    summary = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new DataSetError(`${path} cannot be read (${error instanceof Error ? error.message : String(error)}).`);
  }
  if (typeof summary !== "object" || summary === null || !("series" in summary) || !("curveSteps" in summary))
    throw new DataSetError(`${path} is no summary of a study.`);
  return summary as StudySummary;
}
