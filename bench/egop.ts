/**
 * EGOP from end to end on digits: the dense estimate beside PyTorch and LAPACK (64 → 32 → 10, 2410 parameters), the time to
 * the loss of Adam in original coordinates with the estimate counted, the structured bases at 50,826 parameters
 * (64 → 256 → 128 → 10, batches of 256), and costs against the number of parameters, drawn.
 *
 * Run: npm run bench -- egop [--json] [--draw=FOLDER]
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  accumulate,
  adam,
  egop,
  estimateOf,
  fold,
  initialization,
  kroneckerMarginals,
  layout,
  minimize,
  random,
  reparameterize,
  tensorBlocks,
  type Basis,
  type BasisOptions,
  type EgopEstimate,
  type Layout,
  type MomentForm,
  type Precision,
  type StochasticObjective,
} from "egop";
import { digitsFile, digitsNetwork } from "./egop-digits.ts";
import { logLogDrawing, logLogPlot, type PlotSeries } from "./log-log-plot.ts";
import type { Row, Suite } from "./row.ts";
import { race } from "./side-by-side.ts";

type Report = (row: Row) => void;

function timed<Result>(work: () => Result): { milliseconds: number; result: Result } {
  const start = performance.now();
  const result = work();
  return { milliseconds: performance.now() - start, result };
}

const alone = { peer: null, peerMilliseconds: null, ratio: null };
const tenths = (value: number): number => Math.round(10 * value) / 10;
const megabytes = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

/** PyTorch's and LAPACK's milliseconds, where they are installed. */
function peer(samples: number): { sampling: number; eigen: number } | undefined {
  try {
    const script = fileURLToPath(new URL("../egop-peer.py", import.meta.url));
    const output = execFileSync("/usr/bin/python3", [script, fileURLToPath(digitsFile), samples.toString()], {
      stdio: "pipe",
    });
    return JSON.parse(output.toString()) as { sampling: number; eigen: number };
  } catch {
    return undefined;
  }
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];

/**
 * M = d full-batch gradients and all eigenvectors, of the second moment itself, as PyTorch and LAPACK have it, and of the
 * gradients, whose small eigenvalues are more accurate. By turns, medians of three.
 */
function denseEstimate(report: Report): void {
  const { model, full } = digitsNetwork(32);
  const points = initialization(model);
  const samples = model.size;
  accumulate(full, { points, to: 20 });
  const forms = ["exact", "samples"] as const;
  const own = { exact: [] as number[][], samples: [] as number[][] };
  const theirs: number[][] = [];
  for (let round = 0; round < 3; round++) {
    const other = peer(samples);
    if (other !== undefined) theirs.push([other.sampling, other.eigen]);
    for (const kind of forms) {
      const sampling = timed(() => accumulate(full, { points, to: samples, key: random(1), form: { kind } }));
      const eigen = timed(() => estimateOf(sampling.result).eigenvectors);
      own[kind].push([sampling.milliseconds, eigen.milliseconds]);
    }
  }
  const sums = (pairs: readonly number[][]): number[] => pairs.map(([sampling, eigen]) => sampling + eigen);
  const total = theirs.length === 0 ? null : median(sums(theirs));
  const part = (pairs: readonly number[][], k: number): number => Math.round(median(pairs.map((pair) => pair[k])));
  for (const kind of forms) {
    const milliseconds = median(sums(own[kind]));
    report({
      ...{ name: `egop dense, M = d, ${kind}`, size: samples, milliseconds },
      ...{ peer: "PyTorch + LAPACK", peerMilliseconds: total, ratio: total === null ? null : total / milliseconds },
      ...{ sampling: part(own[kind], 0), eigenvectors: part(own[kind], 1) },
      ...(theirs.length === 0 ? {} : { theirSampling: part(theirs, 0), theirEigen: part(theirs, 1) }),
      ...{ peakMegabytes: megabytes() },
    });
  }
}

const rates = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1];

/** Of the tuned run in a basis: the time until the loss is reached, and how many steps that took. */
function timeTo(
  target: number,
  objective: StochasticObjective,
  start: Float64Array,
): { rate: number; milliseconds: number; steps: number } | undefined {
  const runs = rates.flatMap((rate) => {
    const optimizer = adam({ learningRate: rate });
    const { losses } = minimize(objective, { start, optimizer, steps: 400 });
    const steps = losses.findIndex((loss) => loss <= target);
    return steps < 0 ? [] : [{ rate, steps }];
  });
  if (runs.length === 0) return undefined;
  const best = runs.reduce((a, b) => (b.steps < a.steps ? b : a));
  const optimizer = adam({ learningRate: best.rate });
  const again = (): unknown => minimize(objective, { start, optimizer, steps: best.steps });
  const times = [0, 0, 0].map(() => timed(again).milliseconds).sort((a, b) => a - b);
  return { ...best, milliseconds: times[1] };
}

/** To the loss that Adam in original coordinates has after 400 tuned steps. */
function timeToLoss(report: Report): void {
  const { model, full, batches } = digitsNetwork(32);
  const points = initialization(model);
  const start = new Float64Array(model.size);
  points.draw(random(7), start, 0);
  const tuned = rates
    .map((rate) => ({
      rate,
      losses: minimize(full, { start, optimizer: adam({ learningRate: rate }), steps: 400 }).losses,
    }))
    .reduce((a, b) => (b.losses[400] < a.losses[400] ? b : a));
  const target = tuned.losses[400];
  const original = [0, 0, 0]
    .map(
      () =>
        timed(() => minimize(full, { start, optimizer: adam({ learningRate: tuned.rate }), steps: 400 })).milliseconds,
    )
    .sort((a, b) => a - b)[1];
  report({
    ...{ name: "to loss, original", size: 400, milliseconds: original, ...alone },
    ...{ target: target.toPrecision(4), rate: tuned.rate },
  });
  const basisOf = (samples: number, options: BasisOptions, form?: MomentForm): Basis => {
    const ways = { points, to: samples, key: random(1), ...(form === undefined ? {} : { form }) };
    return estimateOf(accumulate(batches, ways)).basis(options);
  };
  const bases: readonly [string, batches: number, BasisOptions, MomentForm?][] = [
    ["kronecker", 64, { by: "kronecker" }, kroneckerMarginals(model)],
    ["kronecker", 200, { by: "kronecker" }, kroneckerMarginals(model)],
    ["rank 64", 128, { rank: 64 }],
    ["rank 100", 200, { rank: 100 }],
    ["by tensor, rank 64", 128, { by: "tensor", rank: 64 }],
    ["auxiliary, rank 64", 128, { rank: 64, form: "auxiliary" }],
  ];
  for (const [name, samples, options, form] of bases) {
    const basis = timed(() => basisOf(samples, options, form));
    const run = timeTo(target, reparameterize(full, basis.result), start);
    const milliseconds = run === undefined ? NaN : basis.milliseconds + run.milliseconds;
    report({
      ...{ name: `to loss, ${name}`, size: run?.steps ?? -1, milliseconds },
      ...{ peer: "original", peerMilliseconds: original, ratio: original / milliseconds },
      ...{ batches: samples, estimateMilliseconds: Math.round(basis.milliseconds), rate: run?.rate ?? NaN },
    });
  }
}

/** A function that takes one Adam step each time it is called. */
function stepper(objective: StochasticObjective, start: Float64Array): () => void {
  const optimizer = adam({ learningRate: 0.001 });
  const state = optimizer.init(objective.layout ?? layout({ p: [objective.dimension] }));
  const point = new Float64Array(objective.dimension);
  const gradient = new Float64Array(objective.dimension);
  if (objective.coordinates === undefined) point.set(start);
  else objective.coordinates.toOwn(start, point);
  const keys = Array.from({ length: 64 }, (_v, t) => fold(random(1), t));
  let t = 0;
  return () => {
    objective.valueAndGradient(point, gradient, keys[t++ % keys.length]);
    optimizer.update(gradient, state, point);
    for (let i = 0; i < point.length; i++) point[i] += gradient[i];
  };
}

/** Milliseconds of two steppers that take their steps by turns: the medians, and the least. */
function byTurns(plain: () => void, own: () => void): Record<"plain" | "own", { median: number; least: number }> {
  const times: Record<"plain" | "own", number[]> = { plain: [], own: [] };
  for (let round = -warmRounds; round < rounds; round++)
    for (const [name, step] of [
      ["plain", plain],
      ["own", own],
    ] as const) {
      const { milliseconds } = timed(step);
      if (round >= 0) times[name].push(milliseconds);
    }
  const summary = (all: number[]): { median: number; least: number } => {
    all.sort((a, b) => a - b);
    return { median: all[all.length >> 1], least: all[0] };
  };
  return { plain: summary(times.plain), own: summary(times.own) };
}

const rounds = 100;
/** Until the engine has compiled everything. */
const warmRounds = 60;

/** The price of each structured basis: made from 256 batches, and a step in it beside a plain one. */
function structuredBases(report: Report): void {
  const { model, batches } = digitsNetwork(256, 128);
  const points = initialization(model);
  const start = new Float64Array(model.size);
  points.draw(random(7), start, 0);
  const sampled = timed(() => egop(batches, { points, samples: 256, key: random(1) }));
  report({ name: "256 batch gradients", size: model.size, milliseconds: sampled.milliseconds, ...alone });
  const lowRank: Readonly<Record<string, BasisOptions>> = {
    "per-tensor": { by: "tensor", rank: 64 },
    reduced: { rank: 64, form: "reduced", start },
    auxiliary: { rank: 64, form: "auxiliary" },
    householder: { rank: 64 },
  };
  const kept = (precision: Precision): [string, BasisOptions][] =>
    Object.entries(lowRank).map(([name, each]) => [`${name}, ${precision}s`, { ...each, precision }]);
  const options: readonly [string, BasisOptions][] = [
    ["kronecker", { by: "kronecker" }],
    ["kronecker, completed", { by: "kronecker", rank: 64 }],
    ...(["double", "single", "third"] as const).flatMap(kept),
  ];
  const plain = stepper(batches, start);
  for (const [name, each] of options) {
    const made = timed(() => estimateOf(sampled.result.state).basis(each));
    const times = byTurns(plain, stepper(reparameterize(batches, made.result), start));
    report({
      ...{ name: `step, ${name}`, size: model.size, milliseconds: times.own.median },
      ...{ peer: "plain step", peerMilliseconds: times.plain.median, ratio: times.plain.median / times.own.median },
      ...{ rank: each.rank ?? "whole", timesPlain: (times.own.median / times.plain.median).toFixed(2) },
      ...{ timesPlainAtBest: (times.own.least / times.plain.least).toFixed(2) },
      ...{ makingMilliseconds: Math.round(made.milliseconds), peakMegabytes: megabytes() },
    });
  }
}

type Form = readonly [MomentForm, samples: number, (estimate: EgopEstimate) => Basis];

/** Up to so many parameters whole bases are made, and blocks of whole tensors. */
const wholeSize = 1000;
const tensorSize = 3300;

function formsOf(model: Layout): Readonly<Record<string, Form>> {
  const rank = Math.min(16, model.size);
  return {
    ...(model.size > wholeSize ? {} : { dense: [{ kind: "samples" }, model.size, (estimate) => estimate.basis()] }),
    ...(model.size > tensorSize
      ? {}
      : { tensor: [tensorBlocks(model), Math.min(model.size, 256), (estimate) => estimate.basis({ by: "tensor" })] }),
    kronecker: [kroneckerMarginals(model), 32, (estimate) => estimate.basis({ by: "kronecker" })],
    "kronecker rank 16": [kroneckerMarginals(model), 32, (estimate) => estimate.basis({ by: "kronecker", rank })],
    "householder rank 16": [{ kind: "samples" }, 4 * rank, (estimate) => estimate.basis({ rank })],
    "reduced rank 16": [{ kind: "samples" }, 4 * rank, (estimate) => estimate.basis({ rank, form: "reduced" })],
  };
}

/** The curves of one cost: for each form its milliseconds by the number of parameters. */
class Curves {
  readonly #points = new Map<string, [number, number][]>();

  add(name: string, size: number, milliseconds: number): void {
    const known = this.#points.get(name) ?? [];
    this.#points.set(name, [...known, [size, milliseconds]]);
  }

  get series(): PlotSeries[] {
    return [...this.#points].map(([name, points]) => ({ name, points }));
  }
}

/** Estimate, basis and step against the number of parameters: one hidden layer of growing width. */
function costsBySize(report: Report, print: (text: string) => void, draw: (name: string, svg: string) => void): void {
  const costs = { estimate: new Curves(), basis: new Curves(), step: new Curves() };
  for (const width of [1, 4, 13, 43, 133, 427, 1333]) {
    const { model, batches } = digitsNetwork(width);
    const points = initialization(model);
    const start = new Float64Array(model.size);
    points.draw(random(7), start, 0);
    for (const [name, [form, to, make]] of Object.entries(formsOf(model))) {
      const state = timed(() => accumulate(batches, { points, to, form }));
      const basis = timed(() => make(estimateOf(state.result)));
      const times = race({
        plain: stepper(batches, start),
        own: stepper(reparameterize(batches, basis.result), start),
      });
      const [plain, own] = [times.get("plain") ?? NaN, times.get("own") ?? NaN];
      costs.estimate.add(name, model.size, state.milliseconds);
      costs.basis.add(name, model.size, basis.milliseconds);
      costs.step.add(name, model.size, own);
      if (name === "kronecker") costs.step.add("without a basis", model.size, plain);
      report({
        ...{ name: `by size, ${name}`, size: model.size, milliseconds: own },
        ...{ peer: "plain step", peerMilliseconds: plain, ratio: plain / own },
        ...{
          samples: to,
          samplingMilliseconds: tenths(state.milliseconds),
          makingMilliseconds: tenths(basis.milliseconds),
        },
        ...{ bytes: basis.result.cost.bytes },
      });
    }
  }
  for (const [cost, { series }] of Object.entries(costs)) {
    const options = { title: `Cost of the ${cost}, digits, batches of 256`, x: "parameters", y: "milliseconds" };
    print(logLogPlot(series, options));
    draw(`egop-${cost}-by-size`, logLogDrawing(series, options));
  }
}

export const egopSuite: Suite = {
  name: "egop",
  run(report, print, draw): void {
    denseEstimate(report);
    timeToLoss(report);
    structuredBases(report);
    costsBySize(report, print, draw);
  },
};
