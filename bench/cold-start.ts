/**
 * From nothing to a first gradient: a fresh process of Node imports the built package, makes the objective of a network on
 * 100 digits and evaluates its gradient once: by egop/autodiff, which is all that this needs, and by the front door. Medians
 * of 15 processes. The time of the process itself until it runs a line is a row of its own, and so is the CPU time, which
 * says more on a machine that is busy with other things.
 *
 * Run: npm run bench -- cold-start [--json]
 */
import { execFileSync } from "node:child_process";
import type { Suite } from "./row.ts";

const processes = 15;

/** What each process runs; it prints milliseconds. */
const program = (subpath: string): string => `
const before = process.cpuUsage();
const start = performance.now();
const { affine, differentiable, layout, mean, softmaxCrossEntropy, tanh } = await import("${subpath}");
const imported = performance.now();
const model = layout({ W1: [64, 16], b1: [16], W2: [16, 10], b2: [10] });
const loss = differentiable(model, { x: [100, 64], label: [100] }, (p, { x, label }) =>
  mean(softmaxCrossEntropy(affine(tanh(affine(x, p.W1, p.b1)), p.W2, p.b2), label)));
const objective = loss.on({ x: new Float64Array(6400).fill(0.3), label: new Float64Array(100) });
const gradient = new Float64Array(model.size);
objective.valueAndGradient(new Float64Array(model.size).fill(0.1), gradient);
const done = performance.now();
const after = process.cpuUsage(before);
const cpu = (after.user + after.system) / 1000;
const startCpu = (before.user + before.system) / 1000;
console.log(JSON.stringify({ start, startCpu, imports: imported - start, total: done - start, cpu }));
`;

interface Times {
  readonly start: number;
  readonly startCpu: number;
  readonly imports: number;
  readonly total: number;
  readonly cpu: number;
}

export const coldStart: Suite = {
  name: "cold-start",
  run(report) {
    for (const subpath of ["egop/autodiff", "egop"]) {
      const times = Array.from({ length: processes }, () => {
        const text = execFileSync(process.execPath, ["--input-type=module", "--eval", program(subpath)]).toString();
        return JSON.parse(text) as Times;
      });
      const median = (field: keyof Times): number => times.map((t) => t[field]).sort((a, b) => a - b)[processes >> 1];
      const row = (name: string, field: keyof Times): void =>
        report({ name, size: processes, milliseconds: median(field), peer: null, peerMilliseconds: null, ratio: null });
      row(`import of ${subpath} and first gradient`, "total");
      row("of which the import", "imports");
      row("their CPU time", "cpu");
      row("Node's own start before", "start");
      row("its CPU time", "startCpu");
    }
  },
};
