/** The thread of a study: does runs, and keeps tasks and bases of the seeds that it last worked on. */
import { serve } from "../serve.ts";
import { runner } from "./run-job.ts";

const run = runner();

serve(({ input }, onProgress) => run(input, onProgress));
