/**
 * The bytes of the WebAssembly modules, assembled from the kernels where they are asked for. The package's build for Node
 * has another file in this one's place, with bytes that were assembled ahead (tools/bundle-for-node.js): assembling takes
 * longer than a first gradient.
 */
import { arctangentKernel } from "../../math/arctangent-kernel.ts";
import { assemble } from "../../webassembly/assembler.ts";
import { kernelModule, productKernels } from "./kernels.ts";
import type { KernelSet, MatrixKernels, PanelKernels, ProgramKernels, ReflectorKernels } from "./kernel-types.ts";
import { panelFunctions } from "./panel-kernels.ts";
import { reflect } from "./reflector-kernel.ts";
import { productFunctions, programFunctions } from "./resident-kernels.ts";
import { rowFunctions } from "./row-kernels.ts";
import { addSymmetricProduct } from "./symmetric-kernel.ts";

/** Enough for the workspace of a product; reductions of large matrices grow it. */
const firstPages = 20;

/** The module of products and eliminations alone. */
export function productBytes(): Uint8Array<ArrayBuffer> {
  return kernelModule(firstPages);
}

/** The kernels of compiled programs. */
export const programKernels: KernelSet<ProgramKernels> = () =>
  assemble([...productFunctions(), ...programFunctions()], 1);

/** The kernels of reductions to condensed form, and of bases that are whole matrices. */
export const matrixKernels: KernelSet<MatrixKernels> = () =>
  assemble([...productFunctions(), ...rowFunctions(), addSymmetricProduct()], 1);

/** The kernels of tall matrices in panels. */
export const panelKernels: KernelSet<PanelKernels> = () => assemble(panelFunctions(), 1);

/** The kernel of reflectors. */
export const reflectorKernels: KernelSet<ReflectorKernels> = () => assemble([reflect()], 1);

/** The module with all kernels, those of array forms of src/math among them. */
export function allBytes(): Uint8Array<ArrayBuffer> {
  return assemble(
    [
      ...[...productKernels(), ...productFunctions(), ...programFunctions(), ...rowFunctions(), addSymmetricProduct()],
      ...[...panelFunctions(), arctangentKernel(), reflect()],
    ],
    firstPages,
  );
}
