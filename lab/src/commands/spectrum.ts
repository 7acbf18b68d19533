/** `spectrum`: the EGOP spectrum of a task, or of a user's own objective. */
import { readFlags } from "../flags.ts";
import { renderSpectrum } from "../spectrum.ts";
import type { Command } from "./command.ts";
import { estimateSource, sourceFlags, sourceHelp } from "./source.ts";

const help = `Samples gradients and shows the spectrum of their expected outer product.

Usage: egop spectrum --task NAME | --module FILE [options]

${sourceHelp}
  --json                print one JSON document on stdout and nothing else there
  --data DIR            the folder with the CSV files (default lab/data)
  -h, --help            print this
`;

export const spectrum: Command = {
  name: "spectrum",
  summary: "the EGOP spectrum of a task or of your own objective",
  async run(args, at) {
    const flags = readFlags(args, { valued: sourceFlags, switches: ["json"] });
    if (flags.has("help")) {
      at.print(help);
      return;
    }
    const { title, objective, estimate } = await estimateSource("spectrum", flags, at);
    const { stableRank, rootStableRank, samples } = estimate;
    const eigenvalues = [...estimate.eigenvalues];
    const density = estimate.density();
    const parameters = objective.dimension;
    if (flags.has("json"))
      at.print(`${JSON.stringify({ title, parameters, samples, stableRank, rootStableRank, density, eigenvalues })}\n`);
    else
      at.print(
        `\n${title}: ${parameters} parameters, ${samples} gradients\n\n${renderSpectrum(eigenvalues)}\n\n` +
          `Stable rank ${stableRank.toFixed(1)}, of the square roots ${rootStableRank.toFixed(1)}; density of the leading ` +
          `eigenvector ${density.toFixed(2)}.\n\n`,
      );
  },
};
