/** The command line: what it may say, what it means, and one clear sentence for everything else. */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { basisNames, optimizerNames, taskNames, type BasisName, type OptimizerName, type TaskName } from "./choices.ts";
import { UsageError } from "./errors.ts";
import { learningRates } from "./learning-rates.ts";

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
}

/** The options that take a value; the rest are switches. */
const valued: readonly string[] = [
  ...["task", "optimizer", "basis", "steps", "seed", "samples", "learning-rate", "threads"],
  ...["report", "figure", "data"],
];
const known: readonly string[] = [...valued, "json", "help"];
const repeatable: readonly string[] = ["optimizer", "basis", "learning-rate"];
const mostThreads = 16;

const grid = (name: OptimizerName): string => learningRates[name].join(", ");

export const help = `Estimates the expected gradient outer product (EGOP) of a training loss, rotates the parameters into its
eigenbasis, and compares optimizers there with the same optimizers in other coordinates.

Usage: npm start -- [options]

  --task NAME           ${taskNames.join(" | ")} (default digits)
  --optimizer LIST      any of ${optimizerNames.join(", ")} (default all)
  --basis LIST          any of ${basisNames.join(", ")} (default all)
  --steps N             steps of a run, 1 to 100000 (default 400)
  --seed N              of everything random, 0 to 2^53 - 1 (default 0)
  --samples N           gradients for the estimate, 1 to 100000 (default: as many as parameters)
  --learning-rate LIST  rates to choose from, the same in every basis
                        (default adam ${grid("adam")};
                        adagrad ${grid("adagrad")})
  --threads N           worker threads, 1 to ${mostThreads} (default 2, or 1 on a single core)
  --json                print one JSON document on stdout and nothing else there
  --report FILE         where the HTML report goes (default lab/reports/TASK-SEED.html; with --json: nowhere)
  --figure FILE         also draw the loss curves as an SVG picture of their own
  --data DIR            the folder with the CSV files (default lab/data)
  -h, --help            print this

A LIST has commas between its parts, or the option is repeated. Progress goes to stderr, results to stdout.
Exit status: 0 done, 1 it could not be computed or written, 2 a wrong option or value, 130 interrupted.
`;

/** Reads the command line. Throws UsageError, with one sentence, for the first thing that is wrong. */
export function parseOptions(args: readonly string[]): Options {
  const given = collect(args);
  const last = (name: string): string | undefined => given.get(name)?.at(-1);
  return {
    help: given.has("help"),
    task: choice("task", last("task") ?? "digits", taskNames),
    optimizers: choices("optimizer", given.get("optimizer"), optimizerNames),
    bases: choices("basis", given.get("basis"), basisNames),
    steps: wholeNumber("steps", last("steps"), 1, 100_000) ?? 400,
    seed: wholeNumber("seed", last("seed"), 0, Number.MAX_SAFE_INTEGER) ?? 0,
    samples: wholeNumber("samples", last("samples"), 1, 100_000),
    learningRates: rates(given.get("learning-rate")),
    threads: wholeNumber("threads", last("threads"), 1, mostThreads) ?? Math.min(2, availableParallelism()),
    json: given.has("json"),
    report: last("report"),
    figure: last("figure"),
    data: last("data") ?? fileURLToPath(new URL("../data", import.meta.url)),
  };
}

/** All values of every option that was given. parseArgs only finds the tokens: its own messages are long. */
function collect(args: readonly string[]): ReadonlyMap<string, string[]> {
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: {
      ...Object.fromEntries(valued.map((name) => [name, { type: "string" as const }])),
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  const given = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") throw new UsageError(`"${token.value}" is no option; see --help.`);
    const { name, rawName, inlineValue, value = "" } = token;
    if (!known.includes(name)) throw new UsageError(`There is no option ${rawName}${suggestion(name)}; see --help.`);
    if (valued.includes(name)) {
      if (value === "" || (inlineValue !== true && value.startsWith("--")))
        throw new UsageError(`--${name} needs a value; see --help.`);
      if (given.has(name) && !repeatable.includes(name)) throw new UsageError(`--${name} is given twice.`);
    } else if (inlineValue === true) throw new UsageError(`--${name} takes no value, but "${value}" was given.`);
    given.set(name, [...(given.get(name) ?? []), value]);
  }
  return given;
}

function suggestion(name: string): string {
  const near = known.find((option) => name.length >= 3 && option.startsWith(name.slice(0, 3)));
  return near === undefined ? "" : ` (perhaps --${near})`;
}

function choice<Name extends string>(option: string, given: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === given);
  if (found === undefined)
    throw new UsageError(
      `--${option} is "${given}"; expected ${option === "task" ? "" : "some of "}${names.join(", ")}.`,
    );
  return found;
}

/** The named ones, each once, in the order of `names`; all when none is named. */
function choices<Name extends string>(
  option: string,
  given: readonly string[] | undefined,
  names: readonly Name[],
): readonly Name[] {
  if (given === undefined) return names;
  const chosen = partsOf(given).map((part) => choice(option, part, names));
  return names.filter((name) => chosen.includes(name));
}

function partsOf(lists: readonly string[]): readonly string[] {
  return lists.flatMap((list) => list.split(",")).map((part) => part.trim());
}

function wholeNumber(option: string, given: string | undefined, least: number, most: number): number | undefined {
  if (given === undefined) return undefined;
  const value = /^\d+$/.test(given) ? Number(given) : NaN;
  if (!(value >= least && value <= most))
    throw new UsageError(`--${option} is "${given}"; expected a whole number from ${least} to ${most}.`);
  return value;
}

/** Ascending, each once. */
function rates(given: readonly string[] | undefined): readonly number[] | undefined {
  if (given === undefined) return undefined;
  const values = partsOf(given).map((part) => {
    const value = part === "" ? NaN : Number(part);
    if (!(Number.isFinite(value) && value > 0))
      throw new UsageError(`--learning-rate is "${part}"; expected positive numbers, as in 0.01,0.1.`);
    return value;
  });
  return [...new Set(values)].sort((a, b) => a - b);
}
