/**
 * Reads the IDX files of MNIST and its relatives (Fashion-MNIST, EMNIST): a magic number, the lengths of the axes as
 * big-endian 32-bit numbers, then unsigned bytes. Format: Y. LeCun, C. Cortes, C. Burges, The MNIST database, 1998.
 *
 * A file may be compressed with gzip, as it is distributed. The first thing wrong is thrown as a DataSetError.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { DataSetError } from "./errors.ts";

/** Unsigned bytes with their shape, row-major. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** The type code of unsigned bytes, the only one that these data sets use. */
const unsignedByte = 0x08;

/** Reads one file with so many axes: 1 for labels, 3 for images. Throws DataSetError for the first thing that is wrong. */
export function readIdx(path: string, axes: number): IdxArray {
  const file = basename(path);
  const bytes = contentOf(path, file);
  if (bytes.length < 4) throw new DataSetError(`${file} has ${bytes.length} bytes; expected a header of at least 4.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const magic = view.getUint32(0);
  const expected = (unsignedByte << 8) | axes;
  if (magic !== expected)
    throw new DataSetError(`${file} begins with the magic number ${hex(magic)}; expected ${hex(expected)}.`);
  const header = 4 + 4 * axes;
  if (bytes.length < header)
    throw new DataSetError(`${file} is cut off: ${bytes.length} bytes, where the header alone has ${header}.`);
  const shape = Array.from({ length: axes }, (_value, axis) => view.getUint32(4 + 4 * axis));
  const size = shape.reduce((product, length) => product * length, 1);
  if (bytes.length - header !== size)
    throw new DataSetError(
      `${file} has ${bytes.length - header} elements; its header says ${shape.join(" × ")}, which is ${size}` +
        `${bytes.length - header < size ? ": it is cut off" : ""}.`,
    );
  return { shape, data: bytes.subarray(header) };
}

function contentOf(path: string, file: string): Uint8Array {
  try {
    const bytes = readFileSync(path);
    return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  } catch (error) {
    throw new DataSetError(`${file} cannot be read (${error instanceof Error ? error.message : String(error)}).`);
  }
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}
