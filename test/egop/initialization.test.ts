import { describe, expect, it } from "vitest";
import { initialization } from "../../src/egop/sampling.ts";
import { layout } from "../../src/linalg/layout.ts";
import { random } from "../../src/math/random.ts";

describe("orthogonal initialization", () => {
  const model = layout({ tall: [6, 3], wide: [3, 5], filters: [4, 2, 3, 3], b: [5] });
  it("draws orthonormal columns, or rows where these are fewer, and biases of 0", () => {
    const out = new Float64Array(model.size);
    initialization(model, { scheme: "orthogonal" }).draw(random(1), out, 0);
    for (const [name, rows, columns] of [
      ["tall", 6, 3],
      ["wide", 3, 5],
      ["filters", 4, 18],
    ] as const) {
      const view = model.view(out, name);
      const tall = rows >= columns;
      const [count, length] = tall ? [columns, rows] : [rows, columns];
      const entry = (vector: number, k: number): number => view[tall ? k * columns + vector : vector * columns + k];
      for (let i = 0; i < count; i++)
        for (let j = 0; j < count; j++) {
          let dot = 0;
          for (let k = 0; k < length; k++) dot += entry(i, k) * entry(j, k);
          expect(dot).toBeCloseTo(i === j ? 1 : 0, 13);
        }
    }
    expect([...model.view(out, "b")]).toEqual([0, 0, 0, 0, 0]);
    expect(() => initialization(model, { scheme: "zeros" as never })).toThrow('the scheme is "zeros"');
  });
});
