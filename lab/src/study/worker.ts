/** The thread of a study: does its jobs, and keeps tasks and bases of the seeds that it last worked on. */
import { serve } from "../serve.ts";
import { performer, type StudyJob } from "./jobs.ts";

const perform = performer();

serve(({ kind, input }, onProgress) => perform({ kind, input } as StudyJob, onProgress));
