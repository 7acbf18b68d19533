/**
 * The jobs of a study as plain data in and out: runs, a look at what theory says of the task, and pictures of decision
 * boundaries. Each is a function of its input alone, so it may be done on any thread, in any process, in any order.
 */
import { look, type Findings } from "./look.ts";
import { boundary, type BoundaryOutput } from "./boundary.ts";
import { preparer, runner, type RunInput, type RunOutput, type SeedInput } from "./run-job.ts";

export interface StudyJobs {
  readonly [kind: string]: { readonly input: unknown; readonly output: unknown };
  readonly run: { readonly input: RunInput; readonly output: RunOutput };
  readonly look: { readonly input: SeedInput; readonly output: Findings };
  readonly boundary: { readonly input: RunInput; readonly output: BoundaryOutput };
}

/** One job, as it is sent to where it is done. */
export type StudyJob = {
  [Kind in "run" | "look" | "boundary"]: { readonly kind: Kind; readonly input: StudyJobs[Kind]["input"] };
}["run" | "look" | "boundary"];

/** Makes the function that does jobs; it keeps tasks and coordinates of the seeds that it last worked on. */
export function performer(): (job: StudyJob, onProgress: (fraction: number) => void) => unknown {
  const prepareSeed = preparer();
  const run = runner(prepareSeed);
  return (job, onProgress) => {
    switch (job.kind) {
      case "run":
        return run(job.input, onProgress);
      case "look":
        return look(prepareSeed(job.input));
      case "boundary":
        return boundary(job.input, prepareSeed(job.input), onProgress);
    }
  };
}
