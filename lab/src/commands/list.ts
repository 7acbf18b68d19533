/** `list`: the commands, the tasks and the experiments that there are. */
import { taskNames } from "../choices.ts";
import { readFlags } from "../flags.ts";
import { namedExperiments } from "../study/carry-out.ts";
import type { Command } from "./command.ts";

/** Takes the commands when it runs, because it is one of them. */
export function list(commands: () => readonly Command[]): Command {
  return {
    name: "list",
    summary: "the commands, tasks and experiments that there are",
    run(args, at) {
      const flags = readFlags(args, { valued: [], switches: ["json"] });
      const named = namedExperiments.map(({ name, title, question, task }) => ({ name, title, question, task }));
      if (flags.has("json")) {
        const document = { commands: commands().map(({ name, summary }) => ({ name, summary })) };
        at.print(`${JSON.stringify({ ...document, tasks: taskNames, experiments: named })}\n`);
        return Promise.resolve();
      }
      const columns = (rows: readonly (readonly [string, string])[]): string =>
        rows.map(([name, text]) => `  ${name.padEnd(20)}${text}`).join("\n");
      at.print(
        `Commands (each knows --help):\n${columns(commands().map(({ name, summary }) => [name, summary]))}\n\n` +
          `Experiments, for run:\n${columns(named.map(({ name, title }) => [name, title]))}\n\n` +
          `Tasks, for compare and spectrum:\n  ${taskNames.join(", ")}\n`,
      );
      return Promise.resolve();
    },
  };
}
