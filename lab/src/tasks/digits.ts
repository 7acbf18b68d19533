/** The tasks on handwritten digits, read from digits.csv; digits-network.ts has the networks. */
import { join } from "node:path";
import { readDataSet } from "../data-set.ts";
import { digitsColumns, digitsNetwork, digitsPaperNetwork, digitsTask, type DigitsNetwork } from "./digits-network.ts";
import type { Task } from "./task.ts";

function onDigits(network: DigitsNetwork): (folder: string) => Task {
  return (folder) => digitsTask(network, readDataSet(join(folder, "digits.csv"), digitsColumns));
}

/** Loads the digits for the main network. Throws DataSetError for a bad file. */
export const digits: (folder: string) => Task = onDigits(digitsNetwork);

/** The same for the paper's network. */
export const digitsPaper: (folder: string) => Task = onDigits(digitsPaperNetwork);
