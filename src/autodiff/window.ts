/** The moving window of convolutions and poolings: its options, and how many places it takes. */
import { ArgumentError } from "../errors.ts";
import { reshape } from "./structure.ts";
import type { Tensor } from "./tensor.ts";

/** One number for all axes of the window, or one for each. */
export type PerAxis = number | readonly number[];

/** How a window moves over rows and columns of an image. */
export interface Window {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  /** Rows added above and below, columns added left and right. */
  readonly padding: readonly [number, number];
  /** The distance between neighbors in the window, 1 for adjacent ones. */
  readonly dilation: readonly [number, number];
}

/** How many places the window takes along one axis of this length (0: rows, 1: columns). */
export function placesAlong({ size, stride, padding, dilation }: Window, axis: 0 | 1, length: number): number {
  const extent = dilation[axis] * (size[axis] - 1) + 1;
  return Math.floor((length + 2 * padding[axis] - extent) / stride[axis]) + 1;
}

/** What makes two windows different, for the attributes of a primitive. */
export const attributesOf = (window: Window): Readonly<Record<string, readonly number[]>> => ({
  size: window.size,
  stride: window.stride,
  padding: window.padding,
  dilation: window.dilation,
});

/** How a window moves, as a caller says it. */
interface WindowOptions {
  readonly stride?: PerAxis;
  readonly padding?: PerAxis;
  readonly dilation?: PerAxis;
}

/** The window of an operation. Throws ArgumentError for options that are not whole numbers in their range. */
export function windowOf(name: string, size: readonly number[], options: WindowOptions): Window {
  const { stride = 1, padding = 0, dilation = 1 } = options;
  return {
    size: [size[0], size[1]],
    stride: perAxis(`${name}: stride`, stride, 1),
    padding: perAxis(`${name}: padding`, padding, 0),
    dilation: perAxis(`${name}: dilation`, dilation, 1),
  };
}

export function perAxis(what: string, value: PerAxis, least: number): [number, number] {
  const [rows, columns, ...more] = typeof value === "number" ? [value, value] : value;
  if (more.length > 0) throw new ArgumentError(`${what} has ${more.length + 2} numbers; expected one for each axis.`);
  return [wholeNumber(what, rows, least), wholeNumber(what, columns, least)];
}

export function wholeNumber(what: string, value: number, least: number): number {
  if (!Number.isSafeInteger(value) || value < least)
    throw new ArgumentError(`${what} is ${value}; expected a whole number of at least ${least}.`);
  return value;
}

/** A sequence is an image of one row. */
export function withRow(x: Tensor): Tensor {
  return reshape(x, [x.shape[0], x.shape[1], 1, x.shape[2]]);
}

export function dropRow(x: Tensor): Tensor {
  return reshape(x, [x.shape[0], x.shape[1], x.shape[3]]);
}

export function afterRow(value: PerAxis, forRow: number): readonly number[] {
  return [forRow, ...(typeof value === "number" ? [value] : value)];
}
