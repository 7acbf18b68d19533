/** EGOP estimates and sweeps over a queue: the coordinator and the worker. */
export {
  JournalError,
  MissingSamplesError,
  PayloadError,
  QueueError,
  RefusedError,
  type MissingSamples,
} from "./errors.ts";
export {
  estimateDistributed,
  type DistributedEstimate,
  type DistributedOptions,
  type EstimateOptions,
  type EstimateProgress,
} from "./estimate.ts";
export type { QueueOptions } from "./dispatch.ts";
export type { EstimateQueueOptions } from "./gather-from-queue.ts";
export { objectiveReference, type ObjectiveReference, type ReferenceOptions } from "./objective-reference.ts";
export { startWorker, type RunningWorker, type WorkerHealth, type WorkerOptions } from "./worker.ts";
export { runWorker, type RunWorkerOptions } from "./run-worker.ts";
export { queueStatus, readStatus, type QueueStatus, type RunNote } from "./status.ts";
export { startSweepPool } from "./sweep-pool.ts";
