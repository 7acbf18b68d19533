/**
 * Globals that were changed by other scripts, before the library is loaded or after: the conformance program has the same
 * digest in all of them. Each case is a realm of its own.
 */
import { build } from "esbuild";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { runInNewContext } from "node:vm";
import { beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..", "..");
let script: string;
let expected: string;

/** Evaluates `before`, the library, `after` and the conformance program in a new realm. */
function digest(before: string, after: string): string {
  const call = "try { egopAll() } catch (error) { `${error.name}: ${error.message} ${error.stack}` }";
  return String(runInNewContext(`${before};\n${script};\n${after};\n${call}`));
}

beforeAll(async () => {
  const rows = readFileSync(resolve(root, "lab", "data", "digits.csv"), "utf8")
    .trim()
    .split("\n")
    .slice(1, 41);
  const digits = rows.map((line) => {
    const pixels = line.split(",").map(Number);
    return [...pixels.filter((_, i) => i % 4 === 1 && i < 64), pixels[64]];
  });
  const result = await build({
    stdin: {
      contents: `import { conformance } from "./test/runtimes/conformance.ts";
globalThis.egopAll = () => conformance(${JSON.stringify(digits)});`,
      resolveDir: root,
    },
    bundle: true,
    format: "iife",
    target: "es2022",
    write: false,
    logLevel: "error",
  });
  script = result.outputFiles[0].text;
  expected = digest("", "");
});

const exact = ["sqrt", "abs", "floor", "ceil", "trunc", "sign", "min", "max", "imul", "clz32", "fround"];
const everyMember = "for (const name of Object.getOwnPropertyNames(Math))";

const throwingWebAssembly = `Object.defineProperty(globalThis, "WebAssembly", {
  configurable: true, get() { throw new Error("WebAssembly is forbidden"); } })`;
const refusingWebAssembly = `for (const name of ["Module", "Instance", "validate", "compile", "instantiate"])
  WebAssembly[name] = function () { throw new Error("compiling is forbidden"); }`;
const pollution = `Object.prototype.polluted = 42; Array.prototype.polluted = 42;
Object.prototype.enumerable = true; Object.prototype.toJSON = () => 42`;
// Also where the library might read before the beginning of a list, or beyond its end.
const indices = `for (const name of ["-1", "0", "1", "2", "3", "undefined", "NaN", "length"]) Object.prototype[name] = 7;
for (const name of ["-1", "0", "1", "2", "3"]) Array.prototype[name] = 7`;
const frozen = `for (const name of Object.getOwnPropertyNames(globalThis)) {
  const value = globalThis[name];
  if (value !== globalThis && (typeof value === "function" || typeof value === "object")) { Object.freeze(value); Object.freeze(value?.prototype); }
}`;

describe("before the library is loaded", () => {
  it.each([
    ["WebAssembly deleted", "delete globalThis.WebAssembly"],
    ["WebAssembly throwing", throwingWebAssembly],
    ["WebAssembly refusing to compile", refusingWebAssembly],
    ["Object.prototype polluted", pollution],
    ["numbered members of Object.prototype and Array.prototype", indices],
    ["everything frozen", frozen],
    [
      "all members of Math replaced whose results differ between engines",
      `${everyMember} if (!${JSON.stringify(exact)}.includes(name) && typeof Math[name] === "function") Math[name] = () => 42`,
    ],
  ])("%s", (_name, before) => {
    expect(digest(before, "")).toBe(expected);
  });
});

describe("after the library is loaded", () => {
  it.each([
    ["WebAssembly deleted", "delete globalThis.WebAssembly"],
    ["WebAssembly throwing", throwingWebAssembly],
    ["WebAssembly refusing to compile", refusingWebAssembly],
    ["Object.prototype polluted", pollution],
    ["numbered members of Object.prototype and Array.prototype", indices],
    ["everything frozen", frozen],
  ])("%s", (_name, after) => {
    expect(digest("", after)).toBe(expected);
  });

  // The program itself hashes with imul; the library must not notice that it is the only one left.
  it.each([
    [
      "all members of Math replaced",
      `${everyMember} if (name !== "imul" && typeof Math[name] === "function") Math[name] = () => 42`,
    ],
    ["Math replaced", "globalThis.Math = { imul: Math.imul }"],
  ])("%s", (_name, after) => {
    expect(digest("", after)).toBe(expected);
  });
});
