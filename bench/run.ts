/**
 * Runs the benchmarks: `npm run bench` prints lines for people, `npm run bench -- --json` one JSON array of rows (row.ts),
 * `npm run bench -- NAME…` the suites of those names alone. With `--draw=FOLDER`, plots are written there as SVG too.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { coldStart } from "./cold-start.ts";
import { decompositions } from "./decompositions.ts";
import { egopSuite } from "./egop.ts";
import { linearAlgebra } from "./linear-algebra.ts";
import { elementary } from "./math.ts";
import { networkStep } from "./network-step.ts";
import { perExample } from "./per-example.ts";
import { optimizerSteps } from "./optimizers.ts";
import type { Row, Suite } from "./row.ts";
import { trainingStep } from "./training-step.ts";

const suites: readonly Suite[] = [
  trainingStep,
  networkStep,
  perExample,
  linearAlgebra,
  decompositions,
  egopSuite,
  elementary,
  optimizerSteps,
  coldStart,
];

const flags = process.argv.slice(2);
const json = flags.includes("--json");
const drawings = flags.find((flag) => flag.startsWith("--draw="))?.slice("--draw=".length);
const names = flags.filter((flag) => flag !== "--json" && !flag.startsWith("--draw="));
const unknown = names.find((name) => !suites.some((suite) => suite.name === name));
if (unknown !== undefined)
  throw new Error(`there is no suite "${unknown}"; expected ${suites.map(({ name }) => name).join(", ")}.`);

const rows: Row[] = [];
const report = (row: Row): void => {
  rows.push(row);
  if (!json) console.log(lineOf(row));
};
const print = (text: string): void => {
  if (!json) console.log(text);
};
const draw = (name: string, drawing: string): void => {
  if (drawings === undefined) return;
  mkdirSync(drawings, { recursive: true });
  writeFileSync(join(drawings, `${name}.svg`), drawing);
};
for (const suite of suites) if (names.length === 0 || names.includes(suite.name)) await suite.run(report, print, draw);
if (json) console.log(JSON.stringify(rows));

function lineOf({ name, size, milliseconds, peer, peerMilliseconds, ratio, ...rest }: Row): string {
  const own = `${name.padEnd(28)} ${size.toString().padStart(5)} ${milliseconds.toPrecision(4).padStart(10)} ms`;
  const beside =
    peer === null || peerMilliseconds === null || ratio === null
      ? ""
      : `   ${peer.padEnd(10)} ${peerMilliseconds.toPrecision(4).padStart(10)} ms   ratio ${ratio.toPrecision(3)}`;
  const more = Object.entries(rest).map(([field, value]) => `   ${field} ${String(value)}`);
  return own + beside + more.join("");
}
