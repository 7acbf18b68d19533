/**
 * The coordinator's file: every range of samples that has come in, before anything is made of it. A coordinator that is
 * killed goes on from it. The first line says to which estimate it belongs, each further one holds a range and the text
 * of its state:
 *
 *     {"format":"egop journal","version":1,"run":"…","identity":"…"}
 *     {"from":0,"to":256,"state":"…"}
 *
 * Lines are only appended, and are on the disk (fsync) before `keep` returns; a last line that was cut off is taken away.
 * States are read one at a time, so that the file may be far larger than memory. When most of it has been merged, the
 * merged state is written to a new file, in pieces, which then takes the place of the old one at once.
 */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { JournalError, messageOf } from "./errors.ts";
import type { SampleRange } from "./payload.ts";

interface JournalEntry extends SampleRange {
  readonly state: string;
}

export interface Journal {
  /** The name of the run, drawn when the journal was begun. */
  readonly run: string;
  readonly bytes: number;
  /** The ranges in it, in the order of the file. */
  readonly ranges: readonly SampleRange[];
  /** Appends a range; it is on the disk when this returns. */
  keep(entry: JournalEntry): void;
  /** The text of the state of a range that is in it. */
  read(range: SampleRange): string;
  /** Puts one entry in the place of all ranges before its end. */
  replace(entry: JournalEntry): void;
  /** Lets others have the file. A temporary one is taken away. */
  close(): void;
}

const format = "egop journal";
const formatVersion = 1;
/** The beginning of a line, up to the text of the state. */
const lineHead = /^\{"from":(\d{1,16}),"to":(\d{1,16}),"state":"/;
const longestHead = 80;

/** Where a line lies in the file, its line break included. */
interface Place extends SampleRange {
  readonly at: number;
  readonly length: number;
}

/**
 * Opens a journal, or begins one. `identity` is all that the numbers of the estimate depend on. Throws JournalError when
 * the file belongs to another estimate, is in use, or cannot be written.
 */
export function openJournal(path: string, identity: string): Journal {
  return guarded(path, () => openFile(resolve(path), identity, () => {}));
}

/** A journal that is taken away when it is closed: for estimates that need not outlive their coordinator. */
export function temporaryJournal(identity: string): Journal {
  const folder = guarded(tmpdir(), () => mkdtempSync(join(tmpdir(), "egop-journal-")));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  return guarded(folder, () => openFile(join(folder, "journal"), identity, remove));
}

function openFile(path: string, identity: string, afterwards: () => void): Journal {
  const unlock = lock(`${path}.lock`);
  try {
    let file = openSync(path, existsSync(path) ? "r+" : "wx+");
    const found = scan(file);
    let { places, bytes } = found;
    const { run = randomBytes(8).toString("hex") } = found;
    const header = `${JSON.stringify({ format, version: formatVersion, run, identity })}\n`;
    if (found.header === undefined) {
      ftruncateSync(file, 0);
      bytes = append(file, 0, header);
      fsyncSync(file);
      syncFolder(path);
    } else if (found.header !== header.slice(0, -1)) {
      closeSync(file);
      throw new JournalError(`${path} is the journal of another estimate, or of another version: choose another file.`);
    } else ftruncateSync(file, bytes);
    return {
      run,
      get bytes() {
        return bytes;
      },
      get ranges() {
        return places;
      },
      keep(entry) {
        guarded(path, () => {
          const length = append(file, bytes, lineOf(entry));
          fsyncSync(file);
          places.push({ from: entry.from, to: entry.to, at: bytes, length });
          bytes += length;
        });
      },
      read({ from, to }) {
        const place = places.find((entry) => entry.from === from && entry.to === to);
        if (place === undefined) throw new JournalError(`${path} holds no samples ${from} to ${to}.`);
        return guarded(path, () => stateAt(file, place));
      },
      replace(entry) {
        guarded(path, () => {
          const fresh = openSync(`${path}.new`, "w+");
          let size = append(fresh, 0, header);
          const kept: Place[] = [];
          const write = ({ from, to, state }: JournalEntry): void => {
            const length = append(fresh, size, lineOf({ from, to, state }));
            kept.push({ from, to, at: size, length });
            size += length;
          };
          write(entry);
          for (const place of places)
            if (place.from >= entry.to) write({ from: place.from, to: place.to, state: stateAt(file, place) });
          fsyncSync(fresh);
          renameSync(`${path}.new`, path);
          syncFolder(path);
          closeSync(file);
          [file, places, bytes] = [fresh, kept, size];
        });
      },
      close() {
        closeSync(file);
        unlock();
        afterwards();
      },
    };
  } catch (error) {
    unlock();
    afterwards();
    throw error;
  }
}

function lineOf({ from, to, state }: JournalEntry): string {
  return `${JSON.stringify({ from, to, state })}\n`;
}

/** Writes text at a place and returns its length in bytes. */
function append(file: number, at: number, text: string): number {
  const bytes = Buffer.from(text, "utf8");
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done, at + done);
  return bytes.length;
}

function stateAt(file: number, { at, length }: Place): string {
  return (JSON.parse(bytesAt(file, at, length).toString("utf8")) as JournalEntry).state;
}

function bytesAt(file: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length;) {
    const read = readSync(file, bytes, done, length - done, at + done);
    if (read === 0) return bytes.subarray(0, done);
    done += read;
  }
  return bytes;
}

interface Scan {
  readonly header?: string;
  readonly run?: string;
  readonly places: Place[];
  /** Up to the end of the last line that is whole. */
  readonly bytes: number;
}

/** Finds the lines of a file without keeping them. */
function scan(file: number): Scan {
  const { size } = fstatSync(file);
  const ends: number[] = [];
  const chunk = 1 << 20;
  for (let at = 0; at < size; at += chunk) {
    const bytes = bytesAt(file, at, Math.min(chunk, size - at));
    for (let k = bytes.indexOf(10); k >= 0; k = bytes.indexOf(10, k + 1)) ends.push(at + k + 1);
  }
  if (ends.length === 0) return { places: [], bytes: 0 };
  const header = bytesAt(file, 0, ends[0] - 1).toString("utf8");
  const run = /^\{"format":"egop journal","version":1,"run":"([0-9a-f]{16})"/.exec(header)?.[1] ?? "none";
  const places: Place[] = [];
  for (let k = 1; k < ends.length; k++) {
    const at = ends[k - 1];
    const length = ends[k] - at;
    const head = lineHead.exec(bytesAt(file, at, Math.min(longestHead, length)).toString("latin1"));
    // What stands there is checked again when it is read: this only finds it.
    if (head === null) break;
    places.push({ from: Number(head[1]), to: Number(head[2]), at, length });
  }
  const last = places.at(-1);
  return { header, run, places, bytes: last === undefined ? ends[0] : last.at + last.length };
}

/** Makes the name of a new file last through a loss of power. */
function syncFolder(path: string): void {
  const folder = openSync(dirname(path), "r");
  fsyncSync(folder);
  closeSync(folder);
}

/** A file with the number of the process that has the journal; of a process that is gone it counts for nothing. */
function lock(path: string): () => void {
  const own = JSON.stringify({ host: hostname(), process: process.pid });
  try {
    writeFileSync(path, own, { flag: "wx" });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    if (isHeld(path)) throw new JournalError(`${path.replace(/\.lock$/, "")} is in use by another coordinator.`);
    writeFileSync(path, own);
  }
  return () => {
    if (existsSync(path)) unlinkSync(path);
  };
}

function isHeld(path: string): boolean {
  try {
    const { host, process: id } = JSON.parse(readFileSync(path, "utf8")) as { host: string; process: number };
    if (host !== hostname()) return true;
    if (id === process.pid) return true;
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
}

function guarded<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (error instanceof JournalError) throw error;
    throw new JournalError(`Cannot use the journal ${path} (${messageOf(error)}).`);
  }
}
