/** `advise`: what EGOP coordinates can be expected to gain, what each basis costs, and whether it is worth it. */
import { advise as adviceOn } from "egop";
import { numberColumn, renderColumns, textColumn } from "../columns.ts";
import { readFlags } from "../flags.ts";
import { wrap } from "../paragraph.ts";
import { keysOf } from "../tasks/keys.ts";
import type { Command } from "./command.ts";
import { estimateSource, sourceFlags, sourceHelp } from "./source.ts";

const help = `Says from a pilot estimate what EGOP coordinates can be expected to gain, and what each basis costs.

Usage: egop advise --task NAME | --module FILE [options]

${sourceHelp}
  --json                print one JSON document on stdout and nothing else there
  --data DIR            the folder with the CSV files (default lab/data)
  -h, --help            print this
`;

export const advise: Command = {
  name: "advise",
  summary: "the gain to expect, the cost of each basis, and whether it is worth it",
  async run(args, at) {
    const flags = readFlags(args, { valued: sourceFlags, switches: ["json"] });
    if (flags.has("help")) {
      at.print(help);
      return;
    }
    const { title, objective, points, seed, estimate } = await estimateSource("advise", flags, at);
    const advice = adviceOn(objective, estimate, { points, key: keysOf(seed).samples });
    if (flags.has("json")) {
      at.print(`${JSON.stringify({ title, ...advice })}\n`);
      return;
    }
    type Costs = (typeof advice.costs)[number];
    const costs = renderColumns<Costs>(
      [
        textColumn("basis", ({ name }) => name),
        numberColumn("gradients needed", ({ gradients }) => String(gradients)),
        numberColumn("operations a step", ({ applying }) => applying.operations.toExponential(1)),
        numberColumn("megabytes kept", ({ applying }) => (applying.bytes / 1e6).toPrecision(2)),
      ],
      advice.costs,
    );
    at.print(`\n${title}\n\n${wrap(advice.recommendation, at.width)}\n\n${costs}\n\n`);
  },
};
