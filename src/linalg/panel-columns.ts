/**
 * A tall matrix V (d × r) prepared for many products with vectors, V·c and Vᵀ·x, at the speed at which the memory delivers
 * it: 2·d·r operations each. Kept in panels of eight rows, all first elements of them side by side, then all second ones, …,
 * so that both products walk through it in order and work on two rows at a time.
 *
 * The elements are doubles, singles or thirds of doubles (packed-thirds.ts): a half or a third of the memory to read. Each is
 * a double again before it is used, so the products are exact to round-off of doubles for the matrix that is kept, which is V
 * rounded.
 *
 * Order: an element of V·c is summed in ascending order of the columns, from what it is added to; of Vᵀ·x the products of
 * the even rows and those of the odd rows are summed apart, each in ascending order, and then the two sums added. The bits
 * are the same with WebAssembly and without.
 */
import { Matrix } from "./matrix.ts";
import { packThirds, thirdPanelRows } from "./packed-thirds.ts";
import { residentMemory, residentStart } from "./resident.ts";
import { panelKernels } from "./webassembly/bytes.ts";
import { thirdsMargin } from "./webassembly/workspace.ts";

/** How the elements of a matrix are kept. */
export type Precision = "double" | "single" | "third";

/** Whether a value names a precision. */
export function isPrecision(value: unknown): value is Precision {
  return value === "double" || value === "single" || value === "third";
}

/** The matrix, ready for products; one call runs at a time. */
export interface PanelColumns {
  /** coefficients ← Vᵀ x; r and d elements. */
  coefficients(x: Float64Array, coefficients: Float64Array): void;
  /** out ← start + V c, or V c; d, r and d elements. */
  combination(start: Float64Array | undefined, c: Float64Array, out: Float64Array): void;
  /** out ← x + V f(Vᵀ x), where `change` applies f in place; x is read into the workspace once. */
  update(x: Float64Array, change: (coefficients: Float64Array) => void, out: Float64Array): void;
}

/** A panel's rows, but for thirds. */
const panelRows = 8;
/** So many panels are walked through forwards where the strips of them are taken from the last to the first. */
const strip = 64;
/** From so many elements on, memory of its own pays. */
const residentSize = 16384;

/** Panels of a form of elements: their rows and bytes, how many there are, and the doubles of the matrix and a vector. */
interface PanelSizes {
  readonly height: number;
  readonly panelBytes: number;
  readonly panels: number;
  readonly matrixDoubles: number;
  /** For as many rows as the matrix has. */
  readonly vectorDoubles: number;
}

function sizesOf(form: Precision, rows: number, width: number): PanelSizes {
  const height = form === "third" ? thirdPanelRows : panelRows;
  const panelBytes = (form === "double" ? 64 : 32) * width;
  const panels = Math.ceil(rows / height);
  const vectorDoubles = panels * height;
  const elements = vectorDoubles * width;
  const matrixDoubles = { double: elements, single: elements / 2, third: thirdsMargin / 8 + elements / 3 }[form];
  return { height, panelBytes, panels, matrixDoubles, vectorDoubles };
}

/**
 * Copies a matrix into panels. Memory: 8, 4 or 8/3 bytes an element, rows filled up to a multiple of 8, for thirds of 12, and
 * columns of 2. Where there is no WebAssembly, thirds are kept as the doubles that they stand for.
 */
export function panelColumns(matrix: Matrix, precision: Precision): PanelColumns {
  const { rows, columns } = matrix;
  const width = evenWidth(matrix);
  const thirds = precision === "third" ? packThirds(matrix, width) : undefined;
  const total = (form: Precision): number => {
    const { matrixDoubles, vectorDoubles } = sizesOf(form, rows, width);
    return matrixDoubles + vectorDoubles + 3 * width;
  };
  const memory = rows * width < residentSize ? null : residentMemory(panelKernels, total(precision));
  const form = memory === null && precision === "third" ? "double" : precision;
  const { height, panelBytes, panels, matrixDoubles, vectorDoubles } = sizesOf(form, rows, width);
  const first = memory === null ? 0 : residentStart;
  const array = memory === null ? new Float64Array(total(form)) : memory.array;
  const kept =
    form === "single"
      ? new Float32Array(array.buffer, 8 * first, 2 * matrixDoubles)
      : array.subarray(first, first + matrixDoubles);
  if (form === "third" && thirds !== undefined)
    new Uint8Array(array.buffer, 8 * first + thirdsMargin, thirds.bytes.length).set(thirds.bytes);
  else fill(kept, thirds?.kept ?? matrix, width);

  const vectorStart = first + matrixDoubles;
  const vector = array.subarray(vectorStart, vectorStart + vectorDoubles);
  const factorStart = vectorStart + vectorDoubles;
  const factors = array.subarray(factorStart, factorStart + width);
  const sumStart = factorStart + width;
  const sums = array.subarray(sumStart, sumStart + 2 * width);
  const given = vector.subarray(0, rows);
  const used = factors.subarray(0, columns);

  function read(x: Float64Array): void {
    given.set(x);
    vector.fill(0, rows);
  }
  /** out ← vector. Rows of zeros have added nothing, to the bit. */
  function write(start: Float64Array | undefined, out: Float64Array): void {
    for (const row of thirds?.zeroRows ?? []) vector[row] = start === undefined ? 0 : start[row];
    out.set(given);
  }

  const suffix = ({ double: "64", single: "32", third: "21" } as const)[form];
  const add = memory?.kernels[`addColumns${suffix}`];
  const inner = memory?.kernels[`addInnerProducts${suffix}`];
  /** vector ← vector + V factors, from the end on, which the caches still hold from Vᵀx: a quarter less time for doubles. */
  function addColumns(): void {
    if (width === 0 || rows === 0) return;
    if (add === undefined) addColumnsHere(kept, panels, width, factors, vector);
    else
      for (let end = panels; end > 0; end -= strip) {
        const begin = Math.max(0, end - strip);
        const vectorAt = 8 * (vectorStart + begin * height);
        add(8 * first + begin * panelBytes, end - begin, 8 * factorStart, vectorAt, width);
      }
  }
  /** out ← Vᵀ vector. */
  function innerProducts(out: Float64Array): void {
    sums.fill(0);
    if (width > 0 && rows > 0) {
      if (inner === undefined) addInnerProductsHere(kept, panels, width, vector, sums);
      else inner(8 * first, panels, 8 * vectorStart, 8 * sumStart, width);
    }
    for (let k = 0; k < columns; k++) out[k] = sums[2 * k] + sums[2 * k + 1];
  }
  return {
    coefficients(x, coefficients): void {
      read(x);
      innerProducts(coefficients);
    },
    combination(start, c, out): void {
      if (start === undefined) vector.fill(0);
      else read(start);
      used.set(c);
      addColumns();
      write(start, out);
    },
    update(x, change, out): void {
      read(x);
      innerProducts(factors);
      change(used);
      addColumns();
      write(x, out);
    },
  };
}

/** The matrix that panels keep. */
export function keptMatrix(matrix: Matrix, precision: Precision): Matrix {
  if (precision === "double") return matrix;
  if (precision === "third") return packThirds(matrix, evenWidth(matrix)).kept;
  const { rows, columns, data } = matrix;
  return new Matrix(rows, columns, Float64Array.from(data, Math.fround));
}

function evenWidth({ columns }: Matrix): number {
  return 2 * Math.ceil(columns / 2);
}

/** Panel by panel; what is missing in the last panel and column is zero, and stays so. */
function fill(kept: Float64Array | Float32Array, { rows, columns, data }: Matrix, width: number): void {
  kept.fill(0);
  for (let i = 0; i < rows; i++) {
    const row = i % panelRows;
    const start = (i - row) * width + row;
    for (let k = 0; k < columns; k++) kept[start + k * panelRows] = data[i * columns + k];
  }
}

/** What the kernel addColumns does. */
function addColumnsHere(
  kept: Float64Array | Float32Array,
  panels: number,
  width: number,
  factors: Float64Array,
  vector: Float64Array,
): void {
  let at = 0;
  for (let i = 0; i < panels * panelRows; i += panelRows) {
    let v0 = vector[i];
    let v1 = vector[i + 1];
    let v2 = vector[i + 2];
    let v3 = vector[i + 3];
    let v4 = vector[i + 4];
    let v5 = vector[i + 5];
    let v6 = vector[i + 6];
    let v7 = vector[i + 7];
    for (let k = 0; k < width; k++) {
      const factor = factors[k];
      v0 += kept[at] * factor;
      v1 += kept[at + 1] * factor;
      v2 += kept[at + 2] * factor;
      v3 += kept[at + 3] * factor;
      v4 += kept[at + 4] * factor;
      v5 += kept[at + 5] * factor;
      v6 += kept[at + 6] * factor;
      v7 += kept[at + 7] * factor;
      at += panelRows;
    }
    vector[i] = v0;
    vector[i + 1] = v1;
    vector[i + 2] = v2;
    vector[i + 3] = v3;
    vector[i + 4] = v4;
    vector[i + 5] = v5;
    vector[i + 6] = v6;
    vector[i + 7] = v7;
  }
}

/** What the kernel addInnerProducts does. */
function addInnerProductsHere(
  kept: Float64Array | Float32Array,
  panels: number,
  width: number,
  vector: Float64Array,
  sums: Float64Array,
): void {
  let at = 0;
  for (let i = 0; i < panels * panelRows; i += panelRows) {
    const x0 = vector[i];
    const x1 = vector[i + 1];
    const x2 = vector[i + 2];
    const x3 = vector[i + 3];
    const x4 = vector[i + 4];
    const x5 = vector[i + 5];
    const x6 = vector[i + 6];
    const x7 = vector[i + 7];
    for (let k = 0; k < 2 * width; k += 2) {
      sums[k] = sums[k] + kept[at] * x0 + kept[at + 2] * x2 + kept[at + 4] * x4 + kept[at + 6] * x6;
      sums[k + 1] = sums[k + 1] + kept[at + 1] * x1 + kept[at + 3] * x3 + kept[at + 5] * x5 + kept[at + 7] * x7;
      at += panelRows;
    }
  }
}
