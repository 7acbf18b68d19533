/** Every operation of the table: differences, forward against reverse, second derivatives, batching against a loop. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { multiply, sum } from "../../src/autodiff/arithmetic.ts";
import { batchOver } from "../../src/autodiff/batching.ts";
import { compile } from "../../src/autodiff/compile.ts";
import { pushForward } from "../../src/autodiff/forward.ts";
import * as autodiff from "../../src/autodiff/index.ts";
import { pullBack } from "../../src/autodiff/reverse.ts";
import { Graph, type Tensor } from "../../src/autodiff/tensor.ts";
import type { Shape } from "../../src/linalg/layout.ts";
import { fold, integers, normal, permutation, random, type Key } from "../../src/math/random.ts";
import { cases, others, type Case, type Sizes } from "./cases.ts";

/** All that is asked of one operation, in one trace: value, both derivatives, second derivatives both ways. */
interface Trace {
  readonly inputs: readonly Tensor[];
  readonly value: Tensor;
  readonly pushed: Tensor;
  readonly pulled: readonly Tensor[];
  readonly curvature: readonly Tensor[];
  readonly curvatureByReverse: readonly Tensor[];
}

/** The inputs are the variables, the whole numbers, one direction per variable and a cotangent of the result, in order. */
function trace(graph: Graph, { inputs, whole = {}, body }: Case): Trace {
  const variables = Object.entries(inputs).map(([name, shape]) => graph.input(name, shape));
  const labels = Object.entries(whole).map(([name, { shape }]) => graph.input(name, shape));
  const directions = variables.map((variable) => graph.input("direction", variable.shape));
  const named = [...Object.keys(inputs), ...Object.keys(whole)].map((name, k) => [name, [...variables, ...labels][k]]);
  const value = body(Object.fromEntries(named) as Record<string, Tensor>);
  const cotangent = graph.input("cotangent", value.shape);
  const pulled = pullBack([value], [cotangent], variables);
  const slope = pulled.map((g, k) => sum(multiply(g, directions[k])));
  return {
    inputs: [...variables, ...labels, ...directions, cotangent],
    value,
    pushed: pushForward([value], variables, directions)[0],
    pulled,
    curvature: pushForward(pulled, variables, directions),
    curvatureByReverse: pullBack(
      slope,
      slope.map((s) => multiply(s, 0)).map((zero) => autodiff.add(zero, 1)),
      variables,
    ),
  };
}

type Run = (values: readonly Float64Array[]) => Float64Array[];

function prepare(inputs: readonly Tensor[], outputs: readonly Tensor[]): Run {
  const program = compile(inputs, outputs);
  return (values) => {
    const results = outputs.map((output) => new Float64Array(output.size));
    inputs.forEach((_input, k) => program.placeInput(k, values[k], 0));
    results.forEach((result, k) => program.placeOutput(k, result, 0));
    program.run();
    return results;
  };
}

const sizes = fc.record({
  m: fc.integer({ min: 1, max: 4 }),
  n: fc.integer({ min: 2, max: 5 }),
  k: fc.integer({ min: 1, max: 3 }),
});

/**
 * Elements of input `k`, from 0.7 to 2.4: different points of a grid that is shifted for each input, so that no two are
 * closer than 1/8192, and none is within 3e-5 of 0.9, 1.3 and 1.7, where entries of the table have kinks.
 */
function elements(key: Key, shape: Shape, k: number): Float64Array {
  const size = shape.reduce((a, b) => a * b, 1);
  const places = permutation(key, 1700).subarray(0, size);
  return Float64Array.from(places, (place) => 0.7 + (8 * place + k + 0.7) / 8192);
}

function directions(key: Key, shape: Shape): Float64Array {
  return normal(key, new Float64Array(shape.reduce((a, b) => a * b, 1)));
}

function drawAll(key: Key, { inputs, whole = {} }: Case, cotangent: Shape): Float64Array[] {
  const shapes = Object.values(inputs);
  return [
    ...shapes.map((shape, k) => elements(fold(key, k), shape, k)),
    ...Object.values(whole).map(({ shape, below }, k) =>
      Float64Array.from(integers(fold(key, 100 + k), below, new Int32Array(shape.reduce((a, b) => a * b, 1)))),
    ),
    ...shapes.map((shape, k) => directions(fold(key, 200 + k), shape)),
    directions(fold(key, 300), cotangent),
  ];
}

const dot = (a: readonly Float64Array[], b: readonly Float64Array[]): number =>
  a.reduce((total, x, k) => total + x.reduce((partial, v, i) => partial + v * b[k][i], 0), 0);
const largest = (arrays: readonly Float64Array[]): number =>
  Math.max(...arrays.flatMap((a) => [...a].map(Math.abs)), 0);

function expectClose(actual: readonly Float64Array[], expected: readonly Float64Array[], tolerance: number): void {
  const scale = Math.max(largest(expected), 1);
  actual.forEach((array, k) => {
    array.forEach((value, i) => {
      expect(Math.abs(value - expected[k][i]), `${value} against ${expected[k][i]}`).toBeLessThan(tolerance * scale);
    });
  });
}

/** From the smallest, which keeps away from every kink of the table, to one that round-off hardly reaches. */
const steps = [-19, -17, -15, -13].map((exponent) => 2 ** exponent);

/**
 * Derivatives at 0 by central differences of order 4. Their error is h⁴ times a fifth derivative, or anything where the
 * step reaches over a kink, and 1e-16/h of the largest number on the way, which at the smallest step alone can be 1e-8. Two
 * neighboring steps that agree tell which is good: of the pair that agrees best, the larger (C. J. F. Ridders, Accurate
 * Computation of F′(x) and F′(x)F″(x), Advances in Engineering Software 4, 1982, chooses among extrapolations like this).
 */
function differenceQuotients(at: (step: number) => Float64Array[]): Float64Array[] {
  const quotients = steps.map((h) => {
    const [near, nearBehind, far, farBehind] = [at(h), at(-h), at(2 * h), at(-2 * h)];
    return near.map((array, k) =>
      array.map((value, i) => (8 * (value - nearBehind[k][i]) - (far[k][i] - farBehind[k][i])) / (12 * h)),
    );
  });
  return quotients[0].map((array, k) =>
    array.map((_value, i) => {
      let best = { distance: Infinity, value: NaN };
      for (let s = 1; s < steps.length; s++) {
        const distance = Math.abs(quotients[s][k][i] - quotients[s - 1][k][i]);
        if (distance < best.distance) best = { distance, value: quotients[s][k][i] };
      }
      return best.value;
    }),
  );
}

function checkDerivatives(of: Case, key: Key): void {
  const t = trace(new Graph(), of);
  const values = drawAll(key, of, t.value.shape);
  const outputs = [t.value, t.pushed, ...t.pulled, ...t.curvature, ...t.curvatureByReverse];
  const count = Object.keys(of.inputs).length;
  const wholes = Object.keys(of.whole ?? {}).length;
  const run = prepare(t.inputs, outputs);
  const at = (step: number): Float64Array[] =>
    run(values.map((v, k) => (k < count ? v.map((x, i) => x + step * values[count + wholes + k][i]) : v)));
  const here = at(0);
  const difference = differenceQuotients(at);
  const [pushed, pulled] = [here.slice(1, 2), here.slice(2, 2 + count)];
  const curvature = here.slice(2 + count, 2 + 2 * count);
  expectClose(pushed, difference.slice(0, 1), 1e-8);
  expectClose(curvature, difference.slice(2, 2 + count), 1e-8);
  expectClose(here.slice(2 + 2 * count), curvature, 1e-10);
  const [direction, cotangent] = [values.slice(count + wholes, 2 * count + wholes), values.slice(-1)];
  const size = Math.max(1, largest(pushed), largest(pulled)) * (1 + t.value.size);
  expect(Math.abs(dot(pushed, cotangent) - dot(pulled, direction))).toBeLessThan(1e-12 * size);
}

/** Which inputs have examples is a bit mask; the others are shared. */
function checkBatching(of: Case, mask: number, key: Key): void {
  const size = 3;
  const graph = new Graph();
  const t = trace(graph, of);
  const outputs = [t.value, t.pushed, ...t.pulled, ...t.curvature];
  const sets = [0, 1, 2].map((k) => drawAll(fold(key, k), of, t.value.shape));
  const hasExamples = t.inputs.map((_input, k) => k === mask % t.inputs.length || ((mask >> k) & 1) === 1);
  const one = (example: number): Float64Array[] => t.inputs.map((_x, k) => sets[hasExamples[k] ? example : 0][k]);
  const run = prepare(t.inputs, outputs);
  const expected = [0, 1, 2].map((example) => run(one(example)));

  const batched = t.inputs.filter((_input, k) => hasExamples[k]);
  const examples = batched.map((input) => graph.input("examples", [size, ...input.shape]));
  const all = batchOver(outputs, batched, examples, size);
  all.forEach((tensor, k) => expect(tensor.shape).toEqual([size, ...outputs[k].shape]));
  const runAll = prepare([...t.inputs.filter((_input, k) => !hasExamples[k]), ...examples], all);
  const together = runAll(
    [false, true].flatMap((wanted) =>
      t.inputs.flatMap((_input, k) =>
        hasExamples[k] !== wanted ? [] : [wanted ? Float64Array.from(sets.flatMap((set) => [...set[k]])) : sets[0][k]],
      ),
    ),
  );
  for (const example of [0, 1, 2])
    expectClose(
      together.map((array) => array.slice((example * array.length) / size, ((example + 1) * array.length) / size)),
      expected[example],
      1e-12,
    );
}

describe("every operation", () => {
  for (const [name, of] of Object.entries(cases)) {
    it(name, () => {
      fc.assert(
        fc.property(sizes, fc.nat(2 ** 20), fc.nat(), (drawn: Sizes, mask, seed) => {
          checkDerivatives(of(drawn), random(seed));
          checkBatching(of(drawn), mask, random(seed));
        }),
        { numRuns: 6 },
      );
    });
  }

  it("has an entry in the table", () => {
    const tried = new Set(Object.keys(cases).map((name) => name.split(",")[0]));
    const functions = Object.entries(autodiff).flatMap(([name, value]) => (typeof value === "function" ? [name] : []));
    expect(functions.filter((name) => !tried.has(name) && !others.includes(name))).toEqual([]);
  });
});
