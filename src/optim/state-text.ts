/**
 * States as text, for files, databases and messages: JSON with a version, and typed arrays inside as base64 or as numbers.
 *
 *   {"format":"egop state","version":1,"state":{"kind":"scaleByAdam","version":1,"step":2,"first":{"$float64":"…"},…}}
 *
 * A typed array is an object with one field, named by its kind of number, that holds the base64 of its bytes
 * (little-endian on every machine) or an array of numbers. JSON has no NaN and no infinities: a number field holds them
 * as {"number":"Infinity"}, an array of numbers as "Infinity". Every number reads back to the same bits, −0 included
 * (base64 keeps even the payload of a NaN), so a run resumed from text goes on as if it had never stopped.
 *
 * O(length) in time and memory both ways, 11 characters for a double as base64, up to 25 as numbers. Reading trusts
 * nothing: it allocates no more than the text is long, goes no deeper than `deepest` whatever the text, keeps no field
 * that JavaScript treats specially, and reports everything else that is wrong as a StateError.
 */
import { ArgumentError, StateError } from "../errors.ts";
import { base64FromBytes, bytesFromBase64 } from "./base64.ts";
import { requireKnown } from "./hyperparameters.ts";
import { arrayKind, restoreState, type StateArray } from "./state.ts";
import type { TransformationState } from "./transformation.ts";

const format = "egop state";
const formatVersion = 1;

/** Levels of objects and arrays in a text. States nest a few levels; a chain of chains adds two for each. */
const deepest = 64;

export interface StateTextOptions {
  /** How to write typed arrays: short and fast ("base64"), or legible ("numbers"). Default "base64". */
  readonly arrays?: "base64" | "numbers";
}

/**
 * The text of a state: of a transformation, of a run (`run.state`), of an estimate, of any plain data with a `kind` and
 * a `version` made of numbers, strings, booleans, Float64Arrays, Int32Arrays, Uint32Arrays, arrays and plain objects.
 *
 * The state is only read. Throws StateError, naming the field, for anything else in it (null, undefined, functions) and
 * for more than 64 levels. `stateFromText` is the way back.
 *
 * @example stateToText({ kind: "scaleByLearningRate", version: 1, step: 7 }) // '{"format":"egop state","version":1,"state":{"kind":"scaleByLearningRate","version":1,"step":7}}'
 */
export function stateToText(state: TransformationState, options: StateTextOptions = {}): string {
  requireKnown("stateToText", options, ["arrays"]);
  const { arrays = "base64" } = options;
  // Callers without types may give any string.
  if (!["base64", "numbers"].includes(arrays))
    throw new ArgumentError(`The option arrays is ${JSON.stringify(arrays)}; expected "base64" or "numbers".`);
  const written = textOf(state, "state", 1, arrays);
  return `{"format":${JSON.stringify(format)},"version":${formatVersion},"state":${written}}`;
}

/**
 * Reads a text of `stateToText` into a fresh state, in place, and returns it: `stateFromText(text, optimizer.init(layout))`.
 * Whoever made the text, it can do no more than be refused.
 *
 * Throws StateError for a text that is no state, is of an unknown version, or belongs elsewhere (another optimizer,
 * another version of it, other shapes), naming the first field that differs; `fresh` is then as it was. For runs,
 * `minimize` does this when `resume` is a text.
 *
 * @example stateFromText(stateToText({ kind: "example", version: 1, step: 7 }), { kind: "example", version: 1, step: 0 }).step // 7
 */
export function stateFromText<State extends TransformationState>(text: string, fresh: State): State {
  restoreState(fresh, parseState(text), "state");
  return fresh;
}

/**
 * Reads a text of `stateToText` when there is no fresh state to compare it with. The result is new plain data with a
 * `kind` and a `version`, and nothing more is known of it: `restoreState` or the reader must check the rest.
 *
 * Throws StateError for a text that is no state or is of an unknown version.
 *
 * @example parseState(stateToText({ kind: "example", version: 1, step: 7 })).kind // "example"
 */
export function parseState(text: string): TransformationState {
  if (typeof text !== "string") throw new StateError(`The saved state is ${describe(text)}; expected a text.`);
  checkDepth(text);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new StateError(`The saved state is no JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
  const envelope = asRecord(parsed);
  if (envelope?.["format"] !== format || !("state" in envelope))
    throw new StateError(`The text is JSON, but no saved state; expected {"format":"${format}",…}.`);
  if (envelope["version"] !== formatVersion)
    throw new StateError(
      `The saved state is in version ${JSON.stringify(envelope["version"])} of the text format; ` +
        `expected ${formatVersion}.`,
    );
  const state = asRecord(valueOf(envelope["state"], "state"));
  if (state === undefined || typeof state["kind"] !== "string" || typeof state["version"] !== "number")
    throw new StateError("The saved state has no kind and version.");
  return state as unknown as TransformationState;
}

/** The JSON of one value; `path` names it in messages. */
function textOf(value: unknown, path: string, depth: number, arrays: "base64" | "numbers"): string {
  if (typeof value === "number") return Number.isFinite(value) ? numberText(value) : `{"$number":"${String(value)}"}`;
  if (typeof value === "string" || typeof value === "boolean") return JSON.stringify(value);
  const marker = markerOf(value);
  if (marker !== undefined)
    return arrays === "base64" ? `{"${marker}":"${base64Of(value, marker)}"}` : `{"${marker}":${numbersText(value)}}`;
  if (depth > deepest) throw new StateError(`The state has more than ${deepest} levels at ${path}.`);
  if (Array.isArray(value))
    return `[${value.map((entry, index) => textOf(entry, `${path}[${index}]`, depth + 1, arrays)).join(",")}]`;
  const record = asRecord(value);
  if (record === undefined || ArrayBuffer.isView(value))
    throw new StateError(`The state has ${describe(value)} at ${path}; expected plain data.`);
  const fields = Object.keys(record).map((field) => {
    if (isReserved(field)) throw new StateError(`The state has a field named "${field}" at ${path}.`);
    return `${JSON.stringify(field)}:${textOf(record[field], `${path}.${field}`, depth + 1, arrays)}`;
  });
  return `{${fields.join(",")}}`;
}

/** The shortest digits that read back to the same number; unlike JSON.stringify, with the sign of −0. */
function numberText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function numbersText(array: unknown): string {
  const numbers = Array.from(array as StateArray, (entry) =>
    Number.isFinite(entry) ? numberText(entry) : `"${String(entry)}"`,
  );
  return `[${numbers.join(",")}]`;
}

/** The inverse of `textOf`, on parsed JSON whose depth is bounded. All results are new. */
function valueOf(json: unknown, path: string): unknown {
  if (typeof json === "number" || typeof json === "string" || typeof json === "boolean") return json;
  if (Array.isArray(json)) return json.map((entry, index) => valueOf(entry, `${path}[${index}]`));
  const record = asRecord(json);
  if (record === undefined) throw new StateError(`The saved state has null at ${path}.`);
  const fields = Object.keys(record);
  if (fields.length === 1) {
    const [field] = fields;
    if (field === "$number") return nonFinite(record[field], path);
    const marker = markers.find((name) => field === name);
    if (marker !== undefined) return arrayOf(marker, record[field], path);
  }
  const result: Record<string, unknown> = {};
  for (const field of fields) {
    // Assigning it would change the prototype instead of adding a field.
    if (isReserved(field)) throw new StateError(`The saved state has a field named "${field}" at ${path}.`);
    result[field] = valueOf(record[field], `${path}.${field}`);
  }
  return result;
}

function isReserved(field: string): boolean {
  return field === "__proto__" || field === "$number" || markers.some((name) => field === name);
}

/** Only the non-finite numbers are written as words. */
function nonFinite(word: unknown, path: string): number {
  if (word === "Infinity") return Infinity;
  if (word === "-Infinity") return -Infinity;
  if (word === "NaN") return NaN;
  throw new StateError(`The saved state has ${describe(word)} for a number at ${path}.`);
}

/** The typed arrays that a text may hold, by the field that marks them. */
const markers = ["$float64", "$int32", "$uint32"] as const;
type Marker = (typeof markers)[number];

function markerOf(value: unknown): Marker | undefined {
  const kind = arrayKind(value);
  if (kind === undefined) return undefined;
  if (kind === "Float64Array") return "$float64";
  return kind === "Int32Array" ? "$int32" : "$uint32";
}

const writers = {
  $float64: (view: DataView, byte: number, value: number): void => view.setFloat64(byte, value, true),
  $int32: (view: DataView, byte: number, value: number): void => view.setInt32(byte, value, true),
  $uint32: (view: DataView, byte: number, value: number): void => view.setUint32(byte, value, true),
} as const;
const readers = {
  $float64: (view: DataView, byte: number): number => view.getFloat64(byte, true),
  $int32: (view: DataView, byte: number): number => view.getInt32(byte, true),
  $uint32: (view: DataView, byte: number): number => view.getUint32(byte, true),
} as const;

function emptyArray(marker: Marker, length: number): StateArray {
  if (marker === "$float64") return new Float64Array(length);
  return marker === "$int32" ? new Int32Array(length) : new Uint32Array(length);
}

function base64Of(value: unknown, marker: Marker): string {
  const array = value as StateArray;
  const bytes = new Uint8Array(array.byteLength);
  const view = new DataView(bytes.buffer);
  const write = writers[marker];
  for (let i = 0; i < array.length; i++) write(view, i * array.BYTES_PER_ELEMENT, array[i]);
  return base64FromBytes(bytes);
}

/** The typed array from its base64 or its numbers. */
function arrayOf(marker: Marker, json: unknown, path: string): StateArray {
  if (typeof json === "string") {
    const bytes = bytesFromBase64(json);
    const width = marker === "$float64" ? 8 : 4;
    if (bytes === undefined || bytes.length % width !== 0)
      throw new StateError(`The saved state has damaged base64 at ${path}.`);
    const array = emptyArray(marker, bytes.length / width);
    const view = new DataView(bytes.buffer);
    const read = readers[marker];
    for (let i = 0; i < array.length; i++) array[i] = read(view, i * width);
    return array;
  }
  if (!Array.isArray(json))
    throw new StateError(`The saved state has ${describe(json)} at ${path}; expected base64 or an array of numbers.`);
  const array = emptyArray(marker, json.length);
  json.forEach((entry: unknown, i) => {
    const number = typeof entry === "number" ? entry : nonFinite(entry, `${path}[${i}]`);
    array[i] = number;
    if (!Object.is(array[i], number))
      throw new StateError(
        `The saved state has ${number} at ${path}[${i}], which a ${marker.slice(1)} array cannot hold.`,
      );
  });
  return array;
}

/**
 * Refuses a text that nests too deeply before anything recursive sees it. Brackets inside strings do not count; a string
 * ends at the first quotation mark with an even number of backslashes before it.
 */
function checkDepth(text: string): void {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 34) {
      let end = i;
      let escapes = 1;
      while (escapes % 2 === 1) {
        end = text.indexOf('"', end + 1);
        if (end < 0) return; // An open string: JSON.parse will say so.
        escapes = 0;
        while (text.charCodeAt(end - 1 - escapes) === 92) escapes++;
      }
      i = end;
    } else if (code === 91 || code === 123) {
      depth++;
      // Around the state is the envelope; around the numbers of a typed array are brackets and an object.
      if (depth > deepest + 3) throw new StateError(`The saved state has more than ${deepest} levels.`);
    } else if (code === 93 || code === 125) depth--;
  }
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function describe(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return value.length <= 40 ? JSON.stringify(value) : "a long text";
  return value === null ? "null" : Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}
