/**
 * Elements of a matrix in a third of a double each: three share 64 bits, and each is read as a double without being taken
 * apart. Its first 20 or 24 bits (sign, 11 bits of exponent, 8 or 12 bits after the leading one) are its own; the bits
 * behind, which a double has too, are its neighbors'. So the value kept is the given one to within 2⁻⁹ or 2⁻¹³ of it, and a
 * definite double: whoever uses the matrix that is kept, `kept`, computes as exactly as with any other.
 *
 *   the 64 bits:    a, 20 bits | b, 20 bits | c, 24 bits
 *   a: the 64 bits;   b: shifted left by 20;   c: shifted left by 40, or read 5 bytes earlier, from the bits before it
 *
 * An element that is 0 would be read as a subnormal number, with which processors are slow: it is kept as ±2⁻²⁰⁰, which no
 * sum of others sees. Rows that are 0 from end to end are listed, for those to whom even that is too much.
 *
 * Order: panels of twelve rows, all their first elements, then all their second ones, …; twelve rows of a column are four
 * times 64 bits: a, b and c of rows 0, 2, 4, then of 1, 3, 5, and the same six rows further on.
 */
import { Matrix } from "./matrix.ts";

/** Rows in a panel. */
export const thirdPanelRows = 12;
/** What columns of nothing but zeros have at most as the sum of their squares, which then stands for 0: 2⁻³⁰⁰. */
export const negligibleSquare = 4.909093465297727e-91;

/** High word of 2⁻²⁰⁰. */
const tiny = (1023 - 200) << 20;

/** A matrix in thirds of doubles. */
export interface PackedThirds {
  /** The bits; what is read before them must be 0. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What they mean. */
  readonly kept: Matrix;
  /** The rows that were 0 from end to end. */
  readonly zeroRows: readonly number[];
}

/** Packs a matrix, whose columns are filled up to `width`. Packing the matrix that is kept gives the same bits. */
export function packThirds(given: Matrix, width: number): PackedThirds {
  const kept = new Matrix(given.rows, given.columns);
  const panels = Math.ceil(given.rows / thirdPanelRows);
  const bits = new DataView(new ArrayBuffer(32 * panels * width));
  const double = new DataView(new ArrayBuffer(8));

  /** The first half of an element's bits, without sign and with it. */
  let magnitude = 0;
  let sign = 0;
  function readHigh(i: number, k: number): void {
    const value = i < given.rows && k < given.columns ? given.data[i * given.columns + k] : 0;
    double.setFloat64(0, value);
    const high = double.getUint32(0);
    sign = high >>> 31;
    magnitude = Math.max(high & 0x7fffffff, tiny);
  }
  function keep(i: number, k: number, high: number, low: number): void {
    if (i >= given.rows || k >= given.columns) return;
    double.setUint32(0, high);
    double.setUint32(4, low);
    kept.data[i * given.columns + k] = double.getFloat64(0);
  }

  // The 64 bits before.
  let highBefore = 0;
  let lowBefore = 0;
  for (let lane = 0; lane < 4 * panels * width; lane++) {
    const column = lane >> 2;
    const k = column % width;
    const first = ((column - k) / width) * thirdPanelRows + 6 * ((lane >> 1) & 1) + (lane & 1);
    // Each is rounded so that it is nearest to what is given with the bits that stand behind it.
    readHigh(first + 4, k);
    const c = (((magnitude - (highBefore >>> 24) + 0x80) >>> 8) | (sign << 23)) >>> 0;
    readHigh(first + 2, k);
    const b = ((magnitude - (c >>> 12) + 0x800) >>> 12) | (sign << 19);
    readHigh(first, k);
    const a = ((magnitude - (b >>> 8) + 0x800) >>> 12) | (sign << 19);
    const high = ((a << 12) | (b >>> 8)) >>> 0;
    const low = ((b << 24) | c) >>> 0;
    bits.setUint32(8 * lane, low, true);
    bits.setUint32(8 * lane + 4, high, true);
    keep(first, k, high, low);
    keep(first + 2, k, (b << 12) | (c >>> 12), c << 20);
    keep(first + 4, k, (c << 8) | (highBefore >>> 24), (highBefore << 8) | (lowBefore >>> 24));
    highBefore = high;
    lowBefore = low;
  }
  return { bytes: new Uint8Array(bits.buffer), kept, zeroRows: zeroRowsOf(given) };
}

function zeroRowsOf({ rows, columns, data }: Matrix): number[] {
  const found: number[] = [];
  for (let i = 0; i < rows; i++) {
    let k = i * columns;
    while (k < (i + 1) * columns && data[k] === 0) k++;
    if (k === (i + 1) * columns) found.push(i);
  }
  return found;
}
