/**
 * Which optimizer is equivariant to what: every cell of docs/equivariance.md, checked in both directions. Where a law holds,
 * it holds for every random problem; where it does not, a counterexample is found and its gap recorded. The test fails when
 * the document is not what it finds; UPDATE_DOCS=1 writes it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { layout } from "../../src/linalg/layout.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { multiply } from "../../src/linalg/product.ts";
import { randomOrthogonal } from "../../src/linalg/random-orthogonal.ts";
import { log } from "../../src/math/elementary.ts";
import { fold, normal, permutation, random, uniform } from "../../src/math/random.ts";
import { rows, searches, steps, type Path, type Problem } from "./equivariance-rows.ts";

const model = layout({ W: [3, 2] });
const size = model.size;

/** Σ log(1 + (aᵢ·x)²) + 0.05 ‖x‖², with rows aᵢ of different lengths: smooth, not convex. */
function randomProblem(seed: number): Problem {
  const numbers = normal(random(seed), new Float64Array(size * size));
  const scales = uniform(fold(random(seed), 1), new Float64Array(size));
  return {
    dimension: size,
    layout: model,
    valueAndGradient(x, gradient): number {
      let value = 0;
      gradient.fill(0);
      for (let i = 0; i < size; i++) {
        let inner = 0;
        for (let j = 0; j < size; j++) inner += numbers[i * size + j] * (0.1 + scales[i]) * x[j];
        value += log(1 + inner * inner);
        const slope = (2 * inner) / (1 + inner * inner);
        for (let j = 0; j < size; j++) gradient[j] += slope * numbers[i * size + j] * (0.1 + scales[i]);
      }
      for (let j = 0; j < size; j++) {
        value += 0.05 * x[j] * x[j];
        gradient[j] += 0.1 * x[j];
      }
      return value;
    },
    hessianVector(x, direction, out) {
      out.set(direction.map((entry) => 0.1 * entry));
      for (let i = 0; i < size; i++) {
        let [inner, along] = [0, 0];
        for (let j = 0; j < size; j++) {
          inner += numbers[i * size + j] * (0.1 + scales[i]) * x[j];
          along += numbers[i * size + j] * (0.1 + scales[i]) * direction[j];
        }
        const square = inner * inner;
        const bend = (2 * (1 - square) * along) / ((1 + square) * (1 + square));
        for (let j = 0; j < size; j++) out[j] += bend * numbers[i * size + j] * (0.1 + scales[i]);
      }
    },
  };
}

const startOf = (seed: number): Float64Array => normal(fold(random(seed), 2), new Float64Array(size));

/** f(Ax̃), and the points Ax̃ of its path from A⁻¹x₀. */
function changed(problem: Problem, a: Matrix, inverse: Matrix, start: Float64Array, path: Path): Float64Array[] {
  const times = (m: Matrix, x: Float64Array, transposeA = false): Float64Array => {
    const column = Matrix.fromRows(Array.from(x, (entry) => [entry]));
    return multiply(m, column, { transposeA }).data;
  };
  const inner = new Float64Array(size);
  const other: Problem = {
    ...problem,
    valueAndGradient(x, gradient) {
      const value = problem.valueAndGradient(times(a, x), inner);
      gradient.set(times(a, inner, true));
      return value;
    },
    hessianVector(x, direction, out) {
      problem.hessianVector(times(a, x), times(a, direction), inner);
      out.set(times(a, inner, true));
    },
  };
  return path(other, times(inverse, start)).map((x) => times(a, x));
}

/** The largest difference between two paths, relative to the largest distance from the start. */
function gapOf(path: readonly Float64Array[], other: readonly Float64Array[]): number {
  let [difference, way] = [0, 0];
  path.forEach((point, t) =>
    point.forEach((x, i) => {
      difference = Math.max(difference, Math.abs(x - other[t][i]));
      way = Math.max(way, Math.abs(x - path[0][i]));
    }),
  );
  return difference / way;
}

const transposed = (m: Matrix): Matrix =>
  Matrix.fromRows(Array.from({ length: m.columns }, (_r, j) => Array.from({ length: m.rows }, (_c, i) => m.get(i, j))));

/** The gap under an orthogonal change of coordinates. */
const underRotation = (a: Matrix, seed: number, path: Path): number => {
  const [problem, start] = [randomProblem(seed), startOf(seed)];
  return gapOf(path(problem, start), changed(problem, a, transposed(a), start, path));
};

/** ‖UVᵀ − M‖²/2, and the products UVᵀ along a path. */
function gaugeProblem(seed: number): { problem: Problem; product: (x: Float64Array) => Float64Array } {
  const target = normal(fold(random(seed), 6), new Float64Array(9));
  const factors = layout({ U: [3, 2], V: [3, 2] });
  const product = (x: Float64Array): Float64Array =>
    Float64Array.from({ length: 9 }, (_v, k) => {
      const [i, j] = [Math.floor(k / 3), k % 3];
      return x[2 * i] * x[6 + 2 * j] + x[2 * i + 1] * x[7 + 2 * j];
    });
  const problem: Problem = {
    dimension: 12,
    layout: factors,
    valueAndGradient(x, gradient) {
      const residual = product(x).map((w, k) => w - target[k]);
      gradient.fill(0);
      let value = 0;
      residual.forEach((r, k) => {
        const [i, j] = [Math.floor(k / 3), k % 3];
        value += (r * r) / 2;
        for (let c = 0; c < 2; c++) {
          gradient[2 * i + c] += r * x[6 + 2 * j + c];
          gradient[6 + 2 * j + c] += r * x[2 * i + c];
        }
      });
      return value;
    },
    hessianVector(x, direction, out) {
      const residual = product(x).map((w, k) => w - target[k]);
      out.fill(0);
      residual.forEach((r, k) => {
        const [i, j] = [2 * Math.floor(k / 3), 6 + 2 * (k % 3)];
        let along = 0;
        for (let c = 0; c < 2; c++) along += direction[i + c] * x[j + c] + x[i + c] * direction[j + c];
        for (let c = 0; c < 2; c++) {
          out[i + c] += along * x[j + c] + r * direction[j + c];
          out[j + c] += along * x[i + c] + r * direction[i + c];
        }
      });
    },
  };
  return { problem, product };
}

/** The columns: for a seed and an optimizer, how far its path is from what the law says. */
const laws: Readonly<Record<string, { readonly title: string; readonly gap: (seed: number, path: Path) => number }>> = {
  R: { title: "all rotations", gap: (seed, path) => underRotation(randomOrthogonal(size, random(seed)), seed, path) },
  K: {
    title: "Kronecker rotations",
    gap(seed, path) {
      const [p, q] = [randomOrthogonal(3, fold(random(seed), 3)), randomOrthogonal(2, fold(random(seed), 4))];
      const a = new Matrix(size, size);
      for (let i = 0; i < size; i++)
        for (let j = 0; j < size; j++) a.set(i, j, p.get(Math.floor(i / 2), Math.floor(j / 2)) * q.get(i % 2, j % 2));
      return underRotation(a, seed, path);
    },
  },
  P: {
    title: "signed permutations",
    gap(seed, path) {
      const a = new Matrix(size, size);
      const signs = uniform(fold(random(seed), 4), new Float64Array(size));
      permutation(fold(random(seed), 3), size).forEach((to, from) => a.set(to, from, signs[from] < 0.5 ? -1 : 1));
      return underRotation(a, seed, path);
    },
  },
  L: {
    title: "scaling of the loss",
    gap(seed, path) {
      const [problem, start] = [randomProblem(seed), startOf(seed)];
      // By 2^-10 to 2^10, not by powers of two only.
      const [share] = uniform(fold(random(seed), 5), new Float64Array(1));
      let scale = 1 + share;
      for (let k = 0; k < seed % 20; k++) scale *= k % 2 === seed % 2 ? 2 : 1;
      if (seed % 3 === 0) scale = 1 / scale;
      const scaled: Problem = {
        ...problem,
        valueAndGradient(x, gradient) {
          const value = problem.valueAndGradient(x, gradient);
          for (let i = 0; i < size; i++) gradient[i] *= scale;
          return scale * value;
        },
        hessianVector(x, direction, out) {
          problem.hessianVector(x, direction, out);
          for (let i = 0; i < size; i++) out[i] *= scale;
        },
      };
      return gapOf(path(problem, start), path(scaled, start));
    },
  },
  C: {
    title: "scaling of coordinates",
    gap(seed, path) {
      const [problem, start] = [randomProblem(seed), startOf(seed)];
      const scales = uniform(fold(random(seed), 5), new Float64Array(size)).map((u) => 0.5 + 1.5 * u);
      const diagonal = (entry: (i: number) => number): Matrix => {
        const matrix = new Matrix(size, size);
        for (let i = 0; i < size; i++) matrix.set(i, i, entry(i));
        return matrix;
      };
      const [a, inverse] = [diagonal((i) => scales[i]), diagonal((i) => 1 / scales[i])];
      return gapOf(path(problem, start), changed(problem, a, inverse, start, path));
    },
  },
  G: {
    title: "gauge",
    gap(seed, path) {
      const { problem, product } = gaugeProblem(seed);
      const start = normal(fold(random(seed), 7), new Float64Array(12));
      const q = randomOrthogonal(2, random(seed));
      const turned = start.map((_x, k) => {
        const row = 2 * Math.floor(k / 2);
        return start[row] * q.get(0, k % 2) + start[row + 1] * q.get(1, k % 2);
      });
      return gapOf(path(problem, start).map(product), path(problem, turned).map(product));
    },
  },
};

/** Round-off, grown by 30 steps of a path that is not contracting; and what counts as a counterexample. */
const holds = 1e-8;
const fails = 1e-3;
const seeds = fc.integer({ min: 0, max: 9999 });
const runs = { numRuns: 15, seed: 20260 };
const cells = new Map<string, string>();

describe.each(rows)("$name", ({ name, path, laws: claimed }) => {
  for (const [letter, { title, gap }] of Object.entries(laws))
    if (claimed.includes(letter))
      it(`is equivariant: ${title}`, () => {
        let largest = 0;
        fc.assert(
          fc.property(seeds, (seed) => {
            const found = gap(seed, path);
            expect(found).toBeLessThan(holds);
            largest = Math.max(largest, found);
          }),
          runs,
        );
        cells.set(`${name} ${letter}`, largest === 0 ? "yes, bit for bit" : "yes");
      });
    else
      it(`is not, a counterexample is found: ${title}`, () => {
        let [found, at] = [0, 0];
        const property = fc.property(seeds, (seed) => {
          [found, at] = [gap(seed, path), seed];
          return !(found > fails);
        });
        const { failed } = fc.check(property, { ...runs, endOnFailure: true });
        expect(failed, "no counterexample").toBe(true);
        cells.set(`${name} ${letter}`, `no: ${found.toPrecision(1)} at ${at}`);
      });
});

describe("docs/equivariance.md", () => {
  const file = new URL("../../docs/equivariance.md", import.meta.url);

  it("is what the tests above have found", () => {
    const letters = Object.keys(laws);
    const line = (entries: readonly string[]): string => `| ${entries.join(" | ")} |`;
    const table = [
      line(["optimizer", ...letters.map((letter) => laws[letter].title)]),
      line(["---", ...letters.map(() => "---")]),
      ...rows.map(({ name }) => line([name, ...letters.map((letter) => cells.get(`${name} ${letter}`) ?? "failed")])),
    ];
    const text = documentWith(table.join("\n"));
    if (process.env["UPDATE_DOCS"] === "1") writeFileSync(file, text);
    const unaligned = (written: string): string => written.replace(/ +/g, " ").replace(/-{3,}/g, "---");
    expect(unaligned(readFileSync(file, "utf8"))).toBe(unaligned(text));
  });
  afterAll(() => cells.clear());
});

function documentWith(table: string): string {
  return `# Equivariance

Which change of the problem leaves the path of an optimizer the same, up to that change? Written and checked by
\`test/properties/equivariance.test.ts\`, on random problems that are smooth and not convex, for ${steps} steps
(${searches} of the methods that search): "yes" where
every problem agrees to round-off, "yes, bit for bit" where every bit agrees, "no" where fast-check finds a counterexample,
with its gap relative to the length of the way and the seed of its problem.

- **All rotations**: the path on f(Qx) from Qᵀx₀ is Qᵀ times the path on f from x₀, Q orthogonal.
- **Kronecker rotations**: the same for a matrix parameter W and W → P W Qᵀ.
- **Signed permutations**: the same for coordinates that change places and signs.
- **Scaling of the loss**: the path on c·f is that on f, c > 0. With ε = 0 where the optimizer can do without one (full-matrix Adagrad, GGT and SOAP cannot).
- **Scaling of coordinates**: the path on f(Dx) from D⁻¹x₀ is D⁻¹ times the path on f, D diagonal and positive.
- **Gauge**: for a loss of W = U Vᵀ, the path of W from (U, V) is that from (UQ, VQ), Q orthogonal.

What a diagonal method loses under rotations is what an EGOP basis gives back: in it, each of these methods is equivariant to
all rotations (\`test/properties/rotation.test.ts\`).

${table}
`;
}
