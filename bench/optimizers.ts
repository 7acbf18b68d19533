/**
 * A step of every diagonal optimizer (gradient in, parameters changed) at 10³, 10⁵ and 10⁶ parameters, beside
 *
 * - a plain loop that copies as many arrays as the step touches: gradient, parameters, and the vectors of the state,
 * - PyTorch in double precision on one thread, and TensorFlow.js on its CPU backend in single precision.
 *
 * `nsPerParameter` is ours, `ratio` the other's time over ours: beside the copy loop at or above 0.5 (at most twice as long),
 * beside the others above 1. Ours and the copy run alternately on two sets of arrays, so that the engine cannot compile
 * for the very arrays. Also the bytes by which the heap grows in a step; and Shampoo and SOAP on a 512 × 512 matrix: a step
 * without a refresh of roots or bases, and what a refresh costs on top; and K-FAC on a dense network beside Adam (kfac-step.ts).
 *
 * The rows "stepper" are those of `stepper`, which from 500 parameters on are one WebAssembly loop: `milliseconds` where the gradient lies
 * in its place already, as it does for PyTorch, looked at before the step, or within it ("in one pass"); `withCopy` where one is
 * copied there, and `besideCopyLoop` the copy loop's time over that. Heap bytes are those of a step over 1,000 and over 10,000 steps.
 *
 * The rows "in minimize" are steps of a run, which for many parameters are one WebAssembly loop. The gradient lies where the objective has
 * written it, as it does for PyTorch; `withCopy` is the time with the objective, which copies one there.
 *
 * Run: npm run bench -- optimizers
 */
import * as egop from "egop";
import { layout, type GradientTransformation } from "egop";
import { heapBytesPerStep } from "./heap-growth.ts";
import { kfacRows } from "./kfac-step.ts";
import { pythonTimes } from "./python.ts";
import type { Row, Suite } from "./row.ts";
import { race } from "./side-by-side.ts";
import { tensorflowOptimizers } from "./tensorflow-optimizers.ts";

const learningRate = 0.01;
const optimizers: Readonly<Record<string, GradientTransformation>> = {
  sgd: egop.sgd({ learningRate }),
  momentum: egop.sgd({ learningRate, momentum: 0.9 }),
  "adagrad-norm": egop.adagradNorm(),
  adagrad: egop.adagrad(),
  rmsprop: egop.rmsprop(),
  "rmsprop, centered, with momentum": egop.rmsprop({ centered: true, momentum: 0.9 }),
  adadelta: egop.adadelta(),
  adam: egop.adam(),
  adamw: egop.adamw(),
  amsgrad: egop.amsgrad(),
  adamax: egop.adamax(),
  nadam: egop.nadam(),
  radam: egop.radam(),
  adabelief: egop.adabelief(),
  yogi: egop.yogi(),
  lion: egop.lion(),
  "sign descent": egop.signDescent({ learningRate }),
  signum: egop.signum({ learningRate }),
  rprop: egop.rprop(),
  adan: egop.adan(),
  lamb: egop.lamb(),
  lars: egop.lars({ learningRate }),
  "scalar adam": egop.scalarAdam(),
  "schedule-free adamw": egop.scheduleFreeAdamw(),
  prodigy: egop.prodigy(),
};
const sizes = [1_000, 100_000, 1_000_000];
const alone = { peer: null, peerMilliseconds: null, ratio: null };

/** Numbers from −0.5 to 0.5. */
function noise(length: number): Float64Array {
  let seed = 1;
  return Float64Array.from({ length }, () => (seed = (seed * 16807) % 2147483647) / 2147483647 - 0.5);
}

/** One step a call: the gradient comes in, the parameters change. Two of them in turn. */
function updater(optimizer: GradientTransformation, size: number): { step: () => void; vectors: number } {
  const model = layout({ p: [size] });
  const source = noise(size);
  const sets = [0, 1].map(() => ({
    state: optimizer.init(model),
    gradient: new Float64Array(size),
    parameters: noise(size),
  }));
  let turn = 0;
  const step = (): void => {
    const { state, gradient, parameters } = sets[(turn ^= 1)];
    gradient.set(source);
    optimizer.update(gradient, state, parameters);
    addTo(parameters, gradient);
  };
  return { step, vectors: countVectors(sets[0].state, size) };
}

function addTo(parameters: Float64Array, step: Float64Array): void {
  for (let i = 0; i < parameters.length; i++) parameters[i] += step[i];
}

/** Steps in a loop of one's own: of a gradient that comes in, and of one that stays where there is a kernel, which leaves it alone. */
function ownLoops(optimizer: GradientTransformation, size: number): Readonly<Record<string, () => void>> {
  const source = noise(size);
  const sources = [source, source.map((entry) => -entry)];
  const [copying, staying, onePass] = [false, false, true].map((looksWithin) => {
    const loop = egop.stepper(optimizer, noise(size), { onePass: looksWithin });
    loop.gradient.set(source);
    loop.step();
    return loop;
  });
  let turn = 0;
  const stepper = (): void => {
    copying.gradient.set(sources[(turn ^= 1)]);
    copying.step();
  };
  const stays = staying.gradient[0] === source[0] && staying.gradient[size - 1] === source[size - 1];
  if (!stays || runsOff(optimizer)) return { stepper };
  return { stepper, staying: () => staying.step(), onePass: () => onePass.step() };
}

/** Whether an optimizer goes to infinity under a gradient that stays the same, as one does that sets its own rate. */
function runsOff(optimizer: GradientTransformation): boolean {
  const loop = egop.stepper(optimizer, Float64Array.of(0.5));
  try {
    for (let k = 0; k < 200_000; k++) {
      loop.gradient[0] = 0.5;
      loop.step();
    }
    return false;
  } catch {
    return true;
  }
}

/** Parameters of the loops whose heap is looked at: enough for WebAssembly. */
const heapSize = 20_000;

/** Milliseconds of a step in a run: what lies between an evaluation's end and the next one's beginning, and with a copy of the gradient. */
interface StepInRun {
  readonly step: number;
  readonly withCopy: number;
  /** Growth of the heap for each step. */
  readonly heapBytes: number;
}

/**
 * A step of `minimize`: the look for NaN, the update, the sum and the look for NaN in the sum. The median of many steps, or of ten
 * together for few parameters; what comes before the first step is left out.
 */
function inMinimize(optimizer: GradientTransformation, size: number): StepInRun {
  const source = noise(size);
  // There and back: under a constant gradient an optimizer that sets its own rate runs off to infinity.
  const sources = [source, source.map((entry) => -entry)];
  const together = size < 50_000 ? 10 : 1;
  const steps = 300 * together;
  const times: Record<"step" | "withCopy", number[]> = { step: [], withCopy: [] };
  let [evaluations, between, begin, left] = [0, 0, NaN, NaN];
  const objective = {
    dimension: size,
    valueAndGradient(_point: Float64Array, gradient: Float64Array): number {
      const now = performance.now();
      between += now - left;
      if (evaluations % together === 0) {
        if (evaluations > steps / 4) {
          times.step.push(between);
          times.withCopy.push(now - begin);
        }
        [between, begin] = [0, now];
      }
      gradient.set(sources[evaluations++ % 2]);
      left = performance.now();
      return 0;
    },
  };
  egop.minimize(objective, { start: noise(size), optimizer, steps });
  const median = (all: number[]): number => all.sort((a, b) => a - b)[all.length >> 1] / together;
  return {
    step: median(times.step),
    withCopy: median(times.withCopy),
    heapBytes: heapOfSteps(optimizer, size, sources),
  };
}

/**
 * Bytes that stay on the heap for each of a thousand steps: what a run of so many more leaves behind before anything is collected. NaN where
 * so many steps would take too long.
 */
function heapOfSteps(optimizer: GradientTransformation, size: number, sources: readonly Float64Array[]): number {
  const used: number[] = [];
  let evaluations = 0;
  const objective = {
    dimension: size,
    valueAndGradient(_point: Float64Array, gradient: Float64Array): number {
      gradient.set(sources[evaluations % 2]);
      if (evaluations === 200) globalThis.gc?.();
      if (evaluations === 200 || evaluations === 1200) used.push(process.memoryUsage().heapUsed);
      evaluations++;
      return 0;
    },
  };
  egop.minimize(objective, { start: noise(size), optimizer, steps: size > 500_000 ? 0 : 1200 });
  return used.length < 2 ? NaN : Math.max(0, Math.round((used[1] - used[0]) / 1000));
}

/** How many arrays of the parameters' length there are in a state. */
function countVectors(state: unknown, size: number): number {
  if (state instanceof Float64Array) return state.length === size ? 1 : 0;
  if (typeof state !== "object" || state === null) return 0;
  return Object.values(state).reduce((sum: number, part) => sum + countVectors(part, size), 0);
}

/** Copies so many arrays, one set and then the other; the gradient comes in as above. */
function copier(streams: number, size: number): () => void {
  const source = noise(size);
  const sets = [0, 1].map(() =>
    Array.from({ length: streams }, () => ({ from: noise(size), to: new Float64Array(size) })),
  );
  let turn = 0;
  return () => {
    const pairs = sets[(turn ^= 1)];
    pairs[0].from.set(source);
    for (let k = 0; k < streams; k++) copy(pairs[k].from, pairs[k].to);
  };
}

function copy(from: Float64Array, to: Float64Array): void {
  for (let i = 0; i < from.length; i++) to[i] = from[i];
}

/** Steps on a 512 × 512 matrix, with a refresh in every step or in none after the first ones. */
function matrixRows(report: (row: Row) => void): void {
  const size = 512;
  const model = layout({ W: [size, size] });
  const source = noise(size * size);
  const never = 1_000_000_000;
  const makers: Readonly<Record<string, (interval: number) => GradientTransformation>> = {
    shampoo: (interval) => egop.shampoo({ interval }),
    soap: (interval) => egop.soap({ interval }),
  };
  for (const [name, make] of Object.entries(makers)) {
    const milliseconds = [never, 1].map((interval) => {
      const optimizer = make(interval);
      const state = optimizer.init(model);
      const [gradient, parameters] = [new Float64Array(size * size), noise(size * size)];
      const step = (): void => {
        gradient.set(source);
        optimizer.update(gradient, state, parameters);
      };
      step();
      step();
      return { once: race({ step }).get("step") ?? NaN, heapBytes: heapBytesPerStep(step, interval === 1 ? 3 : 50) };
    });
    const [plain, refreshed] = milliseconds;
    report({ name: `${name}, a step`, size, milliseconds: plain.once, ...alone, heapBytes: plain.heapBytes } as Row);
    report({ name: `${name}, a refresh on top`, size, milliseconds: refreshed.once - plain.once, ...alone });
  }
}

export const optimizerSteps: Suite = {
  name: "optimizers",
  async run(report) {
    for (const size of sizes) {
      const torch = pythonTimes("pytorch_optimizers.py", [size]);
      const tensorflow = await tensorflowOptimizers(size);
      for (const [name, optimizer] of Object.entries(optimizers)) {
        const { step, vectors } = updater(optimizer, size);
        const streams = vectors + 2;
        const contestants: Record<string, () => unknown> = { egop: step, copy: copier(streams, size) };
        Object.assign(contestants, ownLoops(optimizer, size));
        if (name in tensorflow) contestants["TensorFlow.js"] = tensorflow[name];
        const medians = race(contestants);
        const milliseconds = medians.get("egop") ?? NaN;
        const inTorch = torch.get(name);
        if (inTorch !== undefined) medians.set("PyTorch", inTorch);
        const nsPerParameter = Math.round((milliseconds * 1e8) / size) / 100;
        const own = ["stepper", "staying", "onePass"].map((loop) => medians.get(loop) ?? NaN);
        for (const [peer, peerMilliseconds] of medians)
          if (!["egop", "stepper", "staying", "onePass"].includes(peer)) {
            const ratio = peerMilliseconds / milliseconds;
            report({ name, size, milliseconds, peer, peerMilliseconds, ratio, ...{ streams, nsPerParameter } });
          }
        const run = inMinimize(optimizer, size);
        const peerMilliseconds = inTorch ?? null;
        const perParameter = (time: number): number => Math.round((time * 1e8) / size) / 100;
        const [withCopy, staying, onePass] = own;
        const inOwnLoop = Number.isNaN(staying) ? withCopy : staying;
        report({
          name: `${name}, stepper`,
          size,
          milliseconds: inOwnLoop,
          peer: inTorch === undefined ? null : "PyTorch",
          peerMilliseconds,
          ratio: peerMilliseconds === null ? null : peerMilliseconds / inOwnLoop,
          nsPerParameter: perParameter(inOwnLoop),
          ...{ withCopy: perParameter(withCopy), besideCopyLoop: (medians.get("copy") ?? NaN) / withCopy },
        } as Row);
        if (!Number.isNaN(onePass))
          report({
            name: `${name}, stepper in one pass`,
            size,
            milliseconds: onePass,
            peer: inTorch === undefined ? null : "PyTorch",
            peerMilliseconds,
            ratio: peerMilliseconds === null ? null : peerMilliseconds / onePass,
          });
        report({
          name: `${name}, in minimize`,
          size,
          milliseconds: run.step,
          peer: inTorch === undefined ? null : "PyTorch",
          peerMilliseconds,
          ratio: peerMilliseconds === null ? null : peerMilliseconds / run.step,
          nsPerParameter: perParameter(run.step),
          ...{ withCopy: perParameter(run.withCopy) },
          ...(Number.isNaN(run.heapBytes) ? {} : { heapBytes: run.heapBytes }),
        } as Row);
        if (size === sizes[0]) {
          for (let i = 0; i < 20_000; i++) step();
          const heapBytes = heapBytesPerStep(step, 10_000);
          report({ name: `${name}: heap bytes a step`, size, milliseconds, ...alone, heapBytes } as Row);
          const loop = ownLoops(optimizer, heapSize)["stepper"];
          for (let i = 0; i < 2000; i++) loop();
          const [over1000, over10000] = [1000, 10_000].map((steps) => heapBytesPerStep(loop, steps));
          const heap = { over1000, over10000 };
          report({
            name: `${name}, stepper: heap bytes a step`,
            size: heapSize,
            milliseconds: race({ loop }).get("loop") ?? NaN,
            ...alone,
            ...heap,
          });
        }
      }
    }
    matrixRows(report);
    kfacRows(report);
  },
};
