/** `worker` and `status`: doing the jobs of a queue, and looking at it. Both need the package egop-distributed. */
import { distributedPackage, type QueueAddress } from "../distributed.ts";
import { UsageError } from "../errors.ts";
import { readFlags, wholeNumber, type Flags } from "../flags.ts";
import { dataFolder, mostThreads } from "../surroundings.ts";
import type { Command } from "./command.ts";

const addressHelp = `  --redis URL        redis://[user:password@]host[:port], or the environment variable EGOP_REDIS, where no process list
                     shows the password
  --prefix NAME      what the queue's keys begin with (default egop)`;

const workerHelp = `Takes jobs from a queue until it is told to stop (SIGTERM, SIGINT): then it ends the jobs it is at, or gives them
back after half a minute, or at once with a second signal.

Usage: egop worker --redis URL [options]

${addressHelp}
  --concurrency N    jobs at a time, 1 to ${mostThreads} (default 1)
  --objectives DIR   the folder of objectives; nothing outside it is opened (default the current one)
  --data DIR         the folder with the CSV files of the lab's tasks (default lab/data)
  --lock SECONDS     after this much silence a job goes to another worker, 1 to 3600 (default 30)
  --stalls N         how often a job may lose its worker before it has failed (default 5)
  --health SECONDS   between two lines of health, 1 to 3600 (default 30)
  -h, --help         print this
`;

const statusHelp = `Shows a queue: jobs done, waiting and failed, workers alive, samples per second, time left.

Usage: egop status --redis URL [options]

${addressHelp}
  --json             print one JSON document
  -h, --help         print this
`;

function addressOf(command: string, flags: Flags): QueueAddress {
  const redis = flags.value("redis") ?? process.env["EGOP_REDIS"];
  if (redis === undefined) throw new UsageError(`${command} needs --redis URL.`);
  const prefix = flags.value("prefix");
  return { redis, ...(prefix === undefined ? {} : { prefix }) };
}

const worker: Command = {
  name: "worker",
  summary: "does the jobs of a queue",
  async run(args, at) {
    const flags = readFlags(args, {
      valued: ["redis", "prefix", "concurrency", "objectives", "data", "lock", "stalls", "health"],
      switches: [],
    });
    if (flags.has("help")) {
      at.print(workerHelp);
      return;
    }
    const whole = (name: string, most: number): number | undefined => wholeNumber(name, flags.value(name), 1, most);
    const lock = whole("lock", 3600);
    const options = {
      ...addressOf("worker", flags),
      ...{ root: flags.value("objectives") ?? process.cwd(), data: flags.value("data") ?? dataFolder() },
      ...{ concurrency: whole("concurrency", mostThreads) ?? 1, mostStalls: whole("stalls", 1_000_000) ?? 5 },
      ...{ lockDuration: 1000 * (lock ?? 30), healthSeconds: whole("health", 3600) ?? 30 },
      write: (line: string) => at.progress.say(line),
    };
    // The worker ends in its own way; the command line would end at once.
    process.removeAllListeners("SIGINT");
    await (await distributedPackage()).runWorker(options);
  },
};

const status: Command = {
  name: "status",
  summary: "shows a queue: jobs, workers, samples per second, time left",
  async run(args, at) {
    const flags = readFlags(args, { valued: ["redis", "prefix"], switches: ["json"] });
    if (flags.has("help")) {
      at.print(statusHelp);
      return;
    }
    const distributed = await distributedPackage();
    at.print(await distributed.queueStatus(addressOf("status", flags), flags.has("json") ? "json" : "text"));
  },
};

/** The commands of a queue. */
export const queueCommands: readonly Command[] = [worker, status];
