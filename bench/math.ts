/**
 * The array forms of the elementary functions beside the engine's own Math in a plain loop: 4096 numbers, medians of
 * tinybench's samples.
 *
 * Run: npm run bench -- math [--json]
 */
import { Bench } from "tinybench";
import * as math from "egop/math";
import type { Suite } from "./row.ts";

const size = 4096;
type Range = (input: Float64Array, from: number, output: Float64Array, to: number, count: number) => void;

const functions: readonly (readonly [string, Range, (x: number) => number])[] = [
  ["exp", math.expRange, Math.exp],
  ["tanh", math.tanhRange, Math.tanh],
  ["log", math.logRange, Math.log],
  ["expm1", math.expm1Range, Math.expm1],
  ["log1p", math.log1pRange, Math.log1p],
  ["sin", math.sinRange, Math.sin],
  ["cos", math.cosRange, Math.cos],
  ["tan", math.tanRange, Math.tan],
  ["atan", math.atanRange, Math.atan],
  ["cbrt", math.cbrtRange, Math.cbrt],
];

export const elementary: Suite = {
  name: "math",
  async run(report) {
    const input = Float64Array.from({ length: size }, (_value, i) => 0.001 + (4 * ((i * 2654435761) % size)) / size);
    const output = new Float64Array(size);
    for (const [name, range, engine] of functions) {
      const bench = new Bench({ time: 300, warmupTime: 100 });
      bench.add("ours", () => range(input, 0, output, 0, size));
      bench.add("engine", () => {
        for (let i = 0; i < size; i++) output[i] = engine(input[i]);
      });
      await bench.run();
      const [milliseconds, peerMilliseconds] = bench.tasks.map(({ result }) =>
        "latency" in result ? result.latency.p50 : NaN,
      );
      report({ name, size, milliseconds, peer: "Math", peerMilliseconds, ratio: peerMilliseconds / milliseconds });
    }
  },
};
