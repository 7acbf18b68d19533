/** The page's side of a worker, which is started with its first task. */
import type { Protocol, Reply, Request } from "./protocol.ts";

/** Who hears of a task. Nothing is heard of a task that was stopped, or started anew. */
interface Listener<Output> {
  readonly onOutput: (output: Output) => void;
  readonly onDone?: () => void;
  /** A sentence; `expected` when it is about what the user chose, and not about this program. */
  readonly onError: (message: string, expected: boolean) => void;
}

export interface Connection<P extends Protocol> {
  start<Name extends keyof P & string>(
    task: Name,
    input: P[Name]["input"],
    listener: Listener<P[Name]["output"]>,
  ): void;
  pause(task: keyof P & string): void;
  goOn(task: keyof P & string): void;
  /** Ends a task before its next piece of work. */
  stop(task: keyof P & string): void;
  /** Ends the worker, whatever it is doing. */
  end(): void;
}

export function connect<P extends Protocol>(create: () => Worker): Connection<P> {
  const listeners = new Map<string, { readonly id: number; readonly listener: Listener<never> }>();
  let worker: Worker | undefined;
  let lastId = 0;

  function hear({ data }: MessageEvent<Reply>): void {
    const heard = listeners.get(data.task);
    if (heard?.id !== data.id) return;
    if ("output" in data) {
      heard.listener.onOutput(data.output as never);
      return;
    }
    listeners.delete(data.task);
    if ("error" in data) heard.listener.onError(data.error, data.expected);
    else heard.listener.onDone?.();
  }
  function started(): Worker {
    if (worker !== undefined) return worker;
    worker = create();
    worker.onmessage = hear;
    worker.onerror = ({ message }) => {
      const all = [...listeners.values()];
      end();
      for (const { listener } of all)
        listener.onError(message === "" ? "The worker could not be started." : message, false);
    };
    return worker;
  }
  function end(): void {
    worker?.terminate();
    worker = undefined;
    listeners.clear();
  }
  const say = (request: Request): void => started().postMessage(request);
  return {
    start(task, input, listener) {
      listeners.set(task, { id: ++lastId, listener });
      say({ action: "start", task, id: lastId, input });
    },
    pause: (task) => say({ action: "pause", task }),
    goOn: (task) => say({ action: "go on", task }),
    stop(task) {
      if (listeners.delete(task)) say({ action: "stop", task });
    },
    end,
  };
}
