/**
 * Runs every one-line `@example` of the documentation. In scope are all public names (those of the file's own folder
 * first) and the fixtures. `// value` behind an example is compared with what it gives, to the digits that are written;
 * `// throws "message"` expects an error.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { compileFunction } from "node:vm";
import { describe, expect, it } from "vitest";
import * as autodiff from "../../src/autodiff/index.ts";
import * as egop from "../../src/egop/index.ts";
import * as front from "../../src/index.ts";
import * as linalg from "../../src/linalg/index.ts";
import * as math from "../../src/math/index.ts";
import * as optim from "../../src/optim/index.ts";
import { fixtures, insideTrace } from "./fixtures.ts";

const source = fileURLToPath(new URL("../../src", import.meta.url));
const folders: Readonly<Record<string, Readonly<Record<string, unknown>>>> = { math, linalg, autodiff, optim, egop };

interface Example {
  readonly folder: string;
  readonly line: number;
  readonly code: string;
  readonly expected: string | undefined;
}

function examplesOf(file: string): Example[] {
  const folder = relative(source, file).split("/")[0];
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((text, index) => {
      const found = /@example (.*?)\s*(?:\*\/)?\s*$/.exec(text);
      if (found === null) return [];
      const [code, expected] = found[1].split(/ \/\/ (?!.* \/\/ )/);
      return [{ folder, line: index + 1, code, expected }];
    });
}

function evaluate(code: string, scope: Readonly<Record<string, unknown>>): unknown {
  const body = /^(const|let|for) /.test(code) ? `{ ${code} }` : `return (${code.replace(/;$/, "")});`;
  return (compileFunction(body, Object.keys(scope)) as (...values: unknown[]) => unknown)(...Object.values(scope));
}

/** The exported names, and those of modules that are documented but reached through another (`checkFinite`). */
async function scopeOf(file: string, folder: string): Promise<Readonly<Record<string, unknown>>> {
  const own = (await import(file)) as Readonly<Record<string, unknown>>;
  return { ...math, ...linalg, ...autodiff, ...optim, ...egop, ...front, ...folders[folder], ...own, ...fixtures() };
}

/** One unit in the last written decimal place, or round-off where none is written (of the value, if it is above 1). */
const roundoff = 1e-12;
function toleranceOf(expected: string): number {
  const decimals = [...expected.matchAll(/\d\.(\d+)(?!\d|e)/g)].map(([, digits]) => digits.length);
  return decimals.length === 0 ? roundoff : Math.max(1e-14, 1.01 * 10 ** -Math.min(...decimals));
}

function expectClose(actual: unknown, expected: unknown, tolerance: number): void {
  if (typeof expected === "number" && typeof actual === "number") {
    if (!Object.is(actual, expected))
      expect(
        Math.abs(actual - expected) / Math.max(1, tolerance === roundoff ? Math.abs(expected) : 1),
        `${actual} is not ${expected}`,
      ).toBeLessThanOrEqual(tolerance);
  } else if (isList(expected)) {
    if (!isList(actual)) expect.fail(`${String(actual)} is no list; expected ${JSON.stringify(expected)}`);
    expect(actual.length).toBe(expected.length);
    expected.forEach((entry, i) => expectClose(actual[i], entry, tolerance));
  } else expect(actual).toEqual(expected);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) || value instanceof Float64Array || value instanceof Int32Array;
}

const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));

describe("the examples of", () => {
  for (const name of files.sort()) {
    const file = join(source, name);
    for (const { folder, line, code, expected } of examplesOf(file))
      it(`${name}:${line}`, async () => {
        const scope = await scopeOf(file, folder);
        const run = (): unknown =>
          folder === "autodiff"
            ? insideTrace((tensors) => evaluate(code, { ...scope, ...tensors }))
            : evaluate(code, scope);
        const thrown = expected === undefined ? null : /^throws "(.*)"$/.exec(expected);
        if (thrown !== null) expect(run).toThrow(thrown[1]);
        else if (expected === undefined) run();
        else expectClose(run(), evaluate(expected, scope), toleranceOf(expected));
      });
  }
});
