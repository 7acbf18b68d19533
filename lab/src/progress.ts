/**
 * Says how far an experiment is: on a terminal one live line with a bar and the time left, elsewhere plain lines, no more
 * than one per tenth of the work and none within a second of the last. The time left follows from the operations done so
 * far and the time that they took.
 */
import { performance } from "node:perf_hooks";

/** One job, from the queue to its end. */
export interface ProgressItem {
  readonly onStart: () => void;
  readonly onProgress: (fraction: number) => void;
  readonly onEnd: () => void;
}

export interface Progress {
  /** A line that stays. */
  say(text: string): void;
  /** How many operations all jobs will take together. */
  plan(operations: number): void;
  /** A job that will take so many operations. */
  add(label: string, operations: number): ProgressItem;
  /** Takes the live line away. Nothing is written afterwards. */
  end(): void;
}

/** Where progress is written; process.stderr is one. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const redrawInterval = 100;
const quietSeconds = 1;
const barWidth = 24;

/** Starts reporting to a stream. `now` tells milliseconds and is there for tests. */
export function startProgress(stream: ProgressStream, now: () => number = () => performance.now()): Progress {
  const live = stream.isTTY === true && process.env["TERM"] !== "dumb";
  const active = new Map<object, { readonly label: string; readonly operations: number; fraction: number }>();
  let planned = 0;
  let added = 0;
  let finished = 0;
  let begin = now();
  let lastLine = now();
  let tenths = 0;

  const share = (): number => {
    let done = finished;
    for (const { operations, fraction } of active.values()) done += operations * fraction;
    // What was planned may turn out to be more.
    return planned > 0 ? Math.min(1, done / Math.max(planned, added)) : 0;
  };
  const timeLeft = (done: number): string => {
    const elapsed = (now() - begin) / 1000;
    if (done >= 1) return "finishing";
    return done < 0.02 || elapsed < 0.5 ? "" : `about ${Math.max(1, Math.round((elapsed * (1 - done)) / done))} s left`;
  };

  const clear = (): void => {
    if (live) stream.write("\r\u001b[K");
  };
  const draw = (): void => {
    if (!live || planned === 0) return;
    const done = share();
    const filled = Math.round(done * barWidth);
    const labels = [...active.values()].map(({ label }) => label).join(" | ");
    const parts = [`${"█".repeat(filled)}${"░".repeat(barWidth - filled)} ${percent(done)}`, timeLeft(done), labels];
    const line = parts.filter((part) => part !== "").join("  ");
    stream.write(`\r\u001b[K${line.slice(0, (stream.columns ?? 80) - 1)}`);
  };
  const timer = live ? setInterval(draw, redrawInterval) : undefined;
  timer?.unref();

  const say = (text: string): void => {
    clear();
    stream.write(`${text}\n`);
    lastLine = now();
    draw();
  };
  const tick = (): void => {
    if (live) return;
    const done = share();
    if (done >= 1 || Math.floor(done * 10) <= tenths || now() - lastLine < 1000 * quietSeconds) return;
    tenths = Math.floor(done * 10);
    const left = timeLeft(done);
    say(`${percent(done)} done${left === "" ? "" : `, ${left}`}`);
  };

  return {
    say,
    plan(operations): void {
      planned = operations;
      [added, finished, tenths] = [0, 0, 0];
      begin = now();
    },
    add(label, operations): ProgressItem {
      const item = { label, operations, fraction: 0 };
      added += operations;
      return {
        onStart: () => void active.set(item, item),
        onProgress(fraction): void {
          item.fraction = fraction;
          tick();
        },
        onEnd(): void {
          active.delete(item);
          finished += operations;
          tick();
        },
      };
    },
    end(): void {
      clearInterval(timer);
      clear();
      planned = 0;
    },
  };
}

function percent(share: number): string {
  return `${String(Math.floor(100 * share)).padStart(2)} %`;
}
