/** The errors of the queue. They join the library's family, so that one `instanceof EgopError` finds them all. */
import { EgopError } from "egop";

/** What came over the wire, or lies in a journal, is not what it must be. */
export class PayloadError extends EgopError {
  override readonly name = "PayloadError";
}

/** A job was made for another version of the library, or for an objective with other contents. */
export class RefusedError extends EgopError {
  override readonly name = "RefusedError";
}

/** Redis cannot be reached or refuses the password, or nobody works on the queue. */
export class QueueError extends EgopError {
  override readonly name = "QueueError";
}

/** Samples that are not in an estimate, and why. */
export interface MissingSamples {
  readonly from: number;
  /** The sample before which the range ends. */
  readonly to: number;
  readonly reason: string;
}

/** A job has failed for good. `missing` says which samples were being drawn. */
export class MissingSamplesError extends EgopError {
  override readonly name = "MissingSamplesError";
  readonly missing: readonly MissingSamples[];

  constructor(message: string, missing: readonly MissingSamples[]) {
    super(message);
    this.missing = missing;
  }
}

/** A journal cannot be written, belongs to another estimate, or is in use. */
export class JournalError extends EgopError {
  override readonly name = "JournalError";
}

/** What is said of something that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
