/**
 * Bases as plain data: what their `toJSON` is made of, and what reads it back. Numbers are written as JSON writes them,
 * which gives the same bits back; nothing that is read is trusted before it has been checked.
 */
import { EgopError, StateError } from "../errors.ts";
import { layout, type Layout, type Shape } from "../linalg/layout.ts";
import { Matrix } from "../linalg/matrix.ts";
import { isPrecision, type Precision } from "../linalg/panel-columns.ts";
import type { Key } from "../math/random.ts";

/** A basis as plain data: its kind, the version of its fields, and these. */
export interface BasisData {
  readonly kind: string;
  readonly version: 1;
  readonly [field: string]: unknown;
}

/** A matrix as plain data. */
export function matrixData({ rows, columns, data }: Matrix): unknown {
  return { rows, columns, data: Array.from(data) };
}

/** A layout as plain data; a list, since an object would not keep the order of every name. */
export function layoutData({ tensors }: Layout): unknown {
  return tensors.map(({ name, shape }) => ({ name, shape: [...shape] }));
}

/** The data of a basis, of the kind that it says it is. Throws StateError for anything else. */
export function readBasisData(value: unknown): BasisData {
  if (!isRecord(value) || typeof value["kind"] !== "string" || value["version"] !== 1)
    throw new StateError("basisFromJSON: expected an object with a kind, and version 1.");
  return { ...value, kind: value["kind"], version: 1 };
}

/** A field that is a matrix. */
export function readMatrix(data: BasisData, field: string): Matrix {
  const value = own(data, field);
  if (!isRecord(value)) throw wrong(data, field, "a matrix");
  const { rows, columns, data: numbers } = value;
  if (!isCount(rows) || !isCount(columns) || !isNumbers(numbers) || numbers.length !== rows * columns)
    throw wrong(data, field, "a matrix of finite numbers");
  return new Matrix(rows, columns, Float64Array.from(numbers));
}

/** A field that is a matrix, or null for none. */
export function readOptionalMatrix(data: BasisData, field: string): Matrix | undefined {
  return own(data, field) === null ? undefined : readMatrix(data, field);
}

/** A field that is an array of numbers. */
export function readVector(data: BasisData, field: string): Float64Array {
  const value = own(data, field);
  if (!isNumbers(value)) throw wrong(data, field, "an array of finite numbers");
  return Float64Array.from(value);
}

/** The field that says how directions are kept; what was written before there was one has doubles. */
export function readPrecision(data: BasisData): Precision {
  const value = own(data, "precision") ?? "double";
  if (!isPrecision(value)) throw wrong(data, "precision", "precision");
  return value;
}

/** A field that is a layout. */
export function readLayout(data: BasisData, field: string): Layout {
  const value = own(data, field);
  if (!Array.isArray(value)) throw wrong(data, field, "a list of tensors");
  const shapes = value.map((tensor: unknown) => {
    if (!isRecord(tensor) || typeof tensor["name"] !== "string" || !isNumbers(tensor["shape"]))
      throw wrong(data, field, "a list of names with shapes");
    return [tensor["name"], tensor["shape"]] as const;
  });
  try {
    return layout(Object.fromEntries<Shape>(shapes));
  } catch (error) {
    throw error instanceof EgopError ? wrong(data, field, error.message) : error;
  }
}

/** A field that is a key. */
export function readKey(data: BasisData, field: string): Key {
  const value = own(data, field);
  const words: unknown = isRecord(value) ? value["words"] : undefined;
  if (!isNumbers(words) || words.length !== 4 || !words.every((word) => isCount(word) && word < 4294967296))
    throw wrong(data, field, "a key");
  return { words: [words[0], words[1], words[2], words[3]] };
}

/** A field that is a list. */
export function readList(data: BasisData, field: string): readonly unknown[] {
  const value = own(data, field);
  if (!Array.isArray(value)) throw wrong(data, field, "a list");
  return value;
}

/** A list of names. */
export function readNames(value: unknown): readonly string[] {
  if (!Array.isArray(value) || !value.every((name) => typeof name === "string"))
    throw new StateError("basisFromJSON: expected a list of names.");
  return value;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function own(data: BasisData, field: string): unknown {
  return Object.hasOwn(data, field) ? data[field] : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "number" && Number.isFinite(entry));
}

function wrong(data: BasisData, field: string, expected: string): StateError {
  return new StateError(`basisFromJSON: the field "${field}" of a basis of kind "${data.kind}" is no ${expected}.`);
}
