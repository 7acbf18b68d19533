/** What is known of an engine, and what a run of the conformance program in it gives. */

export interface Engine {
  readonly name: string;
  /** Whether it has WebAssembly, so that the program is run with it and without it. */
  readonly wasm: boolean;
  /** It compiles no bytes at run time: it is handed the kernels' file, and compiles that when it loads the script. */
  readonly compilesAhead?: boolean;
  /** The version, or undefined where the engine is absent. */
  version(): string | undefined;
  /** Runs a script that defines the functions of program.ts; times count from the start of the process. */
  run(script: string, context: RunContext): Promise<Outcome>;
}

interface RunContext {
  /** A folder for the engine's files, empty at first. */
  readonly folder: string;
  /** The kernels' file, for an engine that compiles ahead, in a run with WebAssembly. */
  readonly kernels?: string | undefined;
}

export interface Outcome {
  /** The digest of the first gradient, and of all. */
  readonly first: string;
  readonly all: string;
  /** Milliseconds from the start of the process to the first gradient, and seconds to the end. */
  readonly coldStart: number;
  readonly seconds: number;
}

/** Deletes WebAssembly before anything is loaded. */
export const withoutWebAssembly = "delete globalThis.WebAssembly;\n";

/** The script fails unless WebAssembly's kernels are called. */
export const requiringWebAssembly = "\negopRequireWebAssembly();\n";
