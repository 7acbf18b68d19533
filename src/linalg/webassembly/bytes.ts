/**
 * The bytes of the WebAssembly modules, assembled from the kernels where they are asked for. The package's build for Node
 * has another file in this one's place, with bytes that were assembled ahead (tools/bundle-for-node.js): assembling takes
 * longer than a first gradient.
 */
import { arctangentKernel } from "../../math/arctangent-kernel.ts";
import { assemble } from "../../webassembly/assembler.ts";
import { kernelModule, productKernels } from "./kernels.ts";
import { panelKernels } from "./panel-kernels.ts";
import { residentKernels } from "./resident-kernels.ts";

/** Enough for the workspace of a product; reductions of large matrices grow it. */
const firstPages = 20;

/** The module of products and eliminations alone. */
export function productBytes(): Uint8Array<ArrayBuffer> {
  return kernelModule(firstPages);
}

/** The module of programs' memories, without the products of plain arrays. */
export function residentBytes(): Uint8Array<ArrayBuffer> {
  return assemble([...residentKernels(), ...panelKernels()], 1);
}

/** The module with all kernels, those of array forms of src/math among them. */
export function allBytes(): Uint8Array<ArrayBuffer> {
  return assemble([...productKernels(), ...residentKernels(), ...panelKernels(), arctangentKernel()], firstPages);
}
