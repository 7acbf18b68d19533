/** Divides a data set into training and test rows, and brings features to a common scale that only training rows decide. */
import { permutation } from "egop/math";
import type { Key } from "egop";
import type { DataSet } from "./data-set-text.ts";

/** Rows to learn from and rows to be judged by. */
export interface Partition {
  readonly training: DataSet;
  readonly test: DataSet;
}

/** The first rows train, the rest test. */
export function firstRows(data: DataSet, trainingRows: number): Partition {
  return byOrder(
    data,
    Array.from({ length: data.rows }, (_, row) => row),
    trainingRows,
  );
}

/** Four fifths of the rows, drawn by key, train; the rest test. */
export function randomRows(data: DataSet, key: Key): Partition {
  return byOrder(data, [...permutation(key, data.rows)], Math.floor(0.8 * data.rows));
}

function byOrder(data: DataSet, order: readonly number[], trainingRows: number): Partition {
  return { training: pick(data, order.slice(0, trainingRows)), test: pick(data, order.slice(trainingRows)) };
}

function pick({ rows, features, labels }: DataSet, chosen: readonly number[]): DataSet {
  const width = features.length / rows;
  const picked = new Float64Array(chosen.length * width);
  chosen.forEach((row, index) => picked.set(features.subarray(row * width, (row + 1) * width), index * width));
  return { rows: chosen.length, features: picked, labels: Float64Array.from(chosen, (row) => labels[row]) };
}

/**
 * Shifts and scales every feature to mean 0 and variance 1 on the training rows, and the test rows by the same numbers.
 * A feature that is constant there becomes 0.
 */
export function standardize({ training, test }: Partition): Partition {
  const { rows, features } = training;
  const width = features.length / rows;
  const means = new Float64Array(width);
  const deviations = new Float64Array(width);
  features.forEach((value, index) => (means[index % width] += value / rows));
  features.forEach((value, index) => {
    const difference = value - means[index % width];
    deviations[index % width] += (difference * difference) / rows;
  });
  const scaled = (part: DataSet): DataSet => ({
    ...part,
    features: part.features.map((value, index) => {
      const deviation = Math.sqrt(deviations[index % width]);
      return deviation > 0 ? (value - means[index % width]) / deviation : 0;
    }),
  });
  return { training: scaled(training), test: scaled(test) };
}
