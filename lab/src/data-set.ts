/** Reads a data set from a CSV file; data-set-text.ts says what is checked. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { parseDataSet, type DataSet, type DataSetDescription } from "./data-set-text.ts";
import { DataSetError } from "./errors.ts";

/** Reads and checks one file. Throws DataSetError for the first thing that is wrong. */
export function readDataSet(path: string, description: DataSetDescription): DataSet {
  return parseDataSet(basename(path), readText(path), description);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new DataSetError(`${path} cannot be read (${error instanceof Error ? error.message : String(error)}).`);
  }
}
