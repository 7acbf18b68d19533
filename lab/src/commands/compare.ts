/** `compare`, the main job: one task, one seed, every optimizer in every basis; a table, the spectrum, a report. */
import { join, relative } from "node:path";
import { distributedPackage } from "../distributed.ts";
import { runExperiment } from "../experiment.ts";
import { caveatsOf, outcomesOf } from "../notes.ts";
import { help, parseOptions, type Options } from "../options.ts";
import { wrap } from "../paragraph.ts";
import { toJson, type Results } from "../results.ts";
import { renderSpectrum } from "../spectrum.ts";
import { labFolder } from "../surroundings.ts";
import { legendOf, renderTable } from "../table.ts";
import { requireWritable } from "../writable.ts";
import { writeOutput } from "../write-output.ts";
import type { Command, Surroundings } from "./command.ts";

export const compare: Command = {
  name: "compare",
  summary: "one task: optimizers in original, random and EGOP coordinates (what npm start does)",
  async run(args, at) {
    const options = parseOptions(args);
    if (options.help) {
      at.print(help);
      return;
    }
    requireWritablePictures(options);
    const { redis } = options;
    const results = await runExperiment(
      options,
      at.progress,
      redis === undefined
        ? undefined
        : async (_threads, source) => await (await distributedPackage()).startSweepPool({ redis }, source),
    );
    at.print(options.json ? `${toJson(results)}\n` : textOf(results, at.width));
    await writePictures(results, options, at);
  },
};

function textOf(results: Results, width: number): string {
  const { egop, parameters } = results;
  const notes = [...outcomesOf(results), ...caveatsOf(results)].map((note) => wrap(`- ${note}`, width, "  "));
  const rank = `Stable rank ${egop.stableRank.toFixed(1)} of ${parameters}, from ${egop.samples} gradients.`;
  const parts = [
    renderTable(results),
    wrap(legendOf(results), width),
    `${renderSpectrum(egop.eigenvalues)}\n${rank}`,
    notes.join("\n"),
  ];
  return `\n${parts.filter((part) => part !== "").join("\n\n")}\n\n`;
}

/** Says so before hours of work when there is no place for their pictures. */
function requireWritablePictures(options: Options): void {
  const { json, report, figure } = options;
  if (report !== undefined) requireWritable("report", report);
  else if (!json) requireWritable("report", usualReport(options), true);
  if (figure !== undefined) requireWritable("figure", figure);
}

function usualReport({ task, seed }: Options): string {
  return join(labFolder("reports"), `${task}-${seed}.html`);
}

/** Comes last, so that nothing that was computed is lost to a disk that has become full. */
async function writePictures(results: Results, options: Options, at: Surroundings): Promise<void> {
  const { json, report, figure } = options;
  const usual = usualReport(options);
  const say = (line: string): void => (json ? at.progress.say(line) : at.print(`${line}\n`));
  const reportPath = report ?? (json ? undefined : usual);
  if (reportPath !== undefined) {
    const { renderReport } = await import("../report.ts");
    writeOutput(reportPath, renderReport(results), report === undefined);
    say(`Report: ${reportPath === usual ? relative(process.cwd(), usual) : reportPath}`);
  }
  if (figure !== undefined) {
    const { renderFigure } = await import("../figure.ts");
    writeOutput(figure, renderFigure(results));
    say(`Figure: ${figure}`);
  }
}
