/**
 * Where the choice between the JavaScript and the WebAssembly kernels is made, once: at first use the module is assembled
 * and compiled, and where that is impossible (no WebAssembly, no vector instructions, compilation forbidden) JavaScript
 * is used from there on. The two give the same bits, so the choice is seen in the time alone.
 *
 * `current` and what is compiled for it are the only state of this library's modules. It holds no result and no number that a result depends on:
 * compiled modules with their memory, which the kernels use as a workspace while they run.
 */
import { ArgumentError } from "../../errors.ts";
import { assemble, type FunctionSource } from "../../webassembly/assembler.ts";
import { chooseWebAssembly, engine } from "../../webassembly/engine.ts";
import { allBytes, productBytes } from "./bytes.ts";
import type { KernelMemory, KernelSet } from "./kernel-types.ts";

/** The module's functions and its memory, seen as doubles. */
export interface Kernels {
  strip(a: number, panels: number, c: number, stride: number, tiles: number, length: number, resume: number): void;
  multiplyInPlace(
    a: number,
    rowStep: number,
    innerStep: number,
    b: number,
    strideB: number,
    c: number,
    strideC: number,
    strips: number,
    tiles: number,
    length: number,
    resume: number,
  ): void;
  subtractRows(f: number, strideF: number, p: number, c: number, stride: number, rows: number, columns: number): void;
  exchange(a: number, b: number, pairs: number): void;
  /** The memory, of at least so many doubles; the array is another one after the memory has grown. */
  memory(doubles: number): Float64Array;
}

interface Exports extends Omit<Kernels, "memory"> {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
}

const pageDoubles = 8192;

/** undefined: not yet chosen; null: JavaScript. */
let current: Kernels | null | undefined;

/** The kernels, or null where the JavaScript ones are to be used. */
export function webAssemblyKernels(): Kernels | null {
  if (current === undefined) {
    try {
      const { Module } = engine();
      current = instantiate(new Module(productBytes()));
    } catch {
      current = null;
    }
  }
  return current;
}

/**
 * Chooses the kernels of all products and decompositions from here on: `false` for JavaScript's, `true` for WebAssembly's
 * where the engine allows it (what is chosen without a call), or a `WebAssembly.Module` compiled from `webAssemblyBytes`,
 * for engines that refuse to compile bytes at run time. Returns whether WebAssembly is used now. The results are the same
 * bits either way. The kernels' memory is freed with `false`.
 *
 * Throws ArgumentError for a module that cannot be instantiated or is not this library's; the choice is then as before.
 *
 * @example useWebAssembly(false) // false
 */
export function useWebAssembly(choice: boolean | object): boolean {
  shared.clear();
  if (choice === false) current = null;
  else if (choice === true) {
    current = undefined;
    for (const [set, module] of modules) if (module === null) modules.delete(set);
    webAssemblyKernels();
  } else {
    current = instantiateGiven(choice);
    given = choice;
  }
  chooseWebAssembly(choice);
  return current !== null;
}

/**
 * The bytes of a WebAssembly module with all kernels, to be compiled ahead of time where that is not allowed at run time;
 * see `useWebAssembly`. The package has them as a file too, `egop/egop.wasm`.
 *
 * @example webAssemblyBytes()[1] // 97
 */
export function webAssemblyBytes(): Uint8Array<ArrayBuffer> {
  return allBytes();
}

function instantiateGiven(module: object): Kernels {
  try {
    const kernels = instantiate(module);
    const exports = new (engine().Instance)(module).exports as Readonly<Record<string, unknown>>;
    const missing = [
      "multiplyRows",
      "addColumns64",
      "addColumns21",
      "addRowProducts",
      "addSymmetricProduct",
      "reflect",
      "atan1",
    ].find((name) => exports[name] === undefined);
    if (missing !== undefined) throw new ArgumentError(`useWebAssembly: the module exports no \`${missing}\`.`);
    return kernels;
  } catch (cause) {
    throw new ArgumentError(
      "useWebAssembly: the module cannot be used; expected a WebAssembly.Module compiled from webAssemblyBytes().",
      { cause },
    );
  }
}

function instantiate(module: object): Kernels {
  const { Instance } = engine();
  const { strip, multiplyInPlace, subtractRows, exchange, memory } = new Instance(module).exports as Exports;
  if (![strip, multiplyInPlace, subtractRows, exchange].every((kernel) => typeof kernel === "function"))
    throw new ArgumentError(
      "useWebAssembly: the module lacks one of `strip`, `multiplyInPlace`, `subtractRows` and `exchange`.",
    );
  let view = new Float64Array(memory.buffer);
  return {
    strip,
    multiplyInPlace,
    subtractRows,
    exchange,
    memory(doubles) {
      if (view.length < doubles) {
        memory.grow(Math.ceil((doubles - view.length) / pageDoubles));
        view = new Float64Array(memory.buffer);
      }
      return view;
    },
  };
}

/** Modules of kernels with memories of their owners', compiled at first use; null where that is impossible. */
const modules = new Map<KernelSet<KernelMemory>, object | null>();
/** A module with all kernels that `useWebAssembly` was given: it stands for all of them. */
let given: object | undefined;

/** The module of a set, or null where JavaScript is to be used. */
function moduleOf(set: KernelSet<KernelMemory>): object | null {
  if (current === null) return null;
  if (given !== undefined) return given;
  let module = modules.get(set);
  if (module === undefined) {
    try {
      const { Module } = engine();
      module = new Module(set());
    } catch {
      module = null;
    }
    modules.set(set, module);
  }
  return module;
}

/** Whether owners get memory of their own here: WebAssembly exists, and has not been switched off. */
export function residentKernelsExist(set: KernelSet<KernelMemory>): boolean {
  return moduleOf(set) !== null;
}

/** New memory of at least so many doubles with a set of kernels on it, or null where JavaScript's are to be used. */
export function residentInstance<Kernels extends KernelMemory>(
  set: KernelSet<Kernels>,
  doubles: number,
): Kernels | null {
  const module = moduleOf(set);
  if (module === null) return null;
  try {
    const { Instance } = engine();
    const kernels = new Instance(module).exports as Kernels;
    const missing = doubles - kernels.memory.buffer.byteLength / 8;
    if (missing > 0) kernels.memory.grow(Math.ceil(missing / pageDoubles));
    return kernels;
  } catch {
    return null;
  }
}

/** Kernels with a memory that all their callers share, each while it runs. */
interface Shared<Kernels extends KernelMemory> {
  readonly kernels: Kernels;
  /** The memory, of as many doubles as it has by now. */
  readonly array: Float64Array;
}

const shared = new Map<KernelSet<KernelMemory>, Shared<KernelMemory>>();

/** A set of kernels and its common memory of at least so many doubles, or null where JavaScript's loops are to be used. */
export function sharedInstance<Kernels extends KernelMemory>(
  set: KernelSet<Kernels>,
  doubles: number,
): Shared<Kernels> | null {
  const before = shared.get(set) as Shared<Kernels> | undefined;
  if (before !== undefined && before.array.length >= doubles) return before;
  const kernels = residentInstance(set, doubles);
  if (kernels === null) return null;
  const made = { kernels, array: new Float64Array(kernels.memory.buffer) };
  shared.set(set, made);
  return made;
}

/** New memory of at least so many doubles with these functions on it, or null where JavaScript's loops are to be used. */
export function instantiateFunctions(functions: readonly FunctionSource[], doubles: number): object | null {
  if (current === null) return null;
  try {
    const { Module, Instance } = engine();
    return new Instance(new Module(assemble(functions, Math.ceil(doubles / pageDoubles)))).exports;
  } catch {
    return null;
  }
}
