/**
 * The worker's side: tasks are generators, advanced in turn, one piece each, with a look at the messages in between. So a
 * worker hears within a piece of work that a task was paused, stopped, or started anew.
 */
import { explanation } from "../compute/descents.ts";
import type { Protocol, Reply, Request } from "./protocol.ts";

/** The generator of each task. */
export type Handlers<P extends Protocol> = {
  readonly [Name in keyof P]: (input: P[Name]["input"]) => Generator<P[Name]["output"], void>;
};

interface Running {
  readonly id: number;
  readonly pieces: Generator<unknown, void>;
  paused: boolean;
}

/** Serves requests from now on. */
export function serve<P extends Protocol>(handlers: Handlers<P>): void {
  const running = new Map<string, Running>();
  const say = (reply: Reply): void => {
    self.postMessage(reply);
  };
  const turn = new MessageChannel();
  let waiting = false;
  const wake = (): void => {
    if (waiting || ![...running.values()].some(({ paused }) => !paused)) return;
    waiting = true;
    turn.port2.postMessage(null);
  };

  function advance(task: string, { id, pieces }: Running): void {
    try {
      const { done, value } = pieces.next();
      if (done !== true) {
        say({ task, id, output: value });
        return;
      }
      say({ task, id, done: true });
    } catch (error) {
      const expected = explanation(error);
      say({ task, id, error: expected ?? String(error), expected: expected !== undefined });
    }
    running.delete(task);
  }

  turn.port1.onmessage = () => {
    waiting = false;
    for (const [task, each] of running) if (!each.paused) advance(task, each);
    wake();
  };
  self.onmessage = ({ data }: MessageEvent<Request>) => {
    const { task } = data;
    if (data.action === "start") {
      const handler = handlers[task as keyof P];
      running.set(task, { id: data.id, pieces: handler(data.input), paused: false });
    } else if (data.action === "stop") running.delete(task);
    else {
      const each = running.get(task);
      if (each !== undefined) each.paused = data.action === "pause";
    }
    wake();
  };
}
