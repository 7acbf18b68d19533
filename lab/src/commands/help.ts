/** `help`, which is what `--help` asks for too: the commands, or one of them in full. */
import { UsageError } from "../errors.ts";
import { readFlags } from "../flags.ts";
import { help as compareOptions } from "../options.ts";
import type { Command } from "./command.ts";

/** Takes the commands when it runs, because it is one of them. */
export function help(commands: () => readonly Command[]): Command {
  return {
    name: "help",
    summary: "this; help COMMAND says more of one",
    async run(args, at) {
      const flags = readFlags(args, { valued: [], switches: [], words: ["command"] });
      const [word] = flags.words as readonly (string | undefined)[];
      if (word !== undefined) {
        const command = commands().find(({ name }) => name === word);
        if (command === undefined)
          throw new UsageError(
            `There is no command "${word}"; there are ${commands()
              .map(({ name }) => name)
              .join(", ")}.`,
          );
        await command.run(["--help"], at);
        return;
      }
      const lines = commands().map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`);
      at.print(
        `EGOP reparameterization: experiments, spectra and advice.\n\nUsage: egop COMMAND [options], or npm start -- COMMAND [options]\n\n` +
          `${lines.join("\n")}\n\nWithout a command it is compare:\n\n${compareOptions}`,
      );
    },
  };
}
