/** Reading flags: the generic part of all commands, with one clear sentence for everything that is wrong. */
import { parseArgs } from "node:util";
import { UsageError } from "./errors.ts";
import { wrap } from "./paragraph.ts";

/** The flags that a command knows. All also know --help and -h. */
export interface FlagTable {
  /** Flags that take a value. */
  readonly valued: readonly string[];
  /** Flags that take none. */
  readonly switches: readonly string[];
  /** Valued flags that may be given more than once. */
  readonly repeatable?: readonly string[];
  /** What words without dashes mean, in their order; there may be no more than these. */
  readonly words?: readonly string[];
}

/** The flags of a command line by name. */
export interface Flags {
  /** The last value of a flag. */
  value(name: string): string | undefined;
  /** All values of a flag. */
  values(name: string): readonly string[] | undefined;
  has(name: string): boolean;
  /** The words without dashes. */
  readonly words: readonly string[];
}

/** Reads the flags. parseArgs only finds the tokens: its own messages are long. Throws UsageError for the first thing wrong. */
export function readFlags(args: readonly string[], table: FlagTable): Flags {
  const { valued, repeatable = [], words: meanings = [] } = table;
  const switches = [...table.switches, "help"];
  const known = [...valued, ...switches];
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: {
      ...Object.fromEntries(valued.map((name) => [name, { type: "string" as const }])),
      ...Object.fromEntries(table.switches.map((name) => [name, { type: "boolean" as const }])),
      help: { type: "boolean", short: "h" },
    },
  });
  const given = new Map<string, string[]>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      if (words.length === meanings.length) throw new UsageError(`"${token.value}" is no option; see --help.`);
      words.push(token.value);
      continue;
    }
    const { name, rawName, inlineValue, value = "" } = token;
    if (!known.includes(name))
      throw new UsageError(`There is no option ${rawName}${suggestion(name, known)}; see --help.`);
    if (valued.includes(name)) {
      if (value === "" || (inlineValue !== true && value.startsWith("--")))
        throw new UsageError(`--${name} needs a value; see --help.`);
      if (given.has(name) && !repeatable.includes(name)) throw new UsageError(`--${name} is given twice.`);
    } else if (inlineValue === true) throw new UsageError(`--${name} takes no value, but "${value}" was given.`);
    given.set(name, [...(given.get(name) ?? []), value]);
  }
  return {
    value: (name) => given.get(name)?.at(-1),
    values: (name) => given.get(name),
    has: (name) => given.has(name),
    words,
  };
}

function suggestion(name: string, known: readonly string[]): string {
  const near = known.find((option) => name.length >= 3 && option.startsWith(name.slice(0, 3)));
  return near === undefined ? "" : ` (perhaps --${near})`;
}

/** One of the names. */
export function choice<Name extends string>(option: string, given: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === given);
  if (found === undefined)
    throw new UsageError(
      `--${option} is "${given}"; expected ${option === "task" ? "" : "some of "}${names.join(", ")}.`,
    );
  return found;
}

/** The named ones, each once, in the order of `names`; all when none is named. */
export function choices<Name extends string>(
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

/** A whole number from `least` to `most`, or undefined where the flag is not given. */
export function wholeNumber(
  option: string,
  given: string | undefined,
  least: number,
  most: number,
): number | undefined {
  if (given === undefined) return undefined;
  const value = /^\d+$/.test(given) ? Number(given) : NaN;
  if (!(value >= least && value <= most))
    throw new UsageError(`--${option} is "${given}"; expected a whole number from ${least} to ${most}.`);
  return value;
}

/** Positive numbers, ascending, each once. */
export function rates(given: readonly string[] | undefined): readonly number[] | undefined {
  if (given === undefined) return undefined;
  const values = partsOf(given).map((part) => {
    const value = part === "" ? NaN : Number(part);
    if (!(Number.isFinite(value) && value > 0))
      throw new UsageError(`--learning-rate is "${part}"; expected positive numbers, as in 0.01,0.1.`);
    return value;
  });
  return [...new Set(values)].sort((a, b) => a - b);
}

/** The lines of a help that list names, as long as the others at most. */
export function nameLines(flag: string, names: readonly string[]): string {
  const indent = " ".repeat(24);
  const text = wrap(names.join(" | "), 96 - indent.length)
    .split("\n")
    .join(`\n${indent}`);
  return `  ${flag.padEnd(22)}${text}`;
}
