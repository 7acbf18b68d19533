/**
 * What estimates in parts cost: samples per second against workers, bytes of a result against dimension and rank, memory of
 * the coordinator against jobs. Run in the root folder, after a build: `node distributed/bench/dist/run.js`. Prints the
 * figures as JSON and draws them to docs/distributed.svg. Needs redis-server.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { accumulate, gaussian, kroneckerMarginals, layout, stateToText, tensorBlocks, type MomentForm } from "egop";
import { estimateDistributed } from "egop-distributed";
import { draw, type BenchFigures } from "./draw.ts";

const port = 6399;
const redis = `redis://127.0.0.1:${port}`;
const objectives = "distributed/objectives";

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function startWorkers(count: number): Promise<ChildProcess[]> {
  const flags = ["lab/dist/main.js", "worker", "--redis", redis, "--objectives", objectives, "--lock", "60"];
  const workers = Array.from({ length: count }, () =>
    spawn(process.execPath, flags, { stdio: ["ignore", "ignore", "pipe"] }),
  );
  await Promise.all(workers.map(({ stderr }) => new Promise<void>((resolve) => stderr.on("data", () => resolve()))));
  return workers;
}

async function end(workers: readonly ChildProcess[]): Promise<void> {
  await Promise.all(
    workers.map((worker) => {
      worker.kill("SIGTERM");
      return new Promise((resolve) => worker.on("exit", resolve));
    }),
  );
}

/** Samples per second of the digits' estimate on 1, 2 and 4 worker processes: medians of three. */
async function throughput(): Promise<BenchFigures["throughput"]> {
  const figures: { workers: number; samplesPerSecond: number }[] = [];
  for (const count of [1, 2, 4]) {
    const workers = await startWorkers(count);
    const once = async (samples: number): Promise<number> => {
      const begin = performance.now();
      await estimateDistributed("digits.js", { samples, samplesPerJob: 64, root: objectives, redis, interval: 10 });
      return (1000 * samples) / (performance.now() - begin);
    };
    // Threads start, and programs are compiled, with the first jobs.
    await once(64 * 2 * count);
    figures.push({ workers: count, samplesPerSecond: median([await once(512), await once(512), await once(512)]) });
    console.error(figures.at(-1));
    await end(workers);
  }
  return figures;
}

/** Bytes of the state of 256 samples of an n × n matrix. */
function bytesPerJob(): BenchFigures["bytes"] {
  const figures: { form: string; dimension: number; bytes: number }[] = [];
  for (const side of [8, 16, 32, 64, 128]) {
    const model = layout({ W: [side, side] });
    const dimension = model.size;
    const objective = {
      ...{ dimension, layout: model },
      valueAndGradient(point: Float64Array, out: Float64Array): number {
        out.set(point);
        return 0;
      },
    };
    const points = gaussian({ mean: new Float64Array(dimension), standardDeviation: 1 });
    const forms: readonly (readonly [string, MomentForm])[] = [
      ["exact", { kind: "exact" }],
      ["samples", { kind: "samples" }],
      ["Frequent Directions, rank 4", { kind: "frequentDirections", rank: 4 }],
      ["Frequent Directions, rank 32", { kind: "frequentDirections", rank: 32 }],
      ["randomized, rank 32 + 8", { kind: "randomized", rank: 32, oversampling: 8, key: { words: [0, 0, 0, 0] } }],
      ["by tensor", tensorBlocks(model)],
      ["Kronecker", kroneckerMarginals(model)],
    ];
    for (const [form, moment] of forms) {
      // Quadratic forms end where a text does.
      if (
        moment.kind === "exact" || moment.kind === "blocks"
          ? dimension > 1024
          : "rank" in moment && moment.rank > dimension
      )
        continue;
      const state = accumulate(objective, { points, to: 256, form: moment });
      figures.push({ form, dimension, bytes: stateToText(state).length });
    }
  }
  return figures;
}

/** The memory of a coordinator against the number of its jobs, each with a state of 1.4 MB: at most, and without garbage. */
async function memory(): Promise<BenchFigures["memory"]> {
  const workers = await startWorkers(2);
  const figures: BenchFigures["memory"][number][] = [];
  for (const jobs of [4, 16, 64, 256, 1024]) {
    const script = ["--expose-gc", "distributed/bench/dist/coordinator.js", redis, String(64 * jobs)];
    const { stdout } = await promisify(execFile)(process.execPath, script);
    const { most, used } = JSON.parse(stdout) as { readonly most: number; readonly used: number };
    figures.push({ jobs, megabytes: most, kind: "at most" }, { jobs, megabytes: used, kind: "in use" });
    console.error(jobs, most, used);
  }
  await end(workers);
  return figures;
}

const folder = mkdtempSync(join(tmpdir(), "egop-bench-"));
const server = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""], {
  stdio: "ignore",
});
try {
  await pause(500);
  const figures: BenchFigures = {
    throughput: await throughput(),
    bytes: bytesPerJob(),
    memory: await memory(),
    load: loadavg(),
  };
  console.log(JSON.stringify(figures, null, 1));
  writeFileSync("docs/distributed.svg", draw(figures));
} finally {
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}
