/**
 * What goes over the wire for a sweep of the lab: one job of `compare`, which is a function of the task, the seed and its
 * input, and what came of it. Matrices are named by the hash of their numbers and lie in Redis once, whoever needs them.
 * Every field is checked on both sides; the path of the data is never sent, but a hash of its contents is.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { optimizerNames, taskNames } from "egop-lab/dist/choices.js";
import type { TaskName } from "egop-lab/dist/tasks/load.js";
import { isQuadratic } from "egop-lab/dist/tasks/quadratic.js";
import type { BasisData, JobKind, Jobs, SharedMatrix, Timed } from "egop-lab/dist/jobs.js";
import { messageOf, PayloadError } from "./errors.ts";
import { libraryVersion, requireVersions } from "./payload.ts";
import { readChoice, readCount, readList, readNumber, readRecord, readText, type Fields } from "./read-fields.ts";

const sweepFormat = "egop sweep";
const resultFormat = "egop sweep result";
const formatVersion = 1;
const kinds = ["sample", "decompose", "decomposeByTensor", "rotate", "run"] as const;
/** Samples, steps, rows and columns of a matrix, tensors, losses of a run. */
const most = { samples: 10 ** 6, steps: 10 ** 6, side: 10 ** 6, tensors: 10_000, name: 4096 };

/** Which task a job belongs to; its data must be the same everywhere. */
interface SweepSource {
  readonly task: TaskName;
  readonly seed: number;
  /** See dataHash. */
  readonly data: string;
}

export interface SweepJob<Kind extends JobKind = JobKind> extends SweepSource {
  readonly run: string;
  /** The number of the job in its run. */
  readonly job: number;
  readonly kind: Kind;
  /** With matrices as they are on the wire: see MatrixStore. */
  readonly input: unknown;
}

/** Takes matrices to where they are kept under their hashes, and back. */
export interface MatrixStore {
  put(matrix: SharedMatrix): Promise<string>;
  get(hash: string, rows: number, columns: number): Promise<SharedMatrix>;
}

/** A hash of the files of a folder with data, by name and contents. Throws PayloadError when it cannot be read. */
export function dataHash(folder: string): string {
  try {
    const total = createHash("sha256");
    for (const name of readdirSync(folder).sort()) {
      const path = join(folder, name);
      if (!statSync(path).isFile() || name.endsWith(".md")) continue;
      const digest = createHash("sha256").update(readFileSync(path)).digest("hex");
      total.update(`${JSON.stringify(name)} ${digest}\n`);
    }
    return `sha256:${total.digest("hex")}`;
  } catch (error) {
    throw new PayloadError(`The data in ${folder} cannot be read (${messageOf(error)}).`);
  }
}

export function writeSweepJob({ run, job, task, seed, data, kind, input }: SweepJob): unknown {
  const head = { format: sweepFormat, version: formatVersion, library: libraryVersion() };
  return { ...head, run, job, task, seed, data, kind, input };
}

/** Reads a job, all but its input. Throws PayloadError for what is none, RefusedError for one of another version. */
export function readSweepJob(payload: unknown): SweepJob {
  const names = ["run", "job", "task", "seed", "data", "kind", "input"];
  const fields = readRecord(payload, "The job", ["format", "version", "library", ...names]);
  requireVersions(fields, sweepFormat, "The job");
  return {
    run: readText(fields["run"], "The job's run", 16, /^[0-9a-f]{16}$/),
    job: readCount(fields["job"], "The job's number"),
    task: readTask(fields["task"]),
    seed: readCount(fields["seed"], "The job's seed"),
    data: readText(fields["data"], "The job's data", 71, hash),
    kind: readChoice(fields["kind"], "The job's kind", kinds),
    input: fields["input"],
  };
}

/** A task of the lab's list, or a quadratic with numbers in its name. */
function readTask(value: unknown): TaskName {
  return typeof value === "string" && isQuadratic(value) ? value : readChoice(value, "The job's task", taskNames);
}

const hash = /^sha256:[0-9a-f]{64}$/;

/** The input of a job as it goes over the wire. */
export async function writeInput<Kind extends JobKind>(
  kind: Kind,
  input: Jobs[Kind]["input"],
  store: MatrixStore,
): Promise<unknown> {
  if (input === undefined) return null;
  if ("gradients" in input) return { gradients: await writeMatrix(input.gradients, store) };
  if (!("optimizer" in input)) return input;
  const { basis, ...rest } = input;
  return basis === undefined ? rest : { ...rest, basis: await writeBasis(basis, store) };
}

/** Reads the input of a job. Throws PayloadError. */
export async function readInput(kind: JobKind, value: unknown, store: MatrixStore): Promise<Jobs[JobKind]["input"]> {
  const what = "The job's input";
  switch (kind) {
    case "sample":
      return {
        samples: readCount(readRecord(value, what, ["samples"])["samples"], `${what}.samples`, 1, most.samples),
      };
    case "decompose":
    case "decomposeByTensor":
      return { gradients: await readMatrix(readRecord(value, what, ["gradients"])["gradients"], what, store) };
    case "rotate":
      if (value !== null) throw new PayloadError(`${what} is not null, as a rotation needs it.`);
      return undefined;
    case "run": {
      const fields = readRecord(value, what, ["optimizer", "learningRate", "steps"], ["basis"]);
      const { basis } = fields;
      return {
        optimizer: readChoice(fields["optimizer"], `${what}.optimizer`, optimizerNames),
        learningRate: readNumber(fields["learningRate"], `${what}.learningRate`),
        steps: readCount(fields["steps"], `${what}.steps`, 1, most.steps),
        basis: basis === undefined ? undefined : await readBasis(basis, `${what}.basis`, store),
      };
    }
  }
}

/** The text of a result. */
export async function writeSweepResult(
  { run, job, kind }: SweepJob,
  { output, seconds }: Timed<Jobs[JobKind]["output"]>,
  store: MatrixStore,
): Promise<string> {
  const head = { format: resultFormat, version: formatVersion, library: libraryVersion() };
  return JSON.stringify({ ...head, run, job, kind, seconds, output: await writeOutput(output, store) });
}

async function writeOutput(output: Jobs[JobKind]["output"], store: MatrixStore): Promise<unknown> {
  if ("divergedAt" in output) return output;
  if ("losses" in output) return { ...output, losses: textOfNumbers(output.losses) };
  if ("eigenvalues" in output)
    return {
      ...output,
      ...{ basis: await writeBasis(output.basis, store), eigenvalues: textOfNumbers(output.eigenvalues) },
    };
  return "data" in output ? await writeMatrix(output, store) : await writeBasis(output, store);
}

/** Reads a result of a job. Throws PayloadError for what is none, RefusedError for one of another version. */
export async function readSweepResult(
  text: string,
  expected: Pick<SweepJob, "run" | "job" | "kind">,
  store: MatrixStore,
): Promise<Timed<Jobs[JobKind]["output"]>> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new PayloadError(`The result is no JSON (${messageOf(error)}).`);
  }
  const names = ["run", "job", "kind", "seconds", "output"];
  const fields = readRecord(data, "The result", ["format", "version", "library", ...names]);
  requireVersions(fields, resultFormat, "The result");
  const { run, job, kind } = expected;
  if (fields["run"] !== run || fields["job"] !== job || fields["kind"] !== kind)
    throw new PayloadError(`The result is of another job than ${job}, "${kind}", of run ${run}.`);
  const seconds = readNumber(fields["seconds"], "The result's seconds");
  return { seconds, output: await readOutput(kind, fields["output"], store) };
}

async function readOutput(kind: JobKind, value: unknown, store: MatrixStore): Promise<Jobs[JobKind]["output"]> {
  const what = "The result's output";
  switch (kind) {
    case "sample":
      return await readMatrix(value, what, store);
    case "decomposeByTensor":
    case "rotate":
      return await readBasis(value, what, store);
    case "decompose": {
      const numbers = ["stableRank", "rootStableRank", "density"] as const;
      const fields = readRecord(value, what, ["basis", "eigenvalues", ...numbers]);
      const [stableRank, rootStableRank, density] = numbers.map((name) => readNumber(fields[name], `${what}.${name}`));
      const eigenvalues = numbersOfText(fields["eigenvalues"], `${what}.eigenvalues`);
      return { basis: await readBasis(fields["basis"], what, store), eigenvalues, stableRank, rootStableRank, density };
    }
    case "run":
      return readRun(value, what);
  }
}

function readRun(value: unknown, what: string): Jobs["run"]["output"] {
  const fields = readRecord(value, what, [], ["divergedAt", "losses", "testAccuracy"]);
  if ("divergedAt" in fields) return { divergedAt: readCount(fields["divergedAt"], `${what}.divergedAt`) };
  const { testAccuracy } = fields;
  return {
    losses: numbersOfText(fields["losses"], `${what}.losses`),
    testAccuracy: testAccuracy === null ? null : readNumber(testAccuracy, `${what}.testAccuracy`),
  };
}

async function writeMatrix(matrix: SharedMatrix, store: MatrixStore): Promise<unknown> {
  return { matrix: await store.put(matrix), rows: matrix.rows, columns: matrix.columns };
}

async function readMatrix(value: unknown, what: string, store: MatrixStore): Promise<SharedMatrix> {
  const fields = readRecord(value, `${what}, a matrix`, ["matrix", "rows", "columns"]);
  const side = (name: string): number => readCount(fields[name], `${what}, ${name}`, 1, most.side);
  return await store.get(readText(fields["matrix"], `${what}, a matrix`, 71, hash), side("rows"), side("columns"));
}

async function writeBasis(basis: BasisData, store: MatrixStore): Promise<unknown> {
  if (basis.kind === "dense") return { kind: "dense", columns: await writeMatrix(basis.columns, store) };
  const blocks: unknown[] = [];
  for (const [name, columns] of basis.blocks) blocks.push([name, await writeMatrix(columns, store)]);
  return { kind: "blocks", blocks };
}

async function readBasis(value: unknown, what: string, store: MatrixStore): Promise<BasisData> {
  const fields: Fields = readRecord(value, what, ["kind"], ["columns", "blocks"]);
  if (readChoice(fields["kind"], `${what}.kind`, ["dense", "blocks"]) === "dense")
    return { kind: "dense", columns: await readMatrix(fields["columns"], `${what}.columns`, store) };
  const pairs = readList(fields["blocks"], `${what}.blocks`, most.tensors, (pair, place) => {
    const [name, columns] = readList(pair, place, 2, (part) => part);
    return [readText(name, place, most.name), columns, place] as const;
  });
  const blocks: (readonly [string, SharedMatrix])[] = [];
  for (const [name, columns, place] of pairs) blocks.push([name, await readMatrix(columns, place, store)]);
  return { kind: "blocks", blocks };
}

/** Doubles as base64, least significant byte first. */
function textOfNumbers(numbers: Float64Array): string {
  return bytesOf(numbers).toString("base64");
}

function numbersOfText(value: unknown, what: string): Float64Array {
  return numbersOf(Buffer.from(readText(value, what, 12 * most.steps, /^[A-Za-z0-9+/]*=*$/), "base64"), what);
}

export function bytesOf(numbers: Float64Array): Buffer {
  const bytes = Buffer.alloc(8 * numbers.length);
  numbers.forEach((number, k) => bytes.writeDoubleLE(number, 8 * k));
  return bytes;
}

/** In memory that threads share. Throws PayloadError unless the bytes are whole doubles. */
export function numbersOf(bytes: Buffer, what: string): Float64Array {
  if (bytes.length % 8 !== 0) throw new PayloadError(`${what} has ${bytes.length} bytes; expected a multiple of 8.`);
  const numbers = new Float64Array(new SharedArrayBuffer(bytes.length));
  for (let k = 0; k < numbers.length; k++) numbers[k] = bytes.readDoubleLE(8 * k);
  return numbers;
}
