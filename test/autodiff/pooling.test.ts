/** Pooling by the largest against its definition, written out: value, derivative in both modes, ties, borders, NaN. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compiled } from "../../src/autodiff/differentiable.ts";
import { maxPool } from "../../src/autodiff/pooling.ts";
import { reshape } from "../../src/autodiff/structure.ts";
import { jvp, vjp } from "../../src/autodiff/transformations.ts";
import { layout } from "../../src/linalg/layout.ts";
import { fold, integers, normal, random } from "../../src/math/random.ts";

const planes = [2, 3] as const;

interface Plan {
  readonly rows: number;
  readonly columns: number;
  readonly window: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
}

/** The elements of each plane that lie under the window, place by place. */
function windowsOf({ rows, columns, window, stride, padding }: Plan): number[][] {
  const places: number[][] = [];
  for (let y = -padding[0]; y + window[0] <= rows + padding[0]; y += stride[0])
    for (let x = -padding[1]; x + window[1] <= columns + padding[1]; x += stride[1]) {
      const under: number[] = [];
      for (let r = y; r < y + window[0]; r++)
        for (let c = x; c < x + window[1]; c++)
          if (r >= 0 && r < rows && c >= 0 && c < columns) under.push(r * columns + c);
      places.push(under);
    }
  return places;
}

function pooled(plan: Plan, x: Float64Array, tangent: Float64Array, cotangent: Float64Array): readonly Float64Array[] {
  const model = layout({ x: [...planes, plan.rows, plan.columns] });
  const inputs = { t: [...planes, plan.rows, plan.columns], c: [cotangent.length] };
  const take = (body: Parameters<typeof compiled<"x", typeof inputs>>[2]): Float64Array =>
    compiled(model, inputs, body).on({ t: tangent, c: cotangent })(x);
  const { window, stride, padding } = plan;
  const f = (image: Parameters<typeof maxPool>[0]): ReturnType<typeof maxPool> =>
    maxPool(image, { window, stride, padding });
  return [
    take((p) => f(p.x)),
    take((p, { t }) => jvp(f, p.x, t).tangent),
    take((p, { c }) => {
      const { value, pullback } = vjp(f, p.x);
      return pullback(reshape(c, value.shape));
    }),
  ];
}

const pairOf = (max: number): fc.Arbitrary<[number, number]> =>
  fc.tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max }));
const plans = fc
  .record({ rows: fc.integer({ min: 3, max: 7 }), columns: fc.integer({ min: 3, max: 7 }), window: pairOf(3) })
  .chain((sizes) =>
    fc.record({
      ...{ rows: fc.constant(sizes.rows), columns: fc.constant(sizes.columns), window: fc.constant(sizes.window) },
      stride: fc.oneof(pairOf(3), fc.constant(sizes.window)),
      padding: fc.tuple(
        fc.integer({ min: 0, max: Math.floor(sizes.window[0] / 2) }),
        fc.integer({ min: 0, max: Math.floor(sizes.window[1] / 2) }),
      ),
    }),
  );

describe("maxPool", () => {
  it("is the largest of each window, and equal largest share the derivative", () => {
    fc.assert(
      fc.property(plans, fc.nat(), (plan, seed) => {
        const key = random(seed);
        const area = plan.rows * plan.columns;
        const size = planes[0] * planes[1] * area;
        const windows = windowsOf(plan);
        // Few different numbers, so that many are equal.
        const x = Float64Array.from(integers(fold(key, 0), 5, new Int32Array(size)));
        const tangent = normal(fold(key, 1), new Float64Array(size));
        const cotangent = normal(fold(key, 2), new Float64Array((size / area) * windows.length));
        const [value, pushed, pulled] = pooled(plan, x, tangent, cotangent);
        const expected = new Float64Array(size);
        for (let plane = 0, place = 0; plane < size; plane += area)
          for (const under of windows) {
            const largest = Math.max(...under.map((k) => x[plane + k]));
            const tied = under.filter((k) => x[plane + k] === largest);
            const mean = tied.reduce((total, k) => total + tangent[plane + k] / tied.length, 0);
            expect(value[place]).toBe(largest);
            expect(Math.abs(pushed[place] - mean)).toBeLessThan(1e-14 * (1 + Math.abs(mean)) * 10);
            for (const k of tied) expected[plane + k] += cotangent[place] / tied.length;
            place++;
          }
        expected.forEach((entry, k) => expect(Math.abs(pulled[k] - entry)).toBeLessThan(1e-13));
      }),
      { numRuns: 150 },
    );
  });

  it("gives NaN for a window that holds it, and a derivative of NaN there", () => {
    const plan: Plan = { rows: 4, columns: 4, window: [2, 2], stride: [2, 2], padding: [0, 0] };
    const x = Float64Array.from({ length: 96 }, (_v, k) => (k === 5 ? NaN : k % 7));
    const [value, , pulled] = pooled(plan, x, new Float64Array(96).fill(1), new Float64Array(24).fill(1));
    expect(value.filter(Number.isNaN).length).toBe(1);
    expect(value[0]).toBeNaN();
    expect([0, 1, 4, 5].every((k) => Number.isNaN(pulled[k]))).toBe(true);
    expect(pulled.filter(Number.isNaN).length).toBe(4);
  });
});
