#!/usr/bin/env node
/** The command line: finds the command, runs it, and turns what goes wrong into one line and an exit status. */
import { EgopError } from "egop";
import type { Command } from "./commands/command.ts";
import { advise } from "./commands/advise.ts";
import { compare } from "./commands/compare.ts";
import { help } from "./commands/help.ts";
import { list } from "./commands/list.ts";
import { queueCommands } from "./commands/queue.ts";
import { report } from "./commands/report.ts";
import { reproduce } from "./commands/reproduce.ts";
import { run } from "./commands/run.ts";
import { spectrum } from "./commands/spectrum.ts";
import { UsageError } from "./errors.ts";
import { startProgress } from "./progress.ts";

/** Characters in a line of text, where the terminal has room for more. */
const widest = 100;
const statuses = { failed: 1, usage: 2, interrupted: 130 };

const progress = startProgress(process.stderr);
process.once("SIGINT", () => {
  progress.end();
  process.stderr.write("egop: interrupted; what was finished in a run folder is kept, go on with --resume.\n");
  process.exit(statuses.interrupted);
});
// Whoever reads the results may stop reading (`npm start | head`): that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  process.stderr.write(`egop: the results cannot be written (${error.message}).\n`);
  process.exit(statuses.failed);
});

const commands: readonly Command[] = [
  ...[compare, run, spectrum, advise, reproduce, report],
  ...queueCommands,
  ...[list(() => commands), help(() => commands)],
];

try {
  const args = process.argv.slice(2);
  const first = args.at(0);
  const asksForHelp = first === "--help" || first === "-h";
  const named = commands.find(({ name }) => name === (asksForHelp ? "help" : first));
  if (named === undefined && first !== undefined && !first.startsWith("-"))
    throw new UsageError(`There is no command "${first}"; there are ${commands.map(({ name }) => name).join(", ")}.`);
  await (named ?? compare).run(named === undefined ? args : args.slice(1), {
    progress,
    print: (text) => void process.stdout.write(text),
    width: Math.min(process.stdout.columns || widest, widest),
  });
} catch (error) {
  progress.end();
  // What the lab or the library throws on purpose says all there is to say; anything else is a bug and shows its stack.
  const message = error instanceof EgopError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`egop: ${message ?? "failed"}\n`);
  process.exitCode = error instanceof UsageError ? statuses.usage : statuses.failed;
}
