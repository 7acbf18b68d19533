/** Runs the code of the README as it stands, with fewer samples and steps. */
import { readFileSync } from "node:fs";
import { compileFunction } from "node:vm";
import { describe, expect, it } from "vitest";
import * as front from "../../src/index.ts";

describe("the README", () => {
  const text = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

  it("has code that runs, with names that the front door exports", () => {
    const code = /```ts\n(.*?)```/s.exec(text)?.[1] ?? "";
    const [imports, body] = code.split(' from "egop";');
    const names = [...imports.matchAll(/\w+/g)].map(([name]) => name).filter((name) => name !== "import");
    for (const name of names) expect(front).toHaveProperty(name);
    const shorter = body.replace("samples: 1210", "samples: 3").replace("steps: 400", "steps: 4");
    expect(shorter).not.toBe(body);
    const scope = names.map((name) => (front as Readonly<Record<string, unknown>>)[name]);
    const run = compileFunction(`${shorter}; return run;`, [...names, "x", "label", "start"]) as (
      ...values: unknown[]
    ) => front.Run;
    // Images of one bright pixel each, which names the class.
    const label = Array.from({ length: 1437 }, (_value, row) => row % 10);
    const x = label.flatMap((digit) => Array.from({ length: 64 }, (_value, pixel) => (pixel === digit ? 1 : 0)));
    const start = new Float64Array(1210);
    const model = front.layout({ W1: [64, 16], b1: [16], W2: [16, 10], b2: [10] });
    front.initialization(model).draw(front.random(1), start, 0);
    const { parameters, losses } = run(...scope, x, label, start);
    expect(parameters.length).toBe(1210);
    expect(losses[4]).toBeLessThan(losses[0]);
  });

  it("points to files that exist", () => {
    for (const [, path] of text.matchAll(/\]\((?!https:)([^)]+)\)/g))
      expect(() => readFileSync(new URL(`../../${path}`, import.meta.url))).not.toThrow();
  });
});
