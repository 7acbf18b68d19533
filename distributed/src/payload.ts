/**
 * What goes over the wire, as versioned plain JSON: a job (which samples of which objective, kept in which form) and its
 * result (a state of the library's accumulators). Both sides check every field, its type and its size, before anything
 * is done with it; nothing of it is ever run. The samples are named by number, and sample m is a function of the key and
 * m alone, so a job that is done twice, or by another worker, gives the same bits.
 */
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { coveredSamples, mergeMoments, parseState, type Key, type MomentForm, type MomentState } from "egop";
import { messageOf, PayloadError, RefusedError } from "./errors.ts";
import type { ObjectiveReference } from "./objective-reference.ts";
import { readChoice, readCount, readList, readNumber, readRecord, readText } from "./read-fields.ts";

/** A range of samples, from `from` to before `to`. */
export interface SampleRange {
  readonly from: number;
  readonly to: number;
}

/** How gradients are sampled and kept; the same for all jobs of an estimate. */
export interface Sampling {
  readonly objective: ObjectiveReference;
  readonly key: Key;
  readonly form: MomentForm;
  readonly notFinite: "throw" | "skip";
}

/** A job: a range of samples for a run. */
export interface EstimateJob extends Sampling, SampleRange {
  /** Names the estimate: sixteen hexadecimal digits. */
  readonly run: string;
}

/** What is refused because of its size. */
export interface SizeLimits {
  /** Bytes of a job; default 1 MiB. */
  readonly job: number;
  /** Bytes of a result; default 256 MiB. Redis takes 512 MiB at most, and so does a text in Node. */
  readonly result: number;
}

export const usualLimits: SizeLimits = { job: 2 ** 20, result: 2 ** 28 };

const format = "egop job";
const resultFormat = "egop result";
const formatVersion = 1;

/** The most samples of one job, tensors in a form, files of an objective, characters of a name. */
const most = { samples: 2 ** 24, tensors: 100_000, files: 1000, name: 4096 };

/** The version of the library that runs here. */
export function libraryVersion(): string {
  const path = createRequire(import.meta.url).resolve("egop/package.json");
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}

/** The same for the same run and range, however often it is asked for: what is queued twice is one job. */
export function jobId(run: string, { from, to }: SampleRange): string {
  return `${run}-${from}-${to}`;
}

/** The job as plain data. Throws PayloadError when it is larger than the limit. */
export function writeJob(job: EstimateJob, limits: SizeLimits): unknown {
  const { run, objective, key, form, notFinite, from, to } = job;
  const { module, files, hash } = objective;
  const written = {
    ...{ format, version: formatVersion, library: libraryVersion(), run, from, to },
    ...{ objective: { module, files, hash }, key: key.words, form, notFinite },
  };
  const bytes = Buffer.byteLength(JSON.stringify(written));
  if (bytes > limits.job) throw new PayloadError(`A job takes ${bytes} bytes; expected at most ${limits.job}.`);
  return written;
}

/** Reads a job. Throws PayloadError for what is none, RefusedError for one of another version of the library. */
export function readJob(data: unknown, limits: SizeLimits): EstimateJob {
  const bytes = Buffer.byteLength(JSON.stringify(data ?? null));
  if (bytes > limits.job) throw new PayloadError(`The job has ${bytes} bytes; expected at most ${limits.job}.`);
  const fields = readRecord(data, "The job", [
    ...["format", "version", "library", "run", "from", "to", "objective", "key", "form", "notFinite"],
  ]);
  requireVersions(fields, format, "The job");
  const { from, to } = readRange(fields, "The job's samples");
  const named = readRecord(fields["objective"], "The job's objective", ["module", "files", "hash"]);
  const words = readList(fields["key"], "The job's key", 4, (word, what) => readCount(word, what, 0, 2 ** 32 - 1));
  if (words.length !== 4) throw new PayloadError(`The job's key has ${words.length} words; expected 4.`);
  return {
    ...{ run: readRun(fields["run"], "The job's run"), from, to },
    objective: {
      module: readText(named["module"], "The objective's module", most.name),
      files: readList(named["files"], "The objective's files", most.files, (file, what) =>
        readText(file, what, most.name),
      ),
      hash: readText(named["hash"], "The objective's hash", 71, /^sha256:[0-9a-f]{64}$/),
    },
    key: { words: [words[0], words[1], words[2], words[3]] },
    form: readForm(fields["form"], "The job's form"),
    notFinite: readChoice(fields["notFinite"], "The job's notFinite", ["throw", "skip"]),
  };
}

/** The line of a result: the range, then the text of its state. */
export function writeResult(run: string, { from, to }: SampleRange, state: string): string {
  const head = { format: resultFormat, version: formatVersion, library: libraryVersion(), run, from, to };
  return JSON.stringify({ ...head, state });
}

/**
 * Reads a result and returns the text of its state and the state, which holds exactly the samples of the range, in the
 * form and layout of `empty`. Throws PayloadError for anything else, RefusedError for another version of the library.
 */
export function readResult(
  text: string,
  expected: SampleRange & { readonly run: string },
  empty: MomentState,
): { readonly text: string; readonly state: MomentState } {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new PayloadError(`The result is no JSON (${messageOf(error)}).`);
  }
  const fields = readRecord(data, "The result", ["format", "version", "library", "run", "from", "to", "state"]);
  requireVersions(fields, resultFormat, "The result");
  const { from, to } = readRange(fields, "The result's samples");
  if (readRun(fields["run"], "The result's run") !== expected.run || from !== expected.from || to !== expected.to)
    throw new PayloadError(
      `The result is of the samples ${from} to ${to}; expected ${expected.from} to ${expected.to} of run ${expected.run}.`,
    );
  const written = readText(fields["state"], "The result's state", Infinity);
  return { text: written, state: readState(written, expected, empty) };
}

/** Reads a state that must hold exactly a range of samples. Throws PayloadError for anything else. */
export function readState(text: string, { from, to }: SampleRange, empty: MomentState): MomentState {
  try {
    // Checks every field of the state, and that it is of the same form and layout.
    const state = mergeMoments(empty, parseState(text) as MomentState);
    const covered = coveredSamples(state);
    if (covered.length !== 1 || covered[0][0] !== from || covered[0][1] !== to)
      throw new PayloadError(
        `it holds the samples ${covered.map((range) => range.join(" to ")).join(", ") || "of none"}`,
      );
    return state;
  } catch (error) {
    throw new PayloadError(`The state of the samples ${from} to ${to} is not usable: ${messageOf(error)}`);
  }
}

export function requireVersions(fields: Readonly<Record<string, unknown>>, expected: string, what: string): void {
  if (fields["format"] !== expected || fields["version"] !== formatVersion)
    throw new PayloadError(`${what} is not of the format "${expected}", version ${formatVersion}.`);
  const library = readText(fields["library"], `${what}'s library`, 100);
  const own = libraryVersion();
  if (library !== own) throw new RefusedError(`${what} is of version ${library} of egop; here is ${own}.`);
}

function readRun(value: unknown, what: string): string {
  return readText(value, what, 16, /^[0-9a-f]{16}$/);
}

function readRange(fields: Readonly<Record<string, unknown>>, what: string): SampleRange {
  const from = readCount(fields["from"], `${what}, from`);
  return { from, to: readCount(fields["to"], `${what}, to`, from + 1, from + most.samples) };
}

/** Reads the form of an accumulator; whether it fits the layout is for the library to say. */
function readForm(value: unknown, what: string): MomentForm {
  const kinds = ["exact", "samples", "frequentDirections", "randomized", "blocks", "kronecker"] as const;
  const all = ["decay", "rank", "oversampling", "key", "blocks", "tensors"];
  const kind = readChoice(readRecord(value, what, ["kind"], all)["kind"], `${what}.kind`, kinds);
  const read = (...fields: string[]): Readonly<Record<string, unknown>> =>
    readRecord(value, what, ["kind", ...fields], ["decay"]);
  const name = (text: unknown, place: string): string => readText(text, place, most.name);
  const names = (list: unknown, place: string): readonly string[] => readList(list, place, most.tensors, name);
  const { decay } = read(...fieldsOf[kind]);
  const weighting = decay === undefined ? {} : { decay: readNumber(decay, `${what}.decay`) };
  const fields = value as Readonly<Record<string, unknown>>;
  switch (kind) {
    case "exact":
    case "samples":
      return { kind, ...weighting };
    case "frequentDirections":
      return { kind, rank: readCount(fields["rank"], `${what}.rank`, 1), ...weighting };
    case "randomized": {
      const { words } = readRecord(fields["key"], `${what}.key`, ["words"]);
      const read = readList(words, `${what}.key`, 4, (word, place) => readCount(word, place, 0, 2 ** 32 - 1));
      if (read.length !== 4) throw new PayloadError(`${what}.key has ${read.length} words; expected 4.`);
      return {
        ...{ kind, rank: readCount(fields["rank"], `${what}.rank`, 1) },
        oversampling: readCount(fields["oversampling"], `${what}.oversampling`),
        key: { words: [read[0], read[1], read[2], read[3]] },
        ...weighting,
      };
    }
    case "blocks":
      return { kind, blocks: readList(fields["blocks"], `${what}.blocks`, most.tensors, names), ...weighting };
    case "kronecker":
      return { kind, tensors: names(fields["tensors"], `${what}.tensors`), ...weighting };
  }
}

const fieldsOf = {
  exact: [],
  samples: [],
  frequentDirections: ["rank"],
  randomized: ["rank", "oversampling", "key"],
  blocks: ["blocks"],
  kronecker: ["tensors"],
} as const;
