/** The whole road against PyTorch and LAPACK: wine, its EGOP basis from given points, and the runs in both bases. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { affine, differentiable, mean, softmaxCrossEntropy, tanh } from "../../src/autodiff/index.ts";
import { denseBasis, egop, listedPoints, reparameterize } from "../../src/egop/index.ts";
import { layout } from "../../src/linalg/layout.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { symmetricEigen } from "../../src/linalg/symmetric-eigen.ts";
import { gram } from "../../src/linalg/product.ts";
import { adagrad, adam, minimize, sgd, type GradientTransformation } from "../../src/optim/index.ts";

interface Golden {
  readonly start: number[];
  readonly points: number[][];
  readonly egopEigenvalues: number[];
  readonly lossBeforeEachStep: Readonly<Record<string, number[]>>;
}
const golden = JSON.parse(readFileSync(new URL("../golden/wine-egop.json", import.meta.url), "utf8")) as Golden;

/** All 178 rows, each feature with mean 0 and population standard deviation 1. */
function wine(): { x: number[]; label: number[] } {
  const text = readFileSync(new URL("../../lab/data/wine.csv", import.meta.url), "utf8");
  const rows = text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").map(Number));
  const columns = Array.from({ length: 13 }, (_v, j) => {
    const column = rows.map((row) => row[j]);
    const average = column.reduce((a, b) => a + b, 0) / column.length;
    const variance = column.reduce((a, b) => a + (b - average) ** 2, 0) / column.length;
    return column.map((value) => (value - average) / Math.sqrt(variance));
  });
  return { x: rows.flatMap((_row, i) => columns.map((column) => column[i])), label: rows.map((row) => row[13]) };
}

describe("the whole road on wine", () => {
  const model = layout({ W1: [13, 5], b1: [5], W2: [5, 3], b2: [3] });
  const loss = differentiable(model, { x: [178, 13], label: [178] }, (p, { x, label }) =>
    mean(softmaxCrossEntropy(affine(tanh(affine(x, p.W1, p.b1)), p.W2, p.b2), label)),
  );
  const objective = loss.on(wine());
  const estimate = egop(objective, {
    points: listedPoints(Matrix.fromRows(golden.points)),
    samples: golden.points.length,
  });
  const start = new Float64Array(golden.start);

  it("has the reference's eigenvalues, the small ones to relative accuracy too", () => {
    // Softmax does not see a constant added to all logits: six directions have no gradient, and round-off for eigenvalues.
    golden.egopEigenvalues.forEach((expected, k) => {
      const error = Math.abs(estimate.eigenvalues[k] - expected);
      if (k < 82) expect(error / expected, `eigenvalue ${k}`).toBeLessThan(1e-11);
      else expect(error, `eigenvalue ${k}`).toBeLessThan(1e-30);
    });
  });

  const optimizers: Readonly<Record<string, () => GradientTransformation>> = {
    "adam lr=0.05": () => adam({ learningRate: 0.05 }),
    "adagrad lr=0.2": () => adagrad({ learningRate: 0.2 }),
    "sgd lr=0.5": () => sgd({ learningRate: 0.5 }),
  };
  const bases = {
    original: objective,
    egop: reparameterize(objective, estimate.basis()),
    "egop, by the squared road": reparameterize(
      objective,
      denseBasis(symmetricEigen(gram(estimate.gradients), { method: "tridiagonal" }).vectors),
    ),
  };
  for (const [name, optimizer] of Object.entries(optimizers))
    for (const [basis, inBasis] of Object.entries(bases))
      it(`${name}, ${basis}: the loss before each step`, () => {
        const expected = golden.lossBeforeEachStep[`${name} ${basis.split(",")[0]}`];
        const { losses } = minimize(inBasis, { start, optimizer: optimizer(), steps: expected.length - 1 });
        expected.forEach((value, t) => {
          expect(Math.abs(losses[t] - value) / value, `step ${t}`).toBeLessThan(1e-8);
        });
      });
});
