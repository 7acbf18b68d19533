import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../src/errors.ts";
import { Matrix } from "../../src/linalg/matrix.ts";

const matrices = fc.tuple(fc.nat(40), fc.nat(40)).map(
  ([rows, columns]) =>
    new Matrix(
      rows,
      columns,
      Float64Array.from({ length: rows * columns }, (_, k) => k),
    ),
);

describe("Matrix", () => {
  it("keeps element (i, j) at i * columns + j, and its transpose at j * rows + i", () => {
    fc.assert(
      fc.property(matrices, (matrix) => {
        const transposed = matrix.transpose();
        expect([transposed.rows, transposed.columns]).toEqual([matrix.columns, matrix.rows]);
        for (let i = 0; i < matrix.rows; i++)
          for (let j = 0; j < matrix.columns; j++)
            if (matrix.get(i, j) !== i * matrix.columns + j || transposed.get(j, i) !== matrix.get(i, j))
              throw new Error(`element (${i}, ${j})`);
        expect(transposed.transpose()).toEqual(matrix);
      }),
    );
  });

  it("goes to rows of numbers and back", () => {
    const rows = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    expect(Matrix.fromRows(rows).toRows()).toEqual(rows);
    expect(Matrix.fromRows([])).toEqual(new Matrix(0, 0));
    expect(Matrix.fromRows([[], []])).toEqual(new Matrix(2, 0));
    expect(Matrix.identity(2).toRows()).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  it("shares its data with the caller and with the views of its rows", () => {
    const data = new Float64Array(4);
    const matrix = new Matrix(2, 2, data);
    matrix.row(1)[0] = 5;
    matrix.set(0, 1, 7);
    expect(Array.from(data)).toEqual([0, 7, 5, 0]);
  });

  it("refuses sizes and places that do not exist", () => {
    expect(() => new Matrix(2, 2, new Float64Array(3))).toThrow(
      new ShapeError("Matrix: 3 elements given; a 2 × 2 matrix has 4."),
    );
    for (const size of [-1, 0.5, NaN, Infinity])
      expect(() => new Matrix(size, 1)).toThrow(
        new ShapeError(`Matrix: ${size} × 1 was asked for; expected whole numbers of at least 0.`),
      );
    expect(() => Matrix.fromRows([[1, 2], [3]])).toThrow(
      new ShapeError("Matrix.fromRows: row 1 has 1 elements; row 0 has 2."),
    );
    const matrix = new Matrix(2, 3);
    for (const [i, j] of [
      [2, 0],
      [0, 3],
      [-1, 0],
      [0, 0.5],
    ])
      expect(() => matrix.get(i, j)).toThrow(
        new ArgumentError(`Matrix: there is no element (${i}, ${j}) in a 2 × 3 matrix.`),
      );
    expect(() => matrix.set(0, 3, 1)).toThrow(ArgumentError);
    expect(() => matrix.row(2)).toThrow(new ArgumentError("Matrix: there is no row 2 in a 2 × 3 matrix."));
  });
});
