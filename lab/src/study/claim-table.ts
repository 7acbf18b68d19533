/** Claims of the theory as a table, for the terminal and for pages. */
import { textColumn, type Column } from "../columns.ts";
import type { Claim } from "./claim.ts";

/** Claim, prediction, measurement, and whether it holds. */
export const claimColumns: readonly Column<Claim>[] = [
  textColumn("claim", ({ claim }) => claim),
  textColumn("predicted", ({ predicted }) => predicted),
  textColumn("measured", ({ measured }) => measured),
  textColumn("holds", ({ holds }) => verdict(holds)),
];

export function verdict(holds: boolean | null): string {
  return holds === null ? "not refutable" : holds ? "yes" : "no";
}
