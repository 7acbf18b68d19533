/** Workers and coordinators as processes of their own, which tests kill. */
import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { accumulate, stateToText, type AccumulateOptions, type MomentState } from "egop";
import type { SampledObjective } from "../../distributed/src/load-objective.ts";

export const objectives: string = fileURLToPath(new URL("objectives", import.meta.url));
export const commandPath: string = fileURLToPath(new URL("../../lab/dist/main.js", import.meta.url));

export interface Process {
  readonly child: ChildProcess;
  /** What it has written. */
  readonly output: () => string;
  /** To stdout alone. */
  readonly stdout: () => string;
  /** Resolves when its output holds a text. */
  readonly says: (text: string) => Promise<void>;
  /** Sends a signal and waits for the end; its status, or the signal that ended it. */
  readonly end: (signal?: NodeJS.Signals) => Promise<number | NodeJS.Signals | null>;
}

export function start(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Process {
  const child = spawn(process.execPath, [script, ...args], { env: { ...process.env, ...env } });
  const exit = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  let output = "";
  const listeners = new Set<() => void>();
  const hear = (data: Buffer): void => {
    output += data.toString();
    for (const listener of listeners) listener();
  };
  let stdout = "";
  child.stdout.on("data", (data: Buffer) => {
    stdout += data.toString();
    hear(data);
  });
  child.stderr.on("data", hear);
  return {
    child,
    output: () => output,
    stdout: () => stdout,
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!output.includes(text)) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
        void exit.then(() => {
          if (!output.includes(text)) reject(new Error(`ended without saying "${text}": ${output}`));
        });
      }),
    async end(signal) {
      if (signal !== undefined) child.kill(signal);
      const [status, ended] = await exit;
      return status ?? ended;
    },
  };
}

const workerScript = fileURLToPath(new URL("worker-process.js", import.meta.url));

/** A worker with a short lock, so that what happens after its death happens soon. */
export async function startWorkerProcess(
  redis: string,
  options: Readonly<Record<string, unknown>> = {},
): Promise<Process> {
  const worker = start(workerScript, [JSON.stringify({ redis, root: objectives, lockDuration: 400, ...options })]);
  await worker.says("ready");
  return worker;
}

const coordinatorScript = fileURLToPath(new URL("coordinator-process.js", import.meta.url));

export interface Coordinator {
  readonly process: Process;
  /** Resolves when so many samples have come. */
  readonly reaches: (samples: number) => Promise<void>;
  /** Of its state at the end. */
  readonly digest: Promise<string>;
}

/** A coordinator as a process of its own. */
export function startCoordinator(
  module: string,
  options: Readonly<Record<string, unknown>>,
  onProgress: (samples: number) => void = () => {},
): Coordinator {
  const process = start(coordinatorScript, [module, JSON.stringify(options)]);
  let most = -1;
  const waiting = new Set<() => void>();
  process.child.stdout?.on("data", () => {
    for (const [, come] of process.output().matchAll(/^samples (\d+)$/gm)) most = Math.max(most, Number(come));
    onProgress(most);
    for (const look of waiting) look();
  });
  const finished = process.end().then((status) => {
    const found = /^digest ([0-9a-f]{64})$/m.exec(process.output());
    if (found === null) throw new Error(`the coordinator ended with ${String(status)}: ${process.output()}`);
    return found[1];
  });
  finished.catch(() => {});
  return {
    process,
    digest: finished,
    reaches: (samples) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (most >= samples) resolve();
        };
        waiting.add(look);
        look();
        void process.end().then(() => resolve());
      }),
  };
}

/** The state that one process has of the same samples. */
export async function inOneProcess(module: string, options: Omit<AccumulateOptions, "points">): Promise<MomentState> {
  const { objective, points } = (await import(`${objectives}/${module}`)) as SampledObjective;
  return accumulate(objective, { points, ...options });
}

export function digest(state: MomentState): string {
  return createHash("sha256").update(stateToText(state)).digest("hex");
}
