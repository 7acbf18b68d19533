/** What each basis of a layout costs, in operations, bytes and gradients, before it is made. */
import type { Layout } from "../linalg/layout.ts";
import type { BasisCost } from "./basis.ts";
import type { BasisOptions } from "./estimate-basis.ts";
import { matrixSizes } from "./moment-form.ts";
import { isWeight } from "./sampling.ts";

/** A basis that an estimate could give, with its price. */
export interface CostedBasis {
  readonly name: "dense" | "tensor" | "kronecker" | "convolution" | "householder" | "reduced" | "auxiliary";
  /** What to ask of `estimate.basis`. */
  readonly options: BasisOptions;
  /** About how many gradients its estimate needs: as many as directions for a whole basis, four for each leading one. */
  readonly gradients: number;
  /** Operations to make it from the gradients: the moments and the decompositions. */
  readonly making: number;
  /** Of applying it once, and of keeping it. */
  readonly applying: BasisCost;
  /** The same in a few words. */
  readonly words: string;
}

/** The bases of all parameters, cheapest to apply last. Low-rank ones are costed at `rank`. */
export function costsOf(layout: Layout, rank: number): readonly CostedBasis[] {
  const d = layout.size;
  const weights = layout.tensors.filter(isWeight);
  const sum = (of: (n: number) => number): number => weights.reduce((total, { size }) => total + of(size), 0);
  const sides = weights.map(matrixSizes);
  const bothSides = (of: (rows: number, columns: number) => number): number =>
    sides.reduce((total, [rows, columns]) => total + of(rows, columns), 0);
  const largest = Math.max(0, ...weights.map(({ size }) => size));
  const side = Math.max(0, ...sides.flat());
  const window = Math.max(0, ...sides.map(([, columns]) => columns));
  const cube = (n: number): number => n * n * n;
  const lowRank = 4 * rank;
  const making = 2 * lowRank * lowRank * d + 10 * cube(lowRank) + 4 * d * rank * rank;
  const costed = (
    name: CostedBasis["name"],
    options: BasisOptions,
    gradients: number,
    work: number,
    applying: BasisCost,
  ): CostedBasis => ({ name, options, gradients, making: work, applying, words: inWords(gradients, applying) });
  const applied = (passes: number): BasisCost => ({ operations: 2 * passes * d * rank, bytes: 8 * d * rank });
  return [
    costed("dense", {}, d, 11 * cube(d), { operations: 2 * d * d, bytes: 8 * d * d }),
    ...(weights.length === 0
      ? []
      : [
          costed("tensor", { by: "tensor" }, largest, 11 * sum(cube), {
            operations: sum((n) => 2 * n * n),
            bytes: sum((n) => 8 * n * n),
          }),
        ]),
    costed("householder", { rank }, lowRank, making, applied(2)),
    costed("auxiliary", { rank, form: "auxiliary" }, lowRank, making, applied(2)),
    costed("reduced", { rank, form: "reduced" }, lowRank, making, applied(1)),
    ...(weights.length === 0
      ? []
      : [
          costed(
            "kronecker",
            { by: "kronecker" },
            2 * side,
            2 * side * bothSides((m, n) => 2 * m * n * (m + n)) + 10 * bothSides((m, n) => cube(m) + cube(n)),
            { operations: bothSides((m, n) => 2 * m * n * (m + n)), bytes: bothSides((m, n) => 8 * (m * m + n * n)) },
          ),
        ]),
    // Windows are there where a tensor has axes behind those of the channels.
    ...(weights.every(({ shape }) => shape.length < 3)
      ? []
      : [
          costed(
            "convolution",
            { by: "convolution" },
            2 * window,
            2 * window * bothSides((m, n) => 2 * m * n * n) + 10 * bothSides((_m, n) => cube(n)),
            { operations: bothSides((m, n) => 2 * m * n * n), bytes: bothSides((_m, n) => 8 * n * n) },
          ),
        ]),
  ];
}

function inWords(gradients: number, { operations, bytes }: BasisCost): string {
  return (
    `about ${gradients} gradients to estimate it, ${rounded(operations, operationUnits)} to apply, ` +
    `${rounded(bytes, byteUnits)} to keep`
  );
}

/** Each a thousand times the one before. */
const operationUnits = [
  "operations",
  "thousand operations",
  "million operations",
  "billion operations",
  "trillion operations",
];
const byteUnits = ["bytes", "kB", "MB", "GB", "TB"];

/** A count in two digits, in the largest unit of which there is one. */
function rounded(count: number, units: readonly string[]): string {
  let value = Number(count.toPrecision(2));
  let k = 0;
  for (; value >= 1000 && k + 1 < units.length; k++) value /= 1000;
  return `${value} ${units[k]}`;
}
