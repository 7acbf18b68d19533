/**
 * What the engine has of WebAssembly, and whether it is to be used. The choice is made by `useWebAssembly` of
 * src/linalg/webassembly/instance.ts; no result depends on it, only the time.
 */
import { ArgumentError } from "../errors.ts";

/** What of the engine's WebAssembly is used; its types are not part of ECMAScript's. */
interface Engine {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
}

/** The engine's WebAssembly; throws ArgumentError where there is none. */
export function engine(): Engine {
  const { WebAssembly } = globalThis as { readonly WebAssembly?: Engine };
  if (WebAssembly === undefined) throw new ArgumentError("useWebAssembly: this engine has no WebAssembly.");
  return WebAssembly;
}

/** Modules compiled here where that is possible, none, or a module that the caller has compiled, with all kernels. */
export type WebAssemblyChoice = boolean | object;

let choice: WebAssemblyChoice = true;

export function webAssemblyChoice(): WebAssemblyChoice {
  return choice;
}

/** Sets it. */
export function chooseWebAssembly(next: WebAssemblyChoice): void {
  choice = next;
}
