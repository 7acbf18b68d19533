/** The digits networks that the EGOP benchmarks are about. */
import { readFileSync } from "node:fs";
import {
  affine,
  differentiable,
  layout,
  mean,
  relu,
  softmaxCrossEntropy,
  type Layout,
  type Objective,
  type StochasticObjective,
} from "egop";

export const trainingRows = 1437;
export const digitsFile = new URL("../../lab/data/digits.csv", import.meta.url);

/** Layers of these widths, ReLU between them, and their loss on the full batch and on batches of 256. */
export interface DigitsNetwork {
  readonly model: Layout;
  readonly full: Objective;
  readonly batches: StochasticObjective;
}

function digits(): { x: Float64Array; label: Float64Array } {
  const rows = readFileSync(digitsFile, "utf8")
    .trim()
    .split("\n")
    .slice(1, 1 + trainingRows)
    .map((line) => line.split(",").map(Number));
  return {
    x: Float64Array.from(rows.flatMap((row) => row.slice(0, 64).map((pixel) => pixel / 16))),
    label: Float64Array.from(rows, (row) => row[64]),
  };
}

export function digitsNetwork(...hidden: readonly number[]): DigitsNetwork {
  const widths = [64, ...hidden, 10];
  const shapes = widths
    .slice(1)
    .flatMap((width, k) => [[`W${k + 1}`, [widths[k], width]] as const, [`b${k + 1}`, [width]] as const]);
  const model = layout(Object.fromEntries<readonly number[]>(shapes));
  const loss = (rows: number): ReturnType<typeof differentiable<string, { x: number[]; label: number[] }>> =>
    differentiable(model, { x: [rows, 64], label: [rows] }, (p, { x, label }) => {
      const last = widths.length - 1;
      const scores = widths.slice(1).reduce((value, _width, k) => {
        const layer = affine(value, p[`W${k + 1}`], p[`b${k + 1}`]);
        return k + 1 < last ? relu(layer) : layer;
      }, x);
      return mean(softmaxCrossEntropy(scores, label));
    });
  return { model, full: loss(trainingRows).on(digits()), batches: loss(256).onBatches(digits()) };
}
