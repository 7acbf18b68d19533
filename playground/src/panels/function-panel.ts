/** The panel for the user's own function of a few variables. */
import { optimizerNames } from "../compute/descents.ts";
import type { OwnResult, OwnSettings } from "../compute/own-function.ts";
import { chart } from "../drawing/chart.ts";
import { mapView } from "../drawing/map.ts";
import { coordinateTitles, lineStyles, optimizerTitles, type Stroke } from "../drawing/stroke.ts";
import { functionNames } from "../expression/functions.ts";
import { parseExpression } from "../expression/parse.ts";
import { ExpressionError, longestText } from "../expression/tokens.ts";
import type { View } from "../link.ts";
import { button, element } from "../page/element.ts";
import { numberField, type Field } from "../page/fields.ts";
import { shortNumber } from "../page/format.ts";
import { runTable } from "../page/table.ts";
import { valueTable } from "../page/value-table.ts";
import { examples, limits, ownSettings } from "../settings.ts";
import { connect } from "../workers/connect.ts";
import type { FunctionProtocol } from "../workers/protocol.ts";
import { eigenTable } from "./eigen-table.ts";
import type { Panel, Surroundings } from "./panel.ts";

type FunctionView = Extract<View, { panel: "function" }>;

const strokes: readonly Stroke[] = (["original", "egop"] as const).flatMap((coordinates) =>
  optimizerNames.map((optimizer) => ({ optimizer, coordinates })),
);
const typingMilliseconds = 250;
const smallestShown = 1e-16;

export function functionPanel(root: HTMLElement, { onChange }: Surroundings): Panel<FunctionView> {
  const worker = connect<FunctionProtocol>(
    () => new Worker(new URL("../workers/functions.worker.ts", import.meta.url), { type: "module" }),
  );
  let settings: OwnSettings = ownSettings(examples[0]);
  /** What is drawn of the runs' values, on a scale that has no place for others than positive ones. */
  let drawn: { readonly heights: readonly Float64Array[]; readonly y: string } = { heights: [], y: "value" };
  let typing: ReturnType<typeof setTimeout> | undefined;
  let variables: readonly string[] = [];
  let startFields: readonly Field<number>[] = [];

  const input = element("textarea", {
    ...{ id: "formula", rows: 2, maxlength: longestText, spellcheck: "false", autocapitalize: "off" },
    "aria-describedby": "formula-help formula-problem",
  });
  const underlined = element("pre", { class: "underlined", "aria-hidden": "true", hidden: true });
  const problem = element("p", { id: "formula-problem", class: "problem", role: "alert" });
  const startHolder = element("div", { class: "fields" });
  const table = runTable(
    "function-runs",
    "Runs",
    strokes.map((stroke) => ({
      ...{ stroke, optimizer: optimizerTitles[stroke.optimizer], coordinates: coordinateTitles[stroke.coordinates] },
    })),
    ["First value", "Last value"],
    () => {
      losses.changed();
      map.changed();
      onChange();
    },
  );
  const map = mapView(
    "Map of the function with the paths of all runs; the table has their values",
    (run) => table.shown[run],
  );
  const losses = chart(
    { label: "The value of every run over the steps; the table has the values", x: "step", y: "value" },
    () => ({
      curves: strokes.flatMap(({ optimizer, coordinates }, k) =>
        table.shown[k] && k < drawn.heights.length
          ? [
              {
                color: ({ optimizers }) => optimizers[optimizer],
                ...lineStyles[coordinates],
                ...{ values: drawn.heights[k], count: drawn.heights[k].length },
              },
            ]
          : [],
      ),
      ...{ points: settings.steps + 1, from: 0, to: settings.steps, floor: smallestShown, y: drawn.y },
    }),
  );
  const values = valueTable("function-values", "Value by step", "egop-function.csv");
  const eigen = eigenTable("function-eigen");
  const advice = element("p", { id: "function-advice" });
  const results = element(
    "div",
    { class: "results" },
    element(
      "div",
      { class: "columns" },
      element("div", { class: "stage" }, map.canvas, losses.canvas),
      element(
        "div",
        { class: "side" },
        element("h2", {}, "Is it worth it?"),
        advice,
        table.root,
        eigen.root,
        values.root,
      ),
    ),
  );

  const rateFields = optimizerNames.map((name) =>
    numberField(`function-${name}`, `${optimizerTitles[name]}’s rate`, limits.rate, settings.rates[name], (rate) =>
      set({ rates: { ...settings.rates, [name]: rate } }),
    ),
  );
  const fields = {
    deviation: numberField(
      "function-deviation",
      "Sampled within ±",
      limits.deviation,
      settings.deviation,
      (deviation) => set({ deviation }),
    ),
    samples: numberField("function-samples", "Gradients", limits.samples, settings.samples, (samples) =>
      set({ samples }),
    ),
    steps: numberField("function-steps", "Steps", limits.steps, settings.steps, (steps) => set({ steps })),
    seed: numberField("function-seed", "Seed", limits.seed, settings.seed, (seed) => set({ seed })),
  };
  const set = (change: Partial<OwnSettings>): void => {
    settings = { ...settings, ...change };
    compute();
  };
  input.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => set({ formula: input.value }), typingMilliseconds);
  });

  root.append(
    element("label", { for: "formula", class: "big" }, "A function to minimize"),
    input,
    underlined,
    problem,
    element(
      "p",
      { class: "quiet", id: "formula-help" },
      `Up to eight variables of any name; + − * / ^ and parentheses; pi, e; ${functionNames.join(", ")}. It is parsed and ` +
        "differentiated by the library, never run as code.",
    ),
    element(
      "div",
      { class: "row examples", role: "group", "aria-label": "Examples" },
      ...examples.map((example) => button(example.title, () => open(ownSettings(example)))),
    ),
    startHolder,
    element(
      "details",
      {},
      element("summary", {}, "Rates, steps, samples, seed"),
      element("div", { class: "fields" }, ...[...rateFields, ...Object.values(fields)].map((field) => field.root)),
    ),
    results,
  );

  /** Shows what is wrong, with the place underlined; undefined clears it. */
  function showProblem(
    error: { readonly message: string; readonly position?: number; readonly length?: number } | undefined,
  ): void {
    results.classList.toggle("stale", error !== undefined);
    input.setAttribute("aria-invalid", String(error !== undefined));
    problem.textContent = error?.message ?? "";
    underlined.hidden = error?.position === undefined;
    if (error?.position === undefined) return;
    const { position, length = 1 } = error;
    const text = settings.formula;
    underlined.replaceChildren(
      text.slice(0, position),
      element("mark", {}, text.slice(position, position + length).padEnd(1)),
      text.slice(position + length),
    );
  }

  /** The variables of what is typed; undefined, and the mistake is shown, where it cannot be read. */
  function variablesOf(formula: string): readonly string[] | undefined {
    try {
      return parseExpression(formula).variables;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const { message, position, length } = error;
      showProblem({ message: `At character ${position + 1}: ${message}`, position, length });
      return undefined;
    }
  }

  /** A field for each variable; those that were there keep their numbers. */
  function makeStartFields(next: readonly string[]): void {
    const known = new Map(variables.map((name, k) => [name, startFields[k].value]));
    variables = next;
    const start = next.map((name, k) => known.get(name) ?? settings.start.at(k) ?? 1);
    settings = { ...settings, start };
    startFields = next.map((name, k) =>
      numberField(`start-${k}`, `${name} starts at`, limits.coordinate, start[k], () =>
        set({ start: startFields.map(({ value }) => value) }),
      ),
    );
    startHolder.replaceChildren(...startFields.map((field) => field.root));
  }

  function compute(): void {
    const next = variablesOf(settings.formula);
    if (next === undefined) {
      worker.stop("own");
      onChange();
      return;
    }
    if (next.join() !== variables.join()) makeStartFields(next);
    worker.start("own", settings, {
      onOutput(output) {
        showProblem(undefined);
        show(output);
      },
      onError(message) {
        showProblem({ message: `It cannot be run: ${message}` });
      },
    });
    onChange();
  }

  function show({
    descents,
    picture,
    variables: names,
    start,
    eigenvalues,
    eigenvectors,
    recommendation,
  }: OwnResult): void {
    drawn = heightsOf(descents.map(({ losses: own }) => own));
    descents.forEach(({ losses: own, divergedAt }, k) =>
      table.set(k, [own[0], divergedAt === undefined ? own[own.length - 1] : `diverged at ${divergedAt}`]),
    );
    map.canvas.hidden = picture === undefined;
    map.show(
      picture === undefined
        ? undefined
        : {
            ...picture,
            ...{ variables: names, start: [start[0], start[1]] },
            runs: strokes.map((stroke, k) => ({ stroke, path: descents[k].path })),
          },
    );
    eigen.show(names, eigenvalues, eigenvectors);
    advice.textContent = recommendation;
    values.show(
      descents.map(({ losses: own }, k) => ({
        title: `${optimizerTitles[strokes[k].optimizer]}, ${coordinateTitles[strokes[k].coordinates]}`,
        ...{ values: own, count: own.length },
      })),
      settings.steps,
      true,
    );
    losses.changed();
  }

  function open(next: OwnSettings): void {
    settings = next;
    variables = [];
    startFields = [];
    if (input.value !== next.formula) input.value = next.formula;
    optimizerNames.forEach((name, k) => rateFields[k].set(next.rates[name]));
    for (const name of ["deviation", "samples", "steps", "seed"] as const) fields[name].set(next[name]);
    compute();
  }

  return {
    open(view) {
      table.hide(view.hidden);
      open(view.settings);
    },
    view: () => ({ panel: "function", settings, hidden: table.hidden }),
  };
}

/** Values as they are where all are positive; else above the lowest of them, which itself has no place. */
function heightsOf(losses: readonly Float64Array[]): {
  readonly heights: readonly Float64Array[];
  readonly y: string;
} {
  const lowest = Math.min(...losses.map((own) => Math.min(...own)));
  if (lowest >= 0) return { heights: losses, y: "value" };
  const heights = losses.map((own) => own.map((value) => (value > lowest ? value - lowest : NaN)));
  return { heights, y: `value above the lowest, ${shortNumber(lowest)}` };
}
