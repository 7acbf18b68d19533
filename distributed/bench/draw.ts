/** The figures of the benchmark as one picture of three panels, on logarithmic scales. */
import * as Plot from "@observablehq/plot";
import { draw as drawPanel, logarithmic } from "egop-lab/dist/chart.js";
import { pictureOf } from "egop-lab/dist/figure.js";

export interface BenchFigures {
  readonly throughput: readonly { readonly workers: number; readonly samplesPerSecond: number }[];
  readonly bytes: readonly { readonly form: string; readonly dimension: number; readonly bytes: number }[];
  readonly memory: readonly { readonly jobs: number; readonly megabytes: number; readonly kind: string }[];
  /** Of the machine, over 1, 5 and 15 minutes, at the end. */
  readonly load: readonly number[];
}

const margins = { marginLeft: 62, marginTop: 30, marginBottom: 42, marginRight: 12 };

/** A line for each value of column `z`, with that value above its end. */
function namedLines(
  points: Plot.Data,
  { dy, ...columns }: { readonly x: string; readonly y: string; readonly z: string; readonly dy: number },
): Plot.Markish[] {
  return [
    Plot.lineY(points, { ...columns, marker: true, stroke: "var(--egop)" }),
    Plot.text(points, Plot.selectLast({ ...columns, text: columns.z, dy, textAnchor: "end" })),
  ];
}

/** The whole SVG document. */
export function draw({ throughput, bytes, memory }: BenchFigures): string {
  const most = Math.max(...throughput.map(({ samplesPerSecond }) => samplesPerSecond));
  const largest = Math.max(...bytes.map((point) => point.bytes));
  return pictureOf(
    "What estimates in parts cost",
    [],
    [
      {
        title: "samples per second",
        draw: (size) =>
          drawPanel(
            {
              ...{ ...size, ...margins },
              x: { label: "worker processes", type: "log", domain: [1, 4], ticks: [1, 2, 4], tickFormat: String },
              y: { label: "samples/s", domain: [0, most * 1.05] },
              marks: [
                Plot.gridY({ strokeOpacity: 0.12 }),
                Plot.lineY(throughput, { x: "workers", y: "samplesPerSecond", marker: true, stroke: "var(--egop)" }),
              ],
            },
            "Samples per second against the number of worker processes.",
          ),
      },
      {
        title: "bytes of a result",
        draw: (size) =>
          drawPanel(
            {
              ...{ ...size, ...margins },
              x: {
                label: "parameters",
                type: "log",
                domain: [64, 16384],
                ticks: [100, 1000, 10000],
                tickFormat: String,
              },
              y: logarithmic("bytes", 500, largest),
              marks: [
                Plot.gridY({ strokeOpacity: 0.12 }),
                ...namedLines(bytes, { x: "dimension", y: "bytes", z: "form", dy: -8 }),
              ],
            },
            "Bytes of a result against the number of parameters, for each form of the accumulator.",
          ),
      },
      {
        title: "coordinator's memory",
        draw: (size) =>
          drawPanel(
            {
              ...{ ...size, ...margins },
              x: { label: "jobs", type: "log", domain: [4, 1024], ticks: [4, 16, 64, 256, 1024], tickFormat: String },
              y: { label: "megabytes", domain: [0, 1.1 * Math.max(...memory.map(({ megabytes }) => megabytes))] },
              marks: [
                Plot.gridY({ strokeOpacity: 0.12 }),
                ...namedLines(memory, { x: "jobs", y: "megabytes", z: "kind", dy: -10 }),
              ],
            },
            "Memory of the coordinator against the number of jobs: the most that it had, and the most that was in use.",
          ),
      },
    ],
  );
}
