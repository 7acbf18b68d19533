/** The doers of an estimate's jobs inside one process: worker threads, without Redis. */
import type { MomentState } from "egop";
import { messageOf } from "./errors.ts";
import { requireGoingOn, type Gathering } from "./gathering.ts";
import type { SamplePool } from "./sample-pool.ts";

/** Does what is missing of an estimate on a pool of so many threads. What `fail` throws passes through. */
export async function gatherFromThreads(pool: SamplePool, workers: number, gathering: Gathering): Promise<void> {
  const { sampling, plan, merge, signal, report, fail } = gathering;
  const { key, form, notFinite } = sampling;
  const listener = { onStart(): void {}, onProgress(): void {} };
  let index = merge.next;
  let wake = (): void => {};
  let change = new Promise<void>((resolve) => (wake = resolve));
  /** Does one range after the other, as long as there are some; none too far ahead of the first gap. */
  const lane = async (): Promise<void> => {
    for (;;) {
      while (index < plan.count && merge.has(index)) index++;
      if (index >= plan.count) return;
      requireGoingOn(signal);
      if (index >= merge.next + 2 * workers) {
        await change;
        continue;
      }
      const own = index++;
      let state: MomentState | undefined;
      try {
        state = await pool.do("state", { ...plan.range(own), key, form, notFinite, as: "state" }, listener);
      } catch (error) {
        fail(own, messageOf(error));
      }
      if (state !== undefined) merge.take(own, state);
      report();
      wake();
      change = new Promise<void>((resolve) => (wake = resolve));
    }
  };
  await Promise.all(Array.from({ length: workers }, lane));
}
