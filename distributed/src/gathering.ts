/** What those who do the jobs of an estimate are given: threads of this process, or workers on a queue. */
import type { MomentState } from "egop";
import { QueueError } from "./errors.ts";
import type { OrderedMerge } from "./ordered-merge.ts";
import type { Sampling } from "./payload.ts";
import type { SamplePlan } from "./sample-ranges.ts";

export interface Gathering {
  readonly run: string;
  readonly root: string;
  readonly sampling: Sampling;
  readonly plan: SamplePlan;
  readonly empty: MomentState;
  readonly merge: OrderedMerge;
  readonly signal: AbortSignal | undefined;
  /** Called when something has come in. */
  readonly report: () => void;
  /** Called for a job that has failed for good; throws unless missing samples are to be reported. */
  readonly fail: (index: number, reason: string) => void;
}

/** Throws QueueError when the caller has stopped the estimate; what has come in stays in its journal. */
export function requireGoingOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new QueueError("The estimate was stopped before all samples had come.");
}
