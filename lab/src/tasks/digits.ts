/** The tasks on handwritten digits, read from digits.csv; digits-network.ts has the networks. */
import { join } from "node:path";
import type { DataSet } from "../data-set-text.ts";
import { readDataSet } from "../data-set.ts";
import {
  digitsColumns,
  digitsLargeNetwork,
  digitsNetwork,
  digitsPaperNetwork,
  digitsTask,
  type DigitsNetwork,
} from "./digits-network.ts";
import type { Task } from "./task.ts";

/** The rows of digits.csv. Throws DataSetError for a bad file. */
export function readDigits(folder: string): DataSet {
  return readDataSet(join(folder, "digits.csv"), digitsColumns);
}

function onDigits(network: DigitsNetwork): (folder: string) => Task {
  return (folder) => digitsTask(network, readDigits(folder));
}

/** Loads the digits for the main network. Throws DataSetError for a bad file. */
export const digits: (folder: string) => Task = onDigits(digitsNetwork);

/** The same for the paper's network. */
export const digitsPaper: (folder: string) => Task = onDigits(digitsPaperNetwork);

/** The same for one of 50,826 parameters. */
export const digitsLarge: (folder: string) => Task = onDigits(digitsLargeNetwork);
