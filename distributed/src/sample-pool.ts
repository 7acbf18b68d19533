/**
 * Worker threads that sample one objective. They are threads of their own for each contents of a module, so that a module
 * that has changed is loaded afresh, and so that the thread that talks to Redis is never busy.
 */
import type { MomentState } from "egop";
import { startPool, type Pool } from "egop-lab/dist/pool.js";
import type { ObjectiveReference } from "./objective-reference.ts";
import type { Sampling, SampleRange } from "./payload.ts";

/** What a thread begins with. */
export interface SampleSource {
  readonly reference: ObjectiveReference;
  /** The folder of objectives. */
  readonly root: string;
}

export interface SampleRequest extends SampleRange, Omit<Sampling, "objective"> {
  /** Whether the state comes back as it is, or as the text that goes over the wire. */
  readonly as: "state" | "text";
}

interface SampleJobs {
  readonly [kind: string]: { readonly input: unknown; readonly output: unknown };
  readonly state: { readonly input: SampleRequest; readonly output: MomentState };
  readonly text: { readonly input: SampleRequest; readonly output: string };
}

export type SamplePool = Pool<SampleJobs>;

/** Starts threads on an objective; whether it is as referred to is checked by each. */
export function startSamplePool(threads: number, source: SampleSource): SamplePool {
  return startPool<SampleJobs>(threads, new URL("./sample-thread.js", import.meta.url).href, source);
}
