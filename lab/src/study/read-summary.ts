/** Reads what a study has written of itself. */
import { readFileSync } from "node:fs";
import { DataSetError } from "../errors.ts";
import type { StudySummary } from "./summary.ts";
import type { SweepSummary } from "./sweep.ts";

/** A summary that `run` has written. Throws DataSetError for a file that is none. */
export function readSummary(path: string): StudySummary | SweepSummary {
  let summary: unknown;
  try {
    summary = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new DataSetError(`${path} cannot be read (${error instanceof Error ? error.message : String(error)}).`);
  }
  const study = typeof summary === "object" && summary !== null && "series" in summary && "claims" in summary;
  const sweep = typeof summary === "object" && summary !== null && "points" in summary;
  if (!study && !sweep) throw new DataSetError(`${path} is no summary of a study.`);
  return summary as StudySummary | SweepSummary;
}
