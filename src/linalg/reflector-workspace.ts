/**
 * Where a matrix is worked on reflector by reflector: in the memory of a WebAssembly kernel (webassembly/reflector-kernel.ts), which takes two
 * columns at a time, or where it lies, by the loops of `applyReflector`. The bits are the same.
 */
import { applyReflector } from "./householder.ts";
import { copyRows } from "./product-panels.ts";
import { reflectorKernels } from "./webassembly/bytes.ts";
import { sharedInstance } from "./webassembly/instance.ts";

/** An array, and reflectors on it: both the vector and the columns lie in it. */
export interface ReflectorWorkspace {
  readonly array: Float64Array;
  /** Where what has been copied in begins; behind it there is room. */
  readonly start: number;
  /** As `applyReflector`: of `count` rows, the vector's first number, 1, not stored. */
  readonly apply: (
    vOffset: number,
    vStride: number,
    count: number,
    scale: number,
    offset: number,
    stride: number,
    columns: number,
  ) => void;
}

/** So few numbers are done before a kernel has begun. */
const fewNumbers = 40;
/** The reflector's scale comes first. */
const firstNumber = 2;

/**
 * The kernels' workspace with a copy of rows of `width` numbers, which begin at `from` with `stride` from one to the next, and room for so many more
 * numbers; undefined for few numbers, or without kernels. To be used at once: the next call takes the same memory.
 */
export function reflectorWorkspace(
  data: Float64Array,
  from: number,
  stride: number,
  rows: number,
  width: number,
  room = 0,
): ReflectorWorkspace | undefined {
  const size = rows * width + room;
  if (size < fewNumbers) return undefined;
  // Vectors read one number past the end.
  const shared = sharedInstance(reflectorKernels, firstNumber + size + 1);
  if (shared === null) return undefined;
  const { array, kernels } = shared;
  copyRows(data, from, stride, array, firstNumber, width, rows, width);
  return {
    array,
    start: firstNumber,
    apply(vOffset, vStride, count, scale, offset, rowStride, columns) {
      if (scale === 0 || columns === 0 || count < 2) return;
      array[0] = scale;
      kernels.reflect(8 * (vOffset + vStride), 8 * vStride, count - 1, 8 * offset, 8 * rowStride, columns, 0);
    },
  };
}

/** The array itself as a workspace. */
export function plainWorkspace(array: Float64Array): ReflectorWorkspace {
  return {
    array,
    start: 0,
    apply: (vOffset, vStride, count, scale, offset, stride, columns) =>
      applyReflector(array, vOffset, vStride, count, scale, array, offset, stride, columns),
  };
}
