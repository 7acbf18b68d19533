/**
 * One process at a time in a folder. The lock names its process, so that one that was killed does not keep the folder: its
 * lock is taken over when no such process runs any more on this machine; on another one, when nobody has touched the lock
 * for a while. Who takes over holds a second lock meanwhile, so that of two only one does.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { lockSync } from "proper-lockfile";
import { OutputError } from "../errors.ts";

/** Milliseconds after which a lock that nobody touches is nobody's. */
const stale = 20_000;

/** Takes the folder; returns what gives it back. Throws OutputError while another process has it. */
export function lockFolder(folder: string): () => void {
  const lock = join(folder, "lock");
  const owner = join(folder, "owner.json");
  const take = (): (() => void) => {
    const unlock = lockSync(folder, { stale, lockfilePath: lock });
    writeFileSync(owner, JSON.stringify({ pid: process.pid, host: hostname() }));
    return () => {
      rmSync(owner, { force: true });
      unlock();
    };
  };
  const inUse = new OutputError(
    `${folder} is being written by another process; wait for it, or choose another folder.`,
  );
  try {
    return take();
  } catch (error) {
    if (!isLocked(error)) throw error;
    if (!isOrphaned(owner)) throw inUse;
  }
  try {
    // Locks are known by the file that they are for: this one is for another than the first.
    const release = lockSync(owner, { stale, lockfilePath: join(folder, "takeover") });
    try {
      // Another may have taken over since.
      if (!isOrphaned(owner)) throw inUse;
      rmSync(lock, { recursive: true, force: true });
      return take();
    } finally {
      release();
    }
  } catch (error) {
    throw isLocked(error) ? inUse : error;
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ELOCKED";
}

/** Whether the process that the file names ran on this machine and does not any more. */
function isOrphaned(owner: string): boolean {
  try {
    const { pid, host } = JSON.parse(readFileSync(owner, "utf8")) as { pid: number; host: string };
    if (host !== hostname() || pid === process.pid) return false;
    process.kill(pid, 0);
    return isZombie(pid);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}

/** Whether a process has ended but nobody has asked for its status yet; only Linux tells. */
function isZombie(pid: number): boolean {
  try {
    return /^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
