/** What the panels compute: the claims that the page makes of surfaces, and functions of every kind. */
import { describe, expect, it } from "vitest";
import { explanation, type Descent } from "../../playground/src/compute/descents.ts";
import { runOwn, type OwnSettings } from "../../playground/src/compute/own-function.ts";
import { surfaceNames, surfaces } from "../../playground/src/compute/surfaces.ts";
import { lastLosses, runTurned, surfaceHeights, surfaceObjective } from "../../playground/src/compute/turned.ts";
import { verdictOf } from "../../playground/src/panels/verdict.ts";
import { examples, ownSettings, surfaceSettings } from "../../playground/src/settings.ts";

const named = (descents: readonly Descent[], optimizer: string, egop: boolean): Descent => {
  const found = descents.find((each) => each.optimizer === optimizer && each.egop === egop);
  if (found === undefined) throw new Error(`no run of ${optimizer}`);
  return found;
};

describe("a turned surface", () => {
  it.each(surfaceNames)(
    "%s: EGOP's paths and gradient descent's turn along; Adam's and Adagrad's do not",
    (surface) => {
      const objective = surfaceObjective(surface);
      // Steps are few, so that round-off has not grown where a run is unstable.
      const at = (angle: number): readonly Descent[] =>
        runTurned(objective, { ...surfaceSettings(surface), angle, steps: 20 }).descents;
      const [straight, turned] = [at(0), at(35)];
      for (const [optimizer, egop] of [
        ["adam", true],
        ["adagrad", true],
        ["sgd", true],
        ["sgd", false],
      ] as const) {
        const [one, other] = [named(straight, optimizer, egop).path, named(turned, optimizer, egop).path];
        one.forEach((value, k) => expect(Math.abs(other[k] - value)).toBeLessThan(1e-6));
      }
      for (const optimizer of ["adam", "adagrad"] as const) {
        const [one, other] = [named(straight, optimizer, false).path, named(turned, optimizer, false).path];
        expect(Math.max(...one.map((value, k) => Math.abs(other[k] - value)))).toBeGreaterThan(0.1);
      }
    },
  );

  it.each(surfaceNames)("%s: a quarter turn changes nothing for anyone", (surface) => {
    const objective = surfaceObjective(surface);
    const at = (angle: number): Float64Array =>
      lastLosses(objective, { ...surfaceSettings(surface), angle, steps: 20 });
    const straight = at(20);
    at(110).forEach((loss, k) => expect(Math.abs(loss / straight[k] - 1)).toBeLessThan(1e-6));
  });

  it.each(surfaceNames)("%s is lowest at 0, within the disc, and starts within it", (surface) => {
    const { start, radius } = surfaces[surface];
    const heights = surfaceHeights(surface, 101);
    const lowest = Math.min(...heights);
    expect(lowest).toBeGreaterThan(-1e-12);
    expect(lowest).toBeLessThan(0.1);
    expect(Math.hypot(...start)).toBeLessThan(radius);
  });

  it("is told in words: what depends on the angle, what does not, and what diverges", () => {
    const sweep = (...ranges: readonly (readonly number[])[]): readonly Float64Array[] =>
      ranges.map((range) => Float64Array.from(range));
    expect(verdictOf(sweep([1, 0.01], [1e-20, 1], [0.5, 0.5], [0.01, 0.01], [0, 0], [0.5, 0.5]))).toBe(
      "Adam ends between 0.0100 and 1 in the original axes, and at 0.0100 in EGOP’s at every angle. " +
        "Adagrad ends between zero (to round-off) and 1 in the original axes, and at zero (to round-off) in EGOP’s at every angle. " +
        "SGD ends at 0.500 at every angle and in both coordinates: it does not notice axes.",
    );
    expect(verdictOf(sweep([1, NaN], [1, 2], [1, 2], [3, 4], [3, 4], [1, 2]))).toMatch(
      /^Adam diverges at some angles\. Adagrad ends between 1 and 2 in the original axes, and between 3 and 4 in EGOP’s\./,
    );
  });
});

const own = (change: Partial<OwnSettings>): OwnSettings => ({ ...ownSettings(examples[0]), ...change });

describe("a typed function", () => {
  it.each(examples.map((example) => [example.title, example] as const))(
    "%s, an example, goes down in every run",
    (_title, example) => {
      for (const { losses, divergedAt } of runOwn(ownSettings(example)).descents) {
        expect(divergedAt).toBeUndefined();
        expect(losses[120]).toBeLessThan(losses[0]);
      }
    },
  );

  it("has its eigenvectors in the order of its variables, and its advice", () => {
    const { variables, eigenvalues, eigenvectors, recommendation, picture } = runOwn(
      own({ formula: "100*z^2 + y^2 + 0*x", start: [0, 0, 0], samples: 400 }),
    );
    expect(variables).toEqual(["x", "y", "z"]);
    expect(Math.abs(eigenvectors[6])).toBeGreaterThan(0.99);
    expect(eigenvalues[2]).toBe(0);
    expect(recommendation).toMatch(/^Not worth it/);
    expect(picture).toBeUndefined();
  });

  it("is drawn with all that is near its paths", () => {
    const { picture, descents } = runOwn(own({ formula: "x^2 + 10*y^2", start: [2, 1] }));
    if (picture === undefined) throw new Error("there is no picture");
    const { center, radius } = picture.square;
    for (const { path } of descents) expect(Math.abs(path[0] - center[0])).toBeLessThan(radius);
    expect(picture.heights.length).toBe(picture.size * picture.size);
  });

  it("may be flat, and may fall without end", () => {
    const flat = runOwn(own({ formula: "0*x + 3", start: [1] }));
    expect([...flat.eigenvalues]).toEqual([0]);
    expect(flat.recommendation).toContain("every one of the 64 sampled gradients is zero");
    const steep = runOwn(own({ formula: "x^3*y^4", start: [-2, 3], rates: { adam: 1, adagrad: 1, sgd: 1 } }));
    expect(named(steep.descents, "sgd", false).divergedAt).toBeGreaterThan(0);
  });

  it.each([
    ["log(x)", [-1], /NaN/],
    ["1/x", [0], /Infinity|infinite|not finite|NaN/i],
    ["sqrt(x)", [0.001], /NaN|Infinity/],
    ["x +", [1], /but the text ends/],
  ])("that has no value or slope where it is needed is refused in words: %s", (formula, start, message) => {
    const problem = (() => {
      try {
        runOwn(own({ formula, start }));
      } catch (error) {
        return explanation(error);
      }
      return "nothing was thrown";
    })();
    expect(problem).toMatch(message);
  });
});
