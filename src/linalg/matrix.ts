/**
 * A dense matrix: `rows`, `columns`, and its elements row by row in one Float64Array. Plain storage, no arithmetic:
 * products and decompositions are functions in files of their own.
 */
import { ArgumentError, ShapeError } from "../errors.ts";

/**
 * A rows × columns matrix of float64, element (i, j) at `data[i * columns + j]`; either size may be 0.
 *
 * @example new Matrix(2, 2, Float64Array.of(1, 2, 3, 4)).get(1, 0) // 3
 */
export class Matrix {
  readonly rows: number;
  readonly columns: number;
  /** The elements, row-major. Kept, not copied: whoever writes to it changes the matrix. */
  readonly data: Float64Array;

  /**
   * Wraps `data`, or starts with zeros. Throws ShapeError for sizes that are not whole numbers of at least 0, or for
   * data of another length than rows * columns.
   */
  constructor(rows: number, columns: number, data: Float64Array = new Float64Array(checkedSize(rows, columns))) {
    const size = checkedSize(rows, columns);
    if (data.length !== size)
      throw new ShapeError(`Matrix: ${data.length} elements given; a ${rows} × ${columns} matrix has ${size}.`);
    this.rows = rows;
    this.columns = columns;
    this.data = data;
  }

  /**
   * A matrix of the given rows; no rows give a 0 × 0 matrix. Throws ShapeError when their lengths differ.
   *
   * @example Matrix.fromRows([[1, 2], [3, 4]]).toRows() // [[1, 2], [3, 4]]
   */
  static fromRows(rows: readonly (readonly number[])[]): Matrix {
    const columns = rows.length === 0 ? 0 : rows[0].length;
    const matrix = new Matrix(rows.length, columns);
    rows.forEach((row, i) => {
      if (row.length !== columns)
        throw new ShapeError(`Matrix.fromRows: row ${i} has ${row.length} elements; row 0 has ${columns}.`);
      matrix.data.set(row, i * columns);
    });
    return matrix;
  }

  /** The n × n identity. @example Matrix.identity(3).get(2, 2) // 1 */
  static identity(n: number): Matrix {
    const matrix = new Matrix(n, n);
    for (let i = 0; i < n; i++) matrix.data[i * n + i] = 1;
    return matrix;
  }

  /** Element (i, j), counted from 0. Throws ArgumentError outside of the matrix. @example Matrix.identity(2).get(0, 0) // 1 */
  get(i: number, j: number): number {
    return this.data[this.#index(i, j)];
  }

  /** Overwrites element (i, j). Throws ArgumentError outside of the matrix. @example Matrix.identity(2).set(0, 0, 5) // undefined */
  set(i: number, j: number, value: number): void {
    this.data[this.#index(i, j)] = value;
  }

  /** A view (no copy) of row i. Throws ArgumentError for a row that is not there. @example Matrix.identity(2).row(0) // [1, 0] */
  row(i: number): Float64Array {
    if (!(Number.isInteger(i) && i >= 0 && i < this.rows))
      throw new ArgumentError(`Matrix: there is no row ${i} in a ${this.rows} × ${this.columns} matrix.`);
    return this.data.subarray(i * this.columns, (i + 1) * this.columns);
  }

  /** The transpose, as a new matrix. @example Matrix.fromRows([[1, 2]]).transpose().toRows() // [[1], [2]] */
  transpose(): Matrix {
    const { rows, columns, data } = this;
    const result = new Float64Array(data.length);
    // In squares that fit the cache: of two sides, one is always crossed with a stride.
    const side = 16;
    for (let i0 = 0; i0 < rows; i0 += side)
      for (let j0 = 0; j0 < columns; j0 += side) {
        const iEnd = Math.min(i0 + side, rows);
        const jEnd = Math.min(j0 + side, columns);
        for (let i = i0; i < iEnd; i++) for (let j = j0; j < jEnd; j++) result[j * rows + i] = data[i * columns + j];
      }
    return new Matrix(columns, rows, result);
  }

  /** The elements as arrays of numbers, row by row. @example Matrix.identity(2).toRows() // [[1, 0], [0, 1]] */
  toRows(): number[][] {
    return Array.from({ length: this.rows }, (_, i) => Array.from(this.row(i)));
  }

  #index(i: number, j: number): number {
    const { rows, columns } = this;
    if (!(Number.isInteger(i) && Number.isInteger(j) && i >= 0 && i < rows && j >= 0 && j < columns))
      throw new ArgumentError(`Matrix: there is no element (${i}, ${j}) in a ${rows} × ${columns} matrix.`);
    return i * columns + j;
  }
}

/** The number of elements of a matrix of these sizes, which must be whole numbers of at least 0. */
function checkedSize(rows: number, columns: number): number {
  const size = rows * columns;
  if (!(Number.isSafeInteger(rows) && Number.isSafeInteger(columns) && rows >= 0 && columns >= 0))
    throw new ShapeError(`Matrix: ${rows} × ${columns} was asked for; expected whole numbers of at least 0.`);
  return size;
}
