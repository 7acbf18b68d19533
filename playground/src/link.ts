/**
 * What is on screen as the fragment of an address, and back: `#v=1&panel=surface&surface=valley&angle=30…`. A link comes
 * from anywhere, so every part of it is checked against what the page could have written, and the first thing that is not
 * is named; texts from a link are only ever shown as text.
 */
import { basisNames } from "../../lab/src/choices.ts";
import type { Rates } from "./compute/descents.ts";
import type { DigitsSettings } from "./compute/digits.ts";
import type { OwnSettings } from "./compute/own-function.ts";
import { surfaceNames } from "./compute/surfaces.ts";
import type { TurnedSettings } from "./compute/turned.ts";
import { mostVariables } from "./expression/parse.ts";
import { longestText } from "./expression/tokens.ts";
import {
  digitsSettings,
  examples,
  limits,
  ownSettings,
  rangeInWords,
  readNumber,
  surfaceSettings,
  type Limits,
} from "./settings.ts";

export const panelNames = ["surface", "digits", "function"] as const;
export type PanelName = (typeof panelNames)[number];

/** All that a link says. */
export type View = {
  /** The rows of the panel's table whose curves are hidden, ascending. */
  readonly hidden: readonly number[];
} & (
  | { readonly panel: "surface"; readonly settings: TurnedSettings; readonly step: number }
  | { readonly panel: "digits"; readonly settings: DigitsSettings; readonly running: boolean }
  | { readonly panel: "function"; readonly settings: OwnSettings }
);

/** A link that this page has not written. */
export class LinkError extends Error {
  override readonly name = "LinkError";
}

const version = "1";
/** No table of a panel has more rows. */
const mostRuns = 8;
/** The longest formula, every character of it escaped as up to nine, and room for the rest. */
const longestFragment = 9 * longestText + 1000;

/** The fragment, with its #. */
export function fragmentOf(view: View): string {
  const { seed, steps, samples } = view.settings;
  const parts: [string, string | number][] = [
    ["v", version],
    ["panel", view.panel],
  ];
  switch (view.panel) {
    case "surface": {
      const { surface, angle, rates } = view.settings;
      parts.push(["surface", surface], ["angle", angle], ...Object.entries(rates), ["step", view.step]);
      break;
    }
    case "digits": {
      const { rate, bases } = view.settings;
      parts.push(["rate", rate], ["bases", bases.join(".")], ["run", view.running ? 1 : 0]);
      break;
    }
    case "function": {
      const { formula, start, rates, deviation } = view.settings;
      parts.push(["formula", formula], ["start", start.join("_")], ["deviation", deviation], ...Object.entries(rates));
    }
  }
  parts.push(["steps", steps], ["samples", samples], ["seed", seed]);
  if (view.hidden.length > 0) parts.push(["hide", view.hidden.join(".")]);
  return `#${new URLSearchParams(parts.map(([name, value]): [string, string] => [name, String(value)])).toString()}`;
}

/** Reads a fragment; undefined for an empty one. Throws LinkError, in one sentence, for the first thing that is wrong. */
export function viewOf(fragment: string): View | undefined {
  const text = fragment.replace(/^#/, "");
  if (text === "") return undefined;
  if (text.length > longestFragment) throw new LinkError(`it is ${text.length} characters long`);
  const parts = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (parts.has(name)) throw new LinkError(`“${shortened(name)}” is there twice`);
    parts.set(name, value);
  }
  const found = parts.get("v");
  if (found === undefined) throw new LinkError("it does not begin with a version (v=1)");
  if (found !== version)
    throw new LinkError(`it is of version ${shortened(found)}, and this page knows version ${version} alone`);
  parts.delete("v");
  const panel = take(parts, "panel", (value) => panelNames.find((name) => name === value), panelNames.join(", "));
  if (panel === undefined) throw new LinkError(`it does not name a panel (${panelNames.join(", ")})`);
  const view = { surface: surfaceView, digits: digitsView, function: functionView }[panel](parts);
  for (const name of parts.keys()) throw new LinkError(`“${shortened(name)}” is nothing that can be set`);
  return view;
}

function surfaceView(parts: Map<string, string>): View {
  const names = surfaceNames.join(", ");
  const surface = take(parts, "surface", (value) => surfaceNames.find((name) => name === value), names);
  const usual = surfaceSettings(surface ?? "valley");
  const settings = {
    ...usual,
    angle: takeNumber(parts, "angle", limits.angle) ?? usual.angle,
    rates: takeRates(parts, usual.rates),
    ...takeCommon(parts, usual, { steps: limits.steps, samples: limits.samples }),
  };
  const step = takeNumber(parts, "step", { low: 0, high: settings.steps, whole: true }) ?? settings.steps;
  return { panel: "surface", settings, step, hidden: takeHidden(parts) };
}

function digitsView(parts: Map<string, string>): View {
  const bases = take(
    parts,
    "bases",
    (value) => {
      const chosen = basisNames.filter((name) => value.split(".").includes(name));
      const isList = chosen.join(".") === value;
      return isList && chosen.includes("original") && chosen.includes("egop") ? chosen : undefined;
    },
    `a list of ${basisNames.join(".")} with original and egop among them`,
  );
  const settings = {
    ...digitsSettings,
    rate: takeNumber(parts, "rate", limits.rate) ?? digitsSettings.rate,
    bases: bases ?? digitsSettings.bases,
    ...takeCommon(parts, digitsSettings, { steps: limits.digitsSteps, samples: limits.digitsSamples }),
  };
  const running = (takeNumber(parts, "run", { low: 0, high: 1, whole: true }) ?? 0) === 1;
  return { panel: "digits", settings, running, hidden: takeHidden(parts) };
}

function functionView(parts: Map<string, string>): View {
  const usual = ownSettings(examples[0]);
  const formula = take(
    parts,
    "formula",
    (value) => (value.length <= longestText ? value : undefined),
    `at most ${longestText} characters`,
  );
  const start = take(
    parts,
    "start",
    (value) => {
      const numbers = value === "" ? [] : value.split("_").map((each) => readNumber(each, limits.coordinate));
      const known = numbers.filter((each) => each !== undefined);
      return known.length === numbers.length && known.length <= mostVariables ? known : undefined;
    },
    `up to ${mostVariables} numbers with _ between`,
  );
  const settings = {
    ...usual,
    formula: formula ?? usual.formula,
    start: start ?? (formula === undefined ? usual.start : []),
    deviation: takeNumber(parts, "deviation", limits.deviation) ?? usual.deviation,
    rates: takeRates(parts, usual.rates),
    ...takeCommon(parts, usual, { steps: limits.steps, samples: limits.samples }),
  };
  return { panel: "function", settings, hidden: takeHidden(parts) };
}

/** Takes one part out of the map; undefined where it is absent. */
function take<T>(
  parts: Map<string, string>,
  name: string,
  read: (value: string) => T | undefined,
  expected: string,
): T | undefined {
  const value = parts.get(name);
  if (value === undefined) return undefined;
  parts.delete(name);
  const result = read(value);
  if (result === undefined) throw new LinkError(`“${name}” is “${shortened(value)}”; expected ${expected}`);
  return result;
}

function takeNumber(parts: Map<string, string>, name: string, range: Limits): number | undefined {
  return take(parts, name, (value) => readNumber(value, range), rangeInWords(range));
}

function takeRates(parts: Map<string, string>, usual: Rates): Rates {
  const rate = (name: keyof Rates): number => takeNumber(parts, name, limits.rate) ?? usual[name];
  return { adam: rate("adam"), adagrad: rate("adagrad"), sgd: rate("sgd") };
}

interface Common {
  readonly steps: number;
  readonly samples: number;
  readonly seed: number;
}

function takeCommon(
  parts: Map<string, string>,
  usual: Common,
  ranges: { readonly steps: Limits; readonly samples: Limits },
): Common {
  return {
    steps: takeNumber(parts, "steps", ranges.steps) ?? usual.steps,
    samples: takeNumber(parts, "samples", ranges.samples) ?? usual.samples,
    seed: takeNumber(parts, "seed", limits.seed) ?? usual.seed,
  };
}

function takeHidden(parts: Map<string, string>): readonly number[] {
  const read = (value: string): number[] | undefined => {
    const rows = Array.from({ length: mostRuns }, (_value, row) => row).filter((row) =>
      value.split(".").includes(String(row)),
    );
    return rows.join(".") === value ? rows : undefined;
  };
  return take(parts, "hide", read, `rows from 0 to ${mostRuns - 1}, ascending, with . between`) ?? [];
}

/** What a stranger wrote is quoted, but not at length. */
function shortened(text: string): string {
  const most = 40;
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
