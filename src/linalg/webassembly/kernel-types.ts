/**
 * The functions of modules that compute in a memory of an owner's own. What is needed together comes in a set, so that a
 * bundle has the kernels of what it imports: bytes.ts says what is in which.
 */

/** A module's memory. */
export interface KernelMemory {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
}

/** The bytes of a module, in whose exports there are these functions. */
export type KernelSet<Kernels extends KernelMemory> = (() => Uint8Array<ArrayBuffer>) & { readonly kernels?: Kernels };

/** Products of matrices (resident-kernels.ts). */
export interface ProductKernels extends KernelMemory {
  readonly packRows: (b: number, stride: number, tiles: number, length: number, to: number) => void;
  readonly packColumns: (b: number, stride: number, columns: number, length: number, to: number) => void;
  readonly multiplyRows: (
    a: number,
    strideA: number,
    panels: number,
    c: number,
    strideC: number,
    rows: number,
    columns: number,
    length: number,
    resume: number,
  ) => void;
  readonly multiplyStrip: (
    a: number,
    panels: number,
    c: number,
    strideC: number,
    rows: number,
    columns: number,
    length: number,
    resume: number,
  ) => void;
}

/** Those and products of rows with vectors (row-kernels.ts, symmetric-kernel.ts): for reductions and bases. */
export interface MatrixKernels extends ProductKernels {
  readonly addScaledRows: (a: number, stride: number, rows: number, x: number, y: number, length: number) => void;
  readonly addRowProducts: (a: number, stride: number, rows: number, x: number, y: number, length: number) => void;
  readonly addSymmetricProduct: (a: number, stride: number, size: number, x: number, y: number) => void;
  readonly innerProducts: (a: number, stride: number, rows: number, x: number, to: number, length: number) => void;
}

/** A reflector on a matrix (reflector-kernel.ts). */
export interface ReflectorKernels extends KernelMemory {
  readonly reflect: (
    v: number,
    strideV: number,
    rows: number,
    to: number,
    stride: number,
    columns: number,
    scale: number,
  ) => void;
}

/** A kernel of panel-kernels.ts: the matrix, its number of panels, what is read, what is added to, the number of columns. */
type PanelKernel = (matrix: number, panels: number, from: number, to: number, columns: number) => void;

/** Products of tall matrices in panels with vectors (panel-kernels.ts). */
export interface PanelKernels extends KernelMemory {
  readonly addColumns64: PanelKernel;
  readonly addColumns32: PanelKernel;
  readonly addColumns21: PanelKernel;
  readonly addInnerProducts64: PanelKernel;
  readonly addInnerProducts32: PanelKernel;
  readonly addInnerProducts21: PanelKernel;
}

/** Products, sums, copies and sparse products of a compiled program, and its loops over elements. */
export interface ProgramKernels extends ProductKernels {
  readonly copyRows: (
    from: number,
    strideFrom: number,
    to: number,
    strideTo: number,
    width: number,
    rows: number,
  ) => void;
  readonly repeatNumber: (from: number, to: number, length: number) => void;
  readonly sumRows: (from: number, rows: number, columns: number, to: number) => void;
  readonly outerProducts: (a: number, b: number, c: number, count: number, rows: number, columns: number) => void;
  readonly allFinite: (from: number, length: number) => number;
  readonly listEntries: (
    b: number,
    strideB: number,
    next: number,
    columns: number,
    inner: number,
    strideA: number,
    lists: number,
  ) => number;
  readonly multiplyListed: (
    a: number,
    lists: number,
    c: number,
    strideC: number,
    next: number,
    rows: number,
    columns: number,
    inner: number,
  ) => void;
  /** The loops over elements: their operands, where the result goes, and how many elements. */
  readonly [loop: string]: unknown;
}
