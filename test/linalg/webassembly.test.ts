import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { multiply, planProduct } from "../../src/linalg/product.ts";
import { useWebAssembly, webAssemblyBytes, webAssemblyKernels } from "../../src/linalg/webassembly/instance.ts";
import { residentMemory } from "../../src/linalg/resident.ts";
import { programKernels } from "../../src/linalg/webassembly/bytes.ts";
import { kernelModule } from "../../src/linalg/webassembly/kernels.ts";
import { randomMatrix } from "./residuals.ts";

/** The engine's own; its types are the browser's, which the tests do without. */
const engine = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly;
interface Engine {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
}
const members = { Instance: (engine as unknown as { Instance: unknown }).Instance };

const a = randomMatrix(40, 40, 1);

function refuse(message: string): () => never {
  return function refusing() {
    throw new Error(message);
  };
}

afterEach(() => {
  vi.unstubAllGlobals();
  expect(useWebAssembly(true)).toBe(true);
});

describe("webAssemblyBytes", () => {
  it("gives a valid module; that of products alone has less than 2 kB", () => {
    expect(engine.validate(webAssemblyBytes())).toBe(true);
    const products = kernelModule(20);
    expect(products.length).toBeLessThan(2000);
    expect(engine.validate(products)).toBe(true);
  });

  it("is what the build writes into the package", () => {
    const file = readFileSync(resolve(import.meta.dirname, "..", "..", "dist", "egop.wasm"));
    expect(Uint8Array.from(file)).toEqual(webAssemblyBytes());
  });
});

describe("useWebAssembly", () => {
  it("changes no bit of a product", () => {
    const withIt = multiply(a, a);
    expect(useWebAssembly(false)).toBe(false);
    expect(multiply(a, a)).toEqual(withIt);
    expect(useWebAssembly(new engine.Module(webAssemblyBytes()))).toBe(true);
    expect(multiply(a, a)).toEqual(withIt);
  });

  it("serves products and programs' memories with a module compiled ahead of time", () => {
    const module = new engine.Module(webAssemblyBytes());
    vi.stubGlobal("WebAssembly", { ...members, Module: refuse("Wasm code generation disallowed by embedder") });
    expect(useWebAssembly(module)).toBe(true);
    expect(residentMemory(programKernels, 1_000_000)?.array.length).toBeGreaterThan(1_000_000);
    expect(residentMemory(programKernels, 1)?.kernels.memory).not.toBe(
      residentMemory(programKernels, 1)?.kernels.memory,
    );
  });

  it("may be called between the runs of a planned product", () => {
    const product = planProduct({ rows: 40, columns: 40, inner: 40 });
    const results = [true, false, true].map((choice) => {
      useWebAssembly(choice);
      const out = new Matrix(40, 40);
      product(a.data, 0, a.data, 0, out.data, 0);
      return out;
    });
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it.each([
    ["is missing", undefined],
    ["refuses to compile", { Module: refuse("Wasm code generation disallowed by embedder") }],
    ["refuses to instantiate", { Module: Map, Instance: refuse("out of memory") }],
    ["is something else", 7],
  ])("falls back to JavaScript where WebAssembly %s", (_case, broken) => {
    const expected = multiply(a, a);
    vi.stubGlobal("WebAssembly", broken);
    expect(useWebAssembly(true)).toBe(false);
    expect(webAssemblyKernels()).toBe(null);
    expect(multiply(a, a)).toEqual(expected);
  });

  it("falls back to JavaScript where even looking for WebAssembly throws", () => {
    vi.stubGlobal("WebAssembly", undefined);
    Object.defineProperty(globalThis, "WebAssembly", {
      configurable: true,
      get() {
        throw new Error("hidden");
      },
    });
    expect(useWebAssembly(true)).toBe(false);
  });

  it("refuses a module that is not the library's, and keeps the choice", () => {
    const message =
      "useWebAssembly: the module cannot be used; expected a WebAssembly.Module compiled from webAssemblyBytes().";
    const empty = new engine.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    useWebAssembly(false);
    for (const module of [{}, empty]) expect(() => useWebAssembly(module)).toThrow(new ArgumentError(message));
    expect(webAssemblyKernels()).toBe(null);
  });

  it("grows the memory where a workspace needs more", () => {
    const kernels = webAssemblyKernels();
    const memory = kernels?.memory(1_000_000);
    expect(memory?.length).toBeGreaterThanOrEqual(1_000_000);
    expect(kernels?.memory(10)).toBe(memory);
  });
});
