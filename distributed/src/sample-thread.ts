/** The thread that samples: loads one objective, then takes in the ranges that it is sent. */
import { workerData } from "node:worker_threads";
import { accumulate, stateToText, type MomentState } from "egop";
import { serve } from "egop-lab/dist/serve.js";
import { loadObjective } from "./load-objective.ts";
import { verifyReference } from "./objective-reference.ts";
import type { SampleRequest, SampleSource } from "./sample-pool.ts";

const { reference, root } = workerData as SampleSource;
const { objective, points } = await loadObjective(verifyReference(reference, root));
// The contents that were loaded are those that were asked for, even when somebody was just writing them.
verifyReference(reference, root);

serve(({ input }, onProgress): MomentState | string => {
  const { from, to, key, form, notFinite, as } = input as SampleRequest;
  const state = accumulate(objective, {
    ...{ points, from, to, key, form, notFinite },
    onProgress: ({ done, total }) => onProgress(done / total),
  });
  return as === "text" ? stateToText(state) : state;
}, buffersOf);

/** A state of many megabytes changes hands without a copy. */
function buffersOf(result: MomentState | string): readonly ArrayBuffer[] {
  if (typeof result === "string") return [];
  const arrays = [result.rows, ...result.nodes.flatMap((node) => node.arrays)];
  return [...new Set(arrays.map(({ buffer }) => buffer))].filter((buffer) => buffer instanceof ArrayBuffer);
}
