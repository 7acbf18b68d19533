/**
 * What an engine is given: the conformance program behind functions in the global scope. `egopFirst` and `egopAll` return
 * digests. A run "with WebAssembly" has to prove that its kernels were called: after `egopRequireWebAssembly`, `egopAll`
 * throws unless they were. An engine that compiles nothing at run time hands its compiled module to that function.
 */
import { useWebAssembly } from "egop/linalg";
import { conformance, firstGradient, type DigitRows } from "./conformance.ts";

interface WebAssemblyGlobal {
  Instance: new (module: object) => { readonly exports: object };
}

/** One kernel of the module of products, one of programs' memories, one of array forms: all must have been in use. */
const witnesses = ["strip", "multiplyRows", "atan1"];

export function install(rows: DigitRows): void {
  let calls: Map<string, number> | undefined;
  Object.assign(globalThis, {
    egopFirst: () => firstGradient(rows),
    egopRequireWebAssembly(module?: object): void {
      calls = countKernelCalls();
      if (module !== undefined && !useWebAssembly(module)) throw new Error("the compiled module was not taken");
    },
    egopAll(): string {
      const digest = conformance(rows);
      const unused = witnesses.filter((name) => calls !== undefined && !calls.has(name));
      if (unused.length > 0) throw new Error(`WebAssembly is not in use: no call of ${unused.join(", ")}`);
      return digest;
    },
  });
}

/** From here on an instance's functions count their calls, by name. */
function countKernelCalls(): Map<string, number> {
  const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyGlobal };
  const calls = new Map<string, number>();
  const { Instance } = WebAssembly;
  const counted = ([name, value]: [string, unknown]): [string, unknown] => {
    if (typeof value !== "function") return [name, value];
    const call = value as (...args: readonly number[]) => unknown;
    const counting = (...args: readonly number[]): unknown => {
      calls.set(name, (calls.get(name) ?? 0) + 1);
      return call(...args);
    };
    return [name, counting];
  };
  WebAssembly.Instance = function (module: object) {
    return { exports: Object.fromEntries(Object.entries(new Instance(module).exports).map(counted)) };
  } as unknown as WebAssemblyGlobal["Instance"];
  return calls;
}
