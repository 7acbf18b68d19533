/**
 * A tall matrix V (d × r) prepared for many products with vectors, V·c and Vᵀ·x, at the speed at which the memory delivers
 * it: 2·d·r operations each. Kept in panels of eight rows, all first elements of them side by side, then all second ones, …,
 * so that both products walk through it in order and work on two rows at a time.
 *
 * The elements are doubles, or singles: half the memory to read, each a double again before it is used, so the products are
 * exact to round-off of doubles for the matrix that is kept, V rounded to singles.
 *
 * Order: an element of V·c is summed in ascending order of the columns, from what it is added to; of Vᵀ·x the products of
 * the even rows and those of the odd rows are summed apart, each in ascending order, and then the two sums added. The bits
 * are the same with WebAssembly and without.
 */
import type { Matrix } from "./matrix.ts";
import { residentMemory, residentStart } from "./resident.ts";

/** How the elements of a matrix are kept. */
export type Precision = "double" | "single";

/** The matrix, ready for products; one call runs at a time. */
export interface PanelColumns {
  /** coefficients ← Vᵀ x; r and d elements. */
  coefficients(x: Float64Array, coefficients: Float64Array): void;
  /** out ← start + V c, or V c; d, r and d elements. */
  combination(start: Float64Array | undefined, c: Float64Array, out: Float64Array): void;
  /** out ← x + V f(Vᵀ x), where `change` applies f in place; x is read into the workspace once. */
  update(x: Float64Array, change: (coefficients: Float64Array) => void, out: Float64Array): void;
}

/** A panel's rows. */
const panelRows = 8;
/** From so many elements on, memory of its own pays. */
const residentSize = 16384;

/** Copies a matrix into panels. Memory: 8 or 4 bytes an element, rows and columns filled up to multiples of 8 and 2. */
export function panelColumns(matrix: Matrix, precision: Precision): PanelColumns {
  const { rows, columns } = matrix;
  const panels = Math.ceil(rows / panelRows);
  const width = 2 * Math.ceil(columns / 2);
  const elements = panels * panelRows * width;
  const matrixDoubles = precision === "double" ? elements : elements / 2;
  const size = matrixDoubles + panels * panelRows + 3 * width;
  const memory = elements < residentSize ? null : residentMemory(size);
  const first = memory === null ? 0 : residentStart;
  const array = memory === null ? new Float64Array(size) : memory.array;
  const kept =
    precision === "double"
      ? array.subarray(first, first + elements)
      : new Float32Array(array.buffer, 8 * first, elements);
  fill(kept, matrix, width);

  const vectorStart = first + matrixDoubles;
  const vector = array.subarray(vectorStart, vectorStart + panels * panelRows);
  const factorStart = vectorStart + panels * panelRows;
  const factors = array.subarray(factorStart, factorStart + width);
  const sumStart = factorStart + width;
  const sums = array.subarray(sumStart, sumStart + 2 * width);
  const given = vector.subarray(0, rows);
  const used = factors.subarray(0, columns);

  const kernels = memory?.kernels;
  const [add, inner] =
    precision === "double"
      ? [kernels?.addColumns64, kernels?.addInnerProducts64]
      : [kernels?.addColumns32, kernels?.addInnerProducts32];
  /** vector ← vector + V factors. */
  function addColumns(): void {
    if (width === 0 || rows === 0) return;
    if (add === undefined) addColumnsHere(kept, panels, width, factors, vector);
    else add(8 * first, panels, 8 * factorStart, 8 * vectorStart, width);
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
      given.set(x);
      innerProducts(coefficients);
    },
    combination(start, c, out): void {
      if (start === undefined) given.fill(0);
      else given.set(start);
      used.set(c);
      addColumns();
      out.set(given);
    },
    update(x, change, out): void {
      given.set(x);
      innerProducts(factors);
      change(used);
      addColumns();
      out.set(given);
    },
  };
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
