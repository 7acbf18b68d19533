#!/usr/bin/env node
/** The command: reads the flags, runs the experiment, prints what it found, and writes the pictures. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { EgopError } from "egop";
import { OutputError, UsageError } from "./errors.ts";
import { runExperiment } from "./experiment.ts";
import { caveatsOf, outcomesOf } from "./notes.ts";
import { help, parseOptions, type Options } from "./options.ts";
import { wrap } from "./paragraph.ts";
import { startProgress } from "./progress.ts";
import { toJson, type Results } from "./results.ts";
import { renderSpectrum } from "./spectrum.ts";
import { legendOf, renderTable } from "./table.ts";

/** Characters in a line of text. */
const widest = 100;
const statuses = { failed: 1, usage: 2, interrupted: 130 };

const progress = startProgress(process.stderr);
process.once("SIGINT", () => {
  progress.end();
  process.exit(statuses.interrupted);
});
// Whoever reads the results may stop reading (`npm start | head`): that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(help);
  else await main(options);
} catch (error) {
  progress.end();
  // What the lab or the library throws on purpose says all there is to say; anything else is a bug and shows its stack.
  const message = error instanceof EgopError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`egop-lab: ${message ?? "failed"}\n`);
  process.exitCode = error instanceof UsageError ? statuses.usage : statuses.failed;
}

async function main(options: Options): Promise<void> {
  const results = await runExperiment(options, progress);
  process.stdout.write(options.json ? `${toJson(results)}\n` : textOf(results));
  await writePictures(results, options);
}

function textOf(results: Results): string {
  const { egop, parameters } = results;
  const width = Math.min(process.stdout.columns || widest, widest);
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

/** Comes last, so that nothing that was computed is lost to a path that cannot be written. */
async function writePictures(results: Results, { json, report, figure, task, seed }: Options): Promise<void> {
  const usual = fileURLToPath(new URL(`../reports/${task}-${seed}.html`, import.meta.url));
  const say = (line: string): void => void (json ? process.stderr : process.stdout).write(`${line}\n`);
  const reportPath = report ?? (json ? undefined : usual);
  if (reportPath !== undefined) {
    const { renderReport } = await import("./report.ts");
    write(reportPath, renderReport(results), report === undefined);
    say(`Report: ${reportPath === usual ? relative(process.cwd(), usual) : reportPath}`);
  }
  if (figure !== undefined) {
    const { renderFigure } = await import("./figure.ts");
    write(figure, renderFigure(results));
    say(`Figure: ${figure}`);
  }
}

function write(path: string, text: string, makeFolder = false): void {
  try {
    if (makeFolder) mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    throw new OutputError(`Cannot write ${path} (${error instanceof Error ? error.message : String(error)}).`);
  }
}
