/**
 * Optimizers without reference trajectories against their papers: each algorithm written down again, slowly, tensor by tensor
 * and number by number, and compared step for step on a problem with a matrix, a vector and a scalar.
 */
import { describe, expect, it } from "vitest";
import { layout } from "../../src/linalg/layout.ts";
import { normal, random } from "../../src/math/random.ts";
import {
  adabelief,
  adafactor,
  adagradNorm,
  adan,
  chain,
  exponentialAverage,
  lamb,
  lars,
  lion,
  minimize,
  polyakAverage,
  prodigy,
  scalarAdam,
  scheduleFreeAdamw,
  sgd,
  signDescent,
  signum,
  yogi,
  type GradientTransformation,
  type Objective,
} from "../../src/optim/index.ts";
import { distance } from "./problems.ts";

const model = layout({ W: [3, 2], b: [2], c: [] });
const size = model.size;
const H = normal(random(3), new Float64Array(size * size));
const start = normal(random(4), new Float64Array(size));

/** ½ ‖Hᵀx‖²/size + Σ cos xᵢ. */
function gradientAt(x: ArrayLike<number>): number[] {
  const inner = Array.from({ length: size }, (_v, k) => sum(size, (i) => H[i * size + k] * x[i]));
  return Array.from({ length: size }, (_v, i) => sum(size, (k) => H[i * size + k] * inner[k]) / size - Math.sin(x[i]));
}
const problem: Objective = {
  dimension: size,
  layout: model,
  valueAndGradient(x, out) {
    out.set(gradientAt(x));
    const inner = Array.from({ length: size }, (_v, k) => sum(size, (i) => H[i * size + k] * x[i]));
    return sum(size, (k) => inner[k] ** 2) / (2 * size) + sum(size, (i) => Math.cos(x[i]));
  },
};

function sum(count: number, term: (index: number) => number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += term(i);
  return total;
}
const norm = (v: readonly number[]): number => Math.sqrt(sum(v.length, (i) => v[i] ** 2));
const zeros = (): number[] => new Array<number>(size).fill(0);
const tensors = model.tensors.map(({ offset, size: count }) => [offset, offset + count] as const);

const steps = 30;

/** The points of a run, the start first; of training, or with `kept` the ones to evaluate. */
function pointsOf(optimizer: GradientTransformation, kept = false): Float64Array[] {
  const points: Float64Array[] = [];
  minimize(problem, {
    start,
    optimizer,
    steps,
    onStep: (at) => void points.push(kept ? at.evaluationParameters() : at.parameters()),
  });
  return points;
}

/** A paper's algorithm: from parameters, gradient and t = 1, 2, … to the next parameters; it keeps its own state. */
type Paper = () => (p: number[], g: number[], t: number) => number[];

const papers: Readonly<Record<string, readonly [GradientTransformation, Paper]>> = {
  "sign descent": [
    signDescent({ learningRate: 0.01, weightDecay: 0.1 }),
    () => (p, g) => p.map((x, i) => x - 0.01 * (Math.sign(g[i]) + 0.1 * x)),
  ],
  signum: [
    signum({ learningRate: 0.01, momentum: 0.8 }),
    () => {
      let m = zeros();
      return (p, g) => {
        m = m.map((x, i) => 0.8 * x + 0.2 * g[i]);
        return p.map((x, i) => x - 0.01 * Math.sign(m[i]));
      };
    },
  ],
  Lion: [
    lion({ learningRate: 0.01, beta1: 0.8, beta2: 0.95, weightDecay: 0.1 }),
    () => {
      let m = zeros();
      return (p, g) => {
        const c = m.map((x, i) => 0.8 * x + 0.2 * g[i]);
        m = m.map((x, i) => 0.95 * x + 0.05 * g[i]);
        return p.map((x, i) => x - 0.01 * (Math.sign(c[i]) + 0.1 * x));
      };
    },
  ],
  AdaBelief: [
    adabelief({ learningRate: 0.05, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.1 }),
    () => {
      let [m, s] = [zeros(), zeros()];
      return (p, g, t) => {
        m = m.map((x, i) => 0.9 * x + 0.1 * g[i]);
        s = s.map((x, i) => 0.99 * x + 0.01 * (g[i] - m[i]) ** 2 + 1e-6);
        return p.map((x, i) => {
          const step = m[i] / (1 - 0.9 ** t) / (Math.sqrt(s[i] / (1 - 0.99 ** t)) + 1e-6);
          return x - 0.05 * (step + 0.1 * x);
        });
      };
    },
  ],
  Yogi: [
    yogi({ learningRate: 0.05, beta2: 0.9 }),
    () => {
      let [m, v] = [zeros(), zeros().map(() => 1e-6)];
      return (p, g, t) => {
        m = m.map((x, i) => 0.9 * x + 0.1 * g[i]);
        v = v.map((x, i) => x - (1 - 0.9) * Math.sign(x - g[i] ** 2) * g[i] ** 2);
        return p.map((x, i) => x - (0.05 * m[i]) / (1 - 0.9 ** t) / (Math.sqrt(v[i] / (1 - 0.9 ** t)) + 1e-3));
      };
    },
  ],
  "Adagrad-Norm": [
    adagradNorm({ learningRate: 0.5, initialAccumulator: 0.04, epsilon: 0 }),
    () => {
      let square = 0.2 ** 2;
      return (p, g) => {
        square += norm(g) ** 2;
        return p.map((x, i) => x - (0.5 * g[i]) / Math.sqrt(square));
      };
    },
  ],
  "Adam with one second moment": [
    scalarAdam({ learningRate: 0.05, beta2: 0.9 }),
    () => {
      let [m, v] = [zeros(), 0];
      return (p, g, t) => {
        m = m.map((x, i) => 0.9 * x + 0.1 * g[i]);
        v = 0.9 * v + (0.1 * norm(g) ** 2) / size;
        return p.map((x, i) => x - (0.05 * m[i]) / (1 - 0.9 ** t) / (Math.sqrt(v / (1 - 0.9 ** t)) + 1e-8));
      };
    },
  ],
  Adan: [
    adan({ learningRate: 0.02, beta1: 0.9, beta2: 0.8, beta3: 0.95, weightDecay: 0.1 }),
    () => {
      // In the paper's β, which are one minus the decay rates.
      const [b1, b2, b3] = [0.1, 0.2, 0.05];
      let [m, v, n] = [zeros(), zeros(), zeros()];
      let before: number[] | undefined;
      return (p, g, t) => {
        const d = g.map((x, i) => x - (before ?? g)[i]);
        before = g;
        m = m.map((x, i) => (1 - b1) * x + b1 * g[i]);
        v = v.map((x, i) => (1 - b2) * x + b2 * d[i]);
        n = n.map((x, i) => (1 - b3) * x + b3 * (g[i] + (1 - b2) * d[i]) ** 2);
        return p.map((x, i) => {
          const rate = 0.02 / (Math.sqrt(n[i] / (1 - 0.95 ** t)) + 1e-8);
          const direction = m[i] / (1 - 0.9 ** t) + ((1 - b2) * v[i]) / (1 - 0.8 ** t);
          return (x - rate * direction) / (1 + 0.1 * 0.02);
        });
      };
    },
  ],
  LAMB: [
    lamb({ learningRate: 0.05, weightDecay: 0.1 }),
    () => {
      let [m, v] = [zeros(), zeros()];
      return (p, g, t) => {
        m = m.map((x, i) => 0.9 * x + 0.1 * g[i]);
        v = v.map((x, i) => 0.999 * x + 0.001 * g[i] ** 2);
        const u = p.map((x, i) => m[i] / (1 - 0.9 ** t) / (Math.sqrt(v[i] / (1 - 0.999 ** t)) + 1e-6) + 0.1 * x);
        const next = [...p];
        for (const [from, to] of tensors)
          for (let i = from; i < to; i++)
            next[i] -= ((0.05 * norm(p.slice(from, to))) / norm(u.slice(from, to))) * u[i];
        return next;
      };
    },
  ],
  LARS: [
    lars({ learningRate: (step) => 1 / (1 + step), trust: 0.02, weightDecay: 0.1, momentum: 0.8 }),
    () => {
      let b = zeros();
      return (p, g, t) => {
        for (const [from, to] of tensors) {
          const [w, d] = [norm(p.slice(from, to)), norm(g.slice(from, to))];
          b = b.map((x, i) =>
            i < from || i >= to ? x : 0.8 * x + ((1 / t) * (0.02 * w) * (g[i] + 0.1 * p[i])) / (d + 0.1 * w),
          );
        }
        return p.map((x, i) => x - b[i]);
      };
    },
  ],
  Adafactor: [
    adafactor({ weightDecay: 0.1 }),
    () => {
      // Sums instead of means, as in the paper's algorithm 4; V of a vector or scalar as in its algorithm 5.
      let [R, C, V] = [[0, 0, 0], [0, 0], zeros()];
      const rms = (v: readonly number[]): number => norm(v) / Math.sqrt(v.length);
      return (p, g, t) => {
        const b = 1 - t ** -0.8;
        const square = g.map((x) => x * x + 1e-30);
        R = R.map((x, i) => b * x + (1 - b) * sum(2, (j) => square[2 * i + j]));
        C = C.map((x, j) => b * x + (1 - b) * sum(3, (i) => square[2 * i + j]));
        V = V.map((x, i) => b * x + (1 - b) * square[i]);
        const v = V.map((x, k) => (k < 6 ? (R[Math.floor(k / 2)] * C[k % 2]) / sum(3, (i) => R[i]) : x));
        const u = g.map((x, i) => x / Math.sqrt(v[i]));
        const rate = Math.min(1e-2, 1 / Math.sqrt(t));
        const next = [...p];
        for (const [from, to] of tensors) {
          const clip = Math.max(1, rms(u.slice(from, to)));
          const scale = Math.max(1e-3, rms(p.slice(from, to)));
          for (let i = from; i < to; i++) next[i] -= rate * ((scale * u[i]) / clip + 0.1 * p[i]);
        }
        return next;
      };
    },
  ],
  Prodigy: [
    prodigy({ initialDistance: 0.01, weightDecay: 0.01, coefficient: 1.5, correction: true }),
    () => {
      let [m, v, s, r, d] = [zeros(), zeros(), zeros(), 0, 0.01];
      const b3 = Math.sqrt(0.999);
      return (p, g, t) => {
        const correction = Math.sqrt(1 - 0.999 ** t) / (1 - 0.9 ** t);
        const rate = d * correction;
        m = m.map((x, i) => 0.9 * x + d * 0.1 * g[i]);
        v = v.map((x, i) => 0.999 * x + d * d * 0.001 * g[i] ** 2);
        r = b3 * r + (d / 0.01) * rate * sum(size, (i) => g[i] * (start[i] - p[i]));
        s = s.map((x, i) => b3 * x + (d / 0.01) * rate * g[i]);
        d = Math.max(d, (1.5 * r) / sum(size, (i) => Math.abs(s[i])));
        return p.map((x, i) => x - rate * 0.01 * x - (rate * m[i]) / (Math.sqrt(v[i]) + d * 1e-8));
      };
    },
  ],
};

describe("the algorithm of the paper, step for step", () => {
  it.each(Object.keys(papers))("%s", (name) => {
    const [optimizer, paper] = papers[name];
    const next = paper();
    let p = [...start];
    pointsOf(optimizer).forEach((point, t) => {
      expect(distance(point, p), `step ${t}`).toBeLessThan(1e-11);
      p = next(p, gradientAt(p), t + 1);
    });
  });

  it("Prodigy's distance grows", () => {
    const run = minimize(problem, { start, optimizer: prodigy(), steps: 200 });
    expect((run.state.optimizer as unknown as { parts: { distance: number }[] }).parts[0].distance).toBeGreaterThan(
      1e-3,
    );
  });

  it("schedule-free AdamW, at y and at x", () => {
    const optimizer = scheduleFreeAdamw({ learningRate: 0.05, beta2: 0.9, weightDecay: 0.1, warmup: 5 });
    const [trained, kept] = [pointsOf(optimizer), pointsOf(optimizer, true)];
    let [z, x, v, weights] = [[...start], [...start], zeros(), 0];
    for (let t = 1; t <= steps; t++) {
      const y = z.map((a, i) => (1 - 0.9) * a + 0.9 * x[i]);
      expect(distance(trained[t - 1], y)).toBeLessThan(1e-11);
      expect(distance(kept[t - 1], x)).toBeLessThan(1e-11);
      const g = gradientAt(y);
      const rate = 0.05 * Math.min(1, t / 5);
      v = v.map((a, i) => 0.9 * a + 0.1 * g[i] ** 2);
      z = z.map((a, i) => a - (rate * g[i]) / (Math.sqrt(v[i] / (1 - 0.9 ** t)) + 1e-8) - rate * 0.1 * y[i]);
      weights += rate ** 2;
      const c = rate ** 2 / weights;
      x = x.map((a, i) => (1 - c) * a + c * z[i]);
    }
  });

  it("averages of the parameters, which leave training alone", () => {
    const plain = pointsOf(sgd({ learningRate: 0.05 }));
    const polyak = chain(sgd({ learningRate: 0.05 }), polyakAverage({ from: 10 }));
    const running = chain(sgd({ learningRate: 0.05 }), exponentialAverage(0.8));
    expect(pointsOf(polyak)).toEqual(plain);
    expect(pointsOf(running)).toEqual(plain);
    const [means, averages] = [pointsOf(polyak, true), pointsOf(running, true)];
    let average = [...start];
    for (let t = 0; t <= steps; t++) {
      if (t > 0) average = average.map((a, i) => 0.8 * a + 0.2 * plain[t][i]);
      expect(distance(averages[t], average)).toBeLessThan(1e-13);
      const tail = plain.slice(11, t + 1);
      const mean =
        tail.length === 0 ? plain[t] : zeros().map((_a, i) => sum(tail.length, (k) => tail[k][i]) / tail.length);
      expect(distance(means[t], mean)).toBeLessThan(1e-13);
    }
    const run = minimize(problem, { start, optimizer: polyak, steps });
    expect(run.parameters).toEqual(means[steps]);
    expect(run.value).toBe(problem.valueAndGradient(means[steps], new Float64Array(size)));
    expect(run.state.parameters).toEqual(plain[steps]);
    expect(() => chain(polyak, exponentialAverage(0.9))).toThrow(
      "chain(chain(sgd, polyakAverage), exponentialAverage): chain(sgd, polyakAverage) and exponentialAverage both choose",
    );
  });
});
