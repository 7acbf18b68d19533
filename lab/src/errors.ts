/** The errors of the lab. They join the library's family, so that one `instanceof EgopError` finds what is worth one line. */
import { EgopError } from "egop";

/** The command line asks for something that does not exist or makes no sense. */
export class UsageError extends EgopError {
  override readonly name = "UsageError";
}

/** A data file is missing, or a place in it is not what it should be. */
export class DataSetError extends EgopError {
  override readonly name = "DataSetError";
}

/** No learning rate of the grid kept an optimizer finite in a basis. */
export class AllDivergedError extends EgopError {
  override readonly name = "AllDivergedError";
}

/** A result could not be written where it was asked for. */
export class OutputError extends EgopError {
  override readonly name = "OutputError";
}

/** A worker thread ended before its job did, or its job threw: the message is the job's. */
export class WorkerError extends EgopError {
  override readonly name = "WorkerError";
}

/** A user's own objective module cannot be loaded or does not keep to the contract. */
export class ModuleError extends EgopError {
  override readonly name = "ModuleError";
}
