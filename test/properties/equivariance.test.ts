/**
 * Which optimizer is equivariant to what: every cell of docs/equivariance.md, checked in both directions. Where a law holds,
 * it holds for every random problem; where it does not, a counterexample is found and its gap recorded. The test fails when
 * the document is not what it finds; UPDATE_DOCS=1 writes it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { EgopError } from "../../src/errors.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { multiplyVector } from "../../src/linalg/product.ts";
import { randomOrthogonal } from "../../src/linalg/random-orthogonal.ts";
import { fold, normal, permutation, random, uniform } from "../../src/math/random.ts";
import * as optim from "../../src/optim/index.ts";
import { changed, scaled, size } from "./equivariance-problems.ts";
import { muonSteps, notOptimizers, rows, searches, steps, type Row } from "./equivariance-rows.ts";

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

const startOf = (seed: number): Float64Array => normal(fold(random(seed), 2), new Float64Array(size));
const times = (a: Matrix, x: Float64Array, transposeA = false): Float64Array =>
  multiplyVector(a, x, { transpose: transposeA });
/** The points Ax̃ of a path. */
const seenFrom = (a: Matrix, path: readonly Float64Array[]): Float64Array[] => path.map((x) => times(a, x));

/** The gap under an orthogonal change of coordinates. */
const underRotation = (a: Matrix, seed: number, { path, kind }: Row): number => {
  const [problem, start] = [kind.random(seed), startOf(seed)];
  return gapOf(path(problem, start), seenFrom(a, path(changed(problem, a), times(a, start, true))));
};

/** The columns: for a seed and an optimizer, how far its path is from what the law says. */
const laws: Readonly<Record<string, { readonly title: string; readonly gap: (seed: number, row: Row) => number }>> = {
  R: { title: "all rotations", gap: (seed, row) => underRotation(randomOrthogonal(size, random(seed)), seed, row) },
  K: {
    title: "Kronecker rotations",
    gap(seed, row) {
      const [p, q] = [randomOrthogonal(3, fold(random(seed), 3)), randomOrthogonal(2, fold(random(seed), 4))];
      const a = new Matrix(size, size);
      for (let i = 0; i < size; i++)
        for (let j = 0; j < size; j++) a.set(i, j, p.get(Math.floor(i / 2), Math.floor(j / 2)) * q.get(i % 2, j % 2));
      if (row.kind.kronecker === undefined) return underRotation(a, seed, row);
      const [there, start] = [row.kind.kronecker(seed, p, q), startOf(seed)];
      return gapOf(row.path(row.kind.random(seed), start), seenFrom(a, row.path(there, times(a, start, true))));
    },
  },
  P: {
    title: "signed permutations",
    gap(seed, row) {
      const a = new Matrix(size, size);
      const signs = uniform(fold(random(seed), 4), new Float64Array(size));
      permutation(fold(random(seed), 3), size).forEach((to, from) => a.set(to, from, signs[from] < 0.5 ? -1 : 1));
      return underRotation(a, seed, row);
    },
  },
  L: {
    title: "scaling of the loss",
    gap(seed, row) {
      const [problem, start] = [row.kind.random(seed), startOf(seed)];
      // By 2^-10 to 2^10, not by powers of two only.
      const [share] = uniform(fold(random(seed), 5), new Float64Array(1));
      let scale = 1 + share;
      for (let k = 0; k < seed % 20; k++) scale *= k % 2 === seed % 2 ? 2 : 1;
      if (seed % 3 === 0) scale = 1 / scale;
      return gapOf(row.path(problem, start), row.path(scaled(problem, scale), start));
    },
  },
  C: {
    title: "scaling of coordinates",
    gap(seed, row) {
      const [problem, start] = [row.kind.random(seed), startOf(seed)];
      const scales = uniform(fold(random(seed), 5), new Float64Array(size)).map((u) => 0.5 + 1.5 * u);
      const diagonal = (entry: (i: number) => number): Matrix => {
        const matrix = new Matrix(size, size);
        for (let i = 0; i < size; i++) matrix.set(i, i, entry(i));
        return matrix;
      };
      const [a, inverse] = [diagonal((i) => scales[i]), diagonal((i) => 1 / scales[i])];
      return gapOf(row.path(problem, start), seenFrom(a, row.path(changed(problem, a), times(inverse, start))));
    },
  },
  G: {
    title: "gauge",
    gap(seed, row) {
      const { problem, product, turn } = row.kind.gauge(seed);
      const start = normal(fold(random(seed), 7), new Float64Array(12));
      const turned = turn(start, randomOrthogonal(2, random(seed)));
      return gapOf(row.path(problem, start).map(product), row.path(problem, turned).map(product));
    },
  },
};

/** Round-off, grown by 30 steps of a path that is not contracting; and what counts as a counterexample. */
const holds = 1e-8;
const fails = 1e-3;
const seeds = fc.integer({ min: 0, max: 9999 });
const runs = { numRuns: 15, seed: 20260 };
const cells = new Map<string, string>();

/** A gap, or infinity where one of the two runs ends in an error of the library (the loss times 1000 may make it diverge). */
function gapOrEnd(gap: () => number): number {
  try {
    return gap();
  } catch (error) {
    if (error instanceof EgopError) return Infinity;
    throw error;
  }
}

describe.each(rows)("$name", (row) => {
  const { name, laws: claimed, undefinedLaws } = row;
  for (const [letter, { title, gap }] of Object.entries(laws))
    if (undefinedLaws.includes(letter)) cells.set(`${name} ${letter}`, "–");
    else if (claimed.includes(letter))
      it(`is equivariant: ${title}`, () => {
        let largest = 0;
        fc.assert(
          fc.property(seeds, (seed) => {
            const found = gap(seed, row);
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
          [found, at] = [gapOrEnd(() => gap(seed, row)), seed];
          return !(found > fails);
        });
        fc.check(property, { ...runs, endOnFailure: true });
        expect(found, "no counterexample").toBeGreaterThan(fails);
        cells.set(`${name} ${letter}`, `no: ${found === Infinity ? "∞" : found.toPrecision(1)} at ${at}`);
      });
});

describe("docs/equivariance.md", () => {
  const file = new URL("../../docs/equivariance.md", import.meta.url);

  it("has a row for every optimizer that the library exports", () => {
    const made = new Set(rows.map(({ maker }) => maker));
    const functions = Object.entries(optim).flatMap(([name, value]) => (typeof value === "function" ? [name] : []));
    expect(functions.filter((name) => !notOptimizers.includes(name)).sort()).toEqual([...made].sort());
  });

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
\`test/properties/equivariance.test.ts\`, on random problems for ${steps} steps (${searches} of the methods that search): "yes" where
every problem agrees to round-off, "yes, bit for bit" where every bit agrees, "no" where fast-check finds a counterexample,
with its gap relative to the length of the way (∞ where one of the two runs ends in an error) and the seed of its problem, "–" where the method has no meaning.

The problems are smooth functions that are not convex; curved sums of squares for Gauss–Newton and Levenberg–Marquardt; softmax
networks for natural gradients and K-FAC, which look at the network's own Fisher matrix: it does not scale with the loss, is
singular in the gauge directions (so that natural gradients need damping there), and K-FAC is defined for changes of
coordinates that leave the layers layers. Muon's column has ${muonSteps} steps: its Newton–Schulz polynomial has slope 485 at 0, so
that where a momentum has a singular value a thousand times smaller than the other, round-off along it grows two- or
threefold from step to step (1e-16 to 1e-6 in 30 steps at seed 52), though the law holds in exact arithmetic.

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
