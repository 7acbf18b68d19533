/** The flags of `compare`, which is what `npm start` runs: what they may say, and what they mean. */
import { basisNames, optimizerNames, taskNames, type BasisName, type OptimizerName, type TaskName } from "./choices.ts";
import { choice, choices, nameLines, rates, readFlags, wholeNumber, type FlagTable } from "./flags.ts";
import { learningRates } from "./learning-rates.ts";
import { dataFolder, mostThreads, usualThreads } from "./surroundings.ts";

/** What the user asked for, checked. */
export interface Options {
  readonly help: boolean;
  readonly task: TaskName;
  readonly optimizers: readonly OptimizerName[];
  readonly bases: readonly BasisName[];
  readonly steps: number;
  readonly seed: number;
  /** Gradients for the estimate; undefined means as many as there are parameters. */
  readonly samples: number | undefined;
  /** Replaces the grids of all optimizers. */
  readonly learningRates: readonly number[] | undefined;
  readonly threads: number;
  readonly json: boolean;
  /** Where the report goes; undefined means the usual place, or with `json` nowhere. */
  readonly report: string | undefined;
  readonly figure: string | undefined;
  /** The folder with the CSV files. */
  readonly data: string;
  /** The queue whose workers do the jobs; undefined means threads of this process. */
  readonly redis: string | undefined;
}

const table: FlagTable = {
  valued: [
    ...["task", "optimizer", "basis", "steps", "seed", "samples", "learning-rate", "threads"],
    ...["report", "figure", "data", "redis"],
  ],
  switches: ["json"],
  repeatable: ["optimizer", "basis", "learning-rate"],
};

const grid = (name: OptimizerName): string => learningRates[name].join(", ");

export const help = `Estimates the expected gradient outer product (EGOP) of a training loss, rotates the parameters into its
eigenbasis, and compares optimizers there with the same optimizers in other coordinates.

Usage: egop compare [options], or npm start -- [options]

${nameLines("--task NAME", taskNames)} (default digits)
  --optimizer LIST      any of ${optimizerNames.join(", ")} (default all)
  --basis LIST          any of ${basisNames.join(", ")} (default all)
  --steps N             steps of a run, 1 to 100000 (default 400)
  --seed N              of everything random, 0 to 2^53 - 1 (default 0)
  --samples N           gradients for the estimate, 1 to 100000 (default: as many as parameters)
  --learning-rate LIST  rates to choose from, the same in every basis
                        (default adam ${grid("adam")};
                        adagrad ${grid("adagrad")};
                        and beyond, until the best lies inside)
  --threads N           worker threads, 1 to ${mostThreads} (default 2, or 1 on a single core)
  --redis URL           have the workers of a queue do the jobs, with the same numbers (see egop worker --help)
  --json                print one JSON document on stdout and nothing else there
  --report FILE         where the HTML report goes (default lab/reports/TASK-SEED.html;
                        with --json: nowhere)
  --figure FILE         also draw the loss curves as an SVG picture of their own
  --data DIR            the folder with the CSV files (default lab/data)
  -h, --help            print this

A LIST has commas between its parts, or the option is repeated. Progress goes to stderr, results to stdout.
Exit status: 0 done, 1 it could not be computed or written, 2 a wrong option or value, 130 interrupted.
`;

/** Reads the command line. Throws UsageError, with one sentence, for the first thing that is wrong. */
export function parseOptions(args: readonly string[]): Options {
  const flags = readFlags(args, table);
  const last = (name: string): string | undefined => flags.value(name);
  return {
    help: flags.has("help"),
    task: choice("task", last("task") ?? "digits", taskNames),
    optimizers: choices("optimizer", flags.values("optimizer"), optimizerNames),
    bases: choices("basis", flags.values("basis"), basisNames),
    steps: wholeNumber("steps", last("steps"), 1, 100_000) ?? 400,
    seed: wholeNumber("seed", last("seed"), 0, Number.MAX_SAFE_INTEGER) ?? 0,
    samples: wholeNumber("samples", last("samples"), 1, 100_000),
    learningRates: rates(flags.values("learning-rate")),
    threads: wholeNumber("threads", last("threads"), 1, mostThreads) ?? usualThreads(),
    json: flags.has("json"),
    report: last("report"),
    figure: last("figure"),
    data: last("data") ?? dataFolder(),
    redis: last("redis"),
  };
}
