/**
 * The text of a CSV file as a data set, with everything checked on the way: the columns that a task needs are there, every
 * row has a cell for every column, and every cell is a finite decimal number. The first thing wrong is thrown as a
 * DataSetError that names file, row and column. Rows count from 1 behind the header, as a reader of the data counts.
 *
 * The format is that of lab/data: one header line, cells between commas, no quotes. Other columns may be there and are
 * checked too.
 */
import { DataSetError } from "./errors.ts";

/** Features and classes of all rows, in the order of the file. */
export interface DataSet {
  readonly rows: number;
  /** rows × features, row-major, features in the order in which they were asked for. */
  readonly features: Float64Array;
  /** A class number per row. */
  readonly labels: Float64Array;
}

/** What a task expects of its file. */
export interface DataSetDescription {
  readonly features: readonly string[];
  readonly label: string;
  /** Labels are whole numbers from 0 to this, exclusive. */
  readonly classes: number;
}

/** Reads the text of a file of that name. Throws DataSetError for the first thing that is wrong. */
export function parseDataSet(file: string, text: string, description: DataSetDescription): DataSet {
  const { header, rows } = parseRows(file, text);
  const columnOf = (name: string): number => {
    const column = header.indexOf(name);
    if (column < 0) throw new DataSetError(`${file}: there is no column "${name}".`);
    return column;
  };
  const featureColumns = description.features.map(columnOf);
  const labelColumn = columnOf(description.label);
  const features = Float64Array.from(rows.flatMap((row) => featureColumns.map((column) => row[column])));
  const labels = Float64Array.from(rows, (row) => row[labelColumn]);
  labels.forEach((label, index) => {
    if (!Number.isInteger(label) || label < 0 || label >= description.classes)
      throw new DataSetError(
        `${file}, row ${index + 1}, column "${description.label}": ${label} is no class; ` +
          `expected a whole number from 0 to ${description.classes - 1}.`,
      );
  });
  return { rows: rows.length, features, labels };
}

interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

function parseRows(file: string, text: string): Table {
  const lines = text
    .replace(/^\uFEFF/, "")
    .trimEnd()
    .split(/\r?\n/);
  const header = lines[0].split(",").map((name) => name.trim());
  if (header.length === 1 && header[0] === "") throw new DataSetError(`${file} is empty; expected a header line.`);
  const repeated = header.find((name, column) => header.indexOf(name) !== column);
  if (repeated !== undefined) throw new DataSetError(`${file}: the column "${repeated}" is there twice.`);
  if (lines.length === 1) throw new DataSetError(`${file} has no rows behind its header.`);
  const rows = lines.slice(1).map((line, index) => {
    const cells = line.split(",");
    if (cells.length !== header.length)
      throw new DataSetError(
        `${file}, row ${index + 1}: ${cells.length} cells where the header has ${header.length} columns.`,
      );
    return cells.map((cell, column) => parseCell(cell.trim(), `${file}, row ${index + 1}, column "${header[column]}"`));
  });
  return { header, rows };
}

/** Number() alone would take "", "0x1F" and "Infinity". */
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

function parseCell(cell: string, place: string): number {
  const value = decimal.test(cell) ? Number(cell) : NaN;
  if (!Number.isFinite(value))
    throw new DataSetError(
      cell === "" ? `${place}: the cell is empty.` : `${place}: ${JSON.stringify(cell)} is not a finite number.`,
    );
  return value;
}
