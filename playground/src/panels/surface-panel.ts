/** The panel with a surface that is turned by hand while optimizers run on it. */
import { optimizerNames } from "../compute/descents.ts";
import { surfaceNames, surfaces } from "../compute/surfaces.ts";
import { sweptAngles, type TurnedResult, type TurnedSettings } from "../compute/turned.ts";
import { chart } from "../drawing/chart.ts";
import { dial } from "../drawing/dial.ts";
import { coordinateTitles, lineStyles, optimizerTitles, type Stroke } from "../drawing/stroke.ts";
import type { View } from "../link.ts";
import { button, element } from "../page/element.ts";
import { choiceField, numberField, slider } from "../page/fields.ts";
import { drawing } from "../page/frames.ts";
import { runTable, setCell } from "../page/table.ts";
import { limits, surfaceSettings } from "../settings.ts";
import { connect } from "../workers/connect.ts";
import type { FunctionProtocol } from "../workers/protocol.ts";
import type { Panel, Surroundings } from "./panel.ts";
import { verdictOf } from "./verdict.ts";

type SurfaceView = Extract<View, { panel: "surface" }>;

const strokes: readonly Stroke[] = (["original", "egop"] as const).flatMap((coordinates) =>
  optimizerNames.map((optimizer) => ({ optimizer, coordinates })),
);
const mapSize = 420;
const stepsPerSecond = 40;
/** Numbers that change faster cannot be read. */
const numberMilliseconds = 100;
/** Below this a loss on a surface is round-off. */
const floor = 1e-16;

export function surfacePanel(root: HTMLElement, { onChange, onProblem }: Surroundings): Panel<SurfaceView> {
  const worker = connect<FunctionProtocol>(
    () => new Worker(new URL("../workers/functions.worker.ts", import.meta.url), { type: "module" }),
  );
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let settings: TurnedSettings = surfaceSettings("valley");
  let result: (TurnedResult & { readonly angle: number }) | undefined;
  let swept = strokes.map(() => new Float64Array(sweptAngles.length).fill(NaN));
  let step = 0;
  let playing = false;
  let lastTime: number | undefined;
  let numbersAt = -Infinity;
  /** While one is computed, only the last of the angles that a hand passes is remembered. */
  let computing = false;
  let outdated = false;

  const onTurn = (angle: number): void => {
    settings = { ...settings, angle };
    angleSlider.set(angle);
    compute();
    onChange();
  };
  const wheel = dial(
    "Map of the surface with the paths of all runs",
    () => ({
      ...{ angle: settings.angle, step },
      runs: strokes.flatMap((stroke, k) => {
        const path = result?.descents[k].path;
        return table.shown[k] && path !== undefined ? [{ stroke, path }] : [];
      }),
      eigenvectors: result === undefined ? undefined : { columns: result.eigenvectors, angle: result.angle },
    }),
    onTurn,
  );
  const angleSlider = slider("angle", "Angle", limits.angle, settings.angle, (angle) => `${angle}°`, onTurn);
  const stepSlider = slider("step", "Step", { low: 0, high: settings.steps }, 0, String, (value) => {
    pause();
    step = value;
    show();
    onChange();
  });
  const play = button("Play", () => (playing ? pause() : start(step >= settings.steps ? 0 : step)), { class: "main" });
  const table = runTable(
    "surface-runs",
    "Runs at this step",
    strokes.map((stroke) => ({
      ...{ stroke, optimizer: optimizerTitles[stroke.optimizer], coordinates: coordinateTitles[stroke.coordinates] },
    })),
    ["Loss now", "Last loss"],
    () => {
      show();
      sweep.changed();
      onChange();
    },
  );
  const curves = (values: (run: number) => Float64Array, count: (run: number) => number): ReturnType<typeof curve>[] =>
    strokes.flatMap((stroke, k) => (table.shown[k] ? [curve(stroke, values(k), count(k))] : []));
  const losses = chart(
    { label: "The loss of every run over the steps; the table has the values", x: "step", y: "loss" },
    () => ({
      curves: curves(
        (k) => result?.descents[k].losses ?? new Float64Array(0),
        (k) => Math.min(result?.descents[k].losses.length ?? 0, Math.floor(step) + 1),
      ),
      ...{ points: settings.steps + 1, from: 0, to: settings.steps, floor },
    }),
  );
  const sweep = chart(
    {
      label: "The last loss of every run over the angle of the surface, from 0° to 90°",
      ...{ x: "angle of the surface", y: "loss after the last step", ticks: [0, 15, 30, 45, 60, 75, 90] },
      tickText: (angle) => `${angle}°`,
    },
    () => ({
      curves: curves(
        (k) => swept[k],
        () => sweptAngles.length,
      ),
      ...{ points: sweptAngles.length, from: 0, to: 90, floor },
      mark: ((settings.angle % 90) + 90) % 90,
    }),
  );
  const verdict = element("p", { class: "verdict", id: "surface-verdict" });
  const formula = element("code", { class: "formula", id: "surface-formula" });
  const spectrum = element("p", { class: "quiet" });

  const surface = choiceField(
    "surface",
    "Surface",
    surfaceNames.map((name) => [name, surfaces[name].title] as const),
    settings.surface,
    (name) => {
      open({ ...surfaceSettings(name), angle: settings.angle });
      onChange();
    },
  );
  const set = (change: Partial<TurnedSettings>): void => {
    open({ ...settings, ...change });
    onChange();
  };
  const rateFields = optimizerNames.map((name) =>
    numberField(`surface-${name}`, `${optimizerTitles[name]}’s rate`, limits.rate, settings.rates[name], (rate) =>
      set({ rates: { ...settings.rates, [name]: rate } }),
    ),
  );
  const steps = numberField("surface-steps", "Steps", limits.steps, settings.steps, (value) => set({ steps: value }));
  const samples = numberField(
    "surface-samples",
    "Gradients in the estimate",
    limits.samples,
    settings.samples,
    (value) => set({ samples: value }),
  );
  const seed = numberField("surface-seed", "Seed", limits.seed, settings.seed, (value) => set({ seed: value }));

  root.append(
    element(
      "div",
      { class: "columns" },
      element(
        "div",
        { class: "stage" },
        element(
          "div",
          { class: "row" },
          surface.root,
          element("div", { class: "field grow" }, element("span", { class: "label" }, "f(x, y) ="), formula),
        ),
        wheel.root,
        angleSlider.root,
        element("div", { class: "row" }, play, stepSlider.root),
      ),
      element(
        "div",
        { class: "side" },
        element(
          "p",
          { class: "lead" },
          "Turn the map: drag it, or use the slider. The optimizers’ axes x₁ and x₂ stay where they are. Dashed runs use " +
            "those axes; solid runs use v₁ and v₂, which EGOP found from sampled gradients, and only turn along.",
        ),
        table.root,
        spectrum,
        losses.canvas,
      ),
    ),
    element(
      "section",
      { class: "wide", "aria-labelledby": "sweep-heading" },
      element("h2", { id: "sweep-heading" }, "The same problem at every angle"),
      verdict,
      sweep.canvas,
    ),
    element(
      "details",
      {},
      element("summary", {}, "Rates, steps, samples, seed"),
      element(
        "div",
        { class: "fields" },
        ...rateFields.map((field) => field.root),
        steps.root,
        samples.root,
        seed.root,
      ),
      element(
        "p",
        { class: "quiet" },
        "Each rate is the best of a grid for the original axes, over all angles; the EGOP run of the same optimizer has to do with it. " +
          "Gradients are sampled in a Gaussian around the start, which is marked by a cross.",
      ),
    ),
  );

  const ticker = drawing((time) => {
    if (!playing) return undefined;
    step = Math.min(settings.steps, step + ((time - (lastTime ?? time)) / 1000) * stepsPerSecond);
    lastTime = time;
    const going = step < settings.steps;
    if (!going) pause();
    if (going && time - numbersAt < numberMilliseconds) showPictures();
    else {
      numbersAt = time;
      show();
    }
    return going;
  });

  function start(from: number): void {
    if (calm.matches) {
      step = settings.steps;
      show();
      return;
    }
    step = from;
    playing = true;
    lastTime = undefined;
    play.textContent = "Pause";
    ticker.changed();
  }
  function pause(): void {
    playing = false;
    play.textContent = "Play";
    onChange();
  }

  function show(): void {
    const at = Math.floor(step);
    stepSlider.set(at);
    strokes.forEach((_stroke, k) => {
      const run = result?.descents[k];
      if (run === undefined) return;
      const { losses: values, divergedAt } = run;
      table.set(k, [
        at < values.length ? values[at] : "diverged",
        divergedAt === undefined ? values[values.length - 1] : `diverged at ${divergedAt}`,
      ]);
    });
    showPictures();
  }
  function showPictures(): void {
    wheel.changed();
    losses.changed();
  }

  const onError = (message: string): void => onProblem(message);

  function compute(): void {
    wheel.changed();
    sweep.changed();
    if (computing) {
      outdated = true;
      return;
    }
    computing = true;
    const { angle } = settings;
    worker.start("turned", settings, {
      onOutput: (output) => {
        result = { ...output, angle };
        wheel.canvas.setAttribute(
          "aria-label",
          `Map of the surface turned by ${angle}° with the paths of all runs; the table has their losses`,
        );
        spectrum.replaceChildren(
          "λ₁ = ",
          numberOf(output.eigenvalues[0]),
          ", λ₂ = ",
          numberOf(output.eigenvalues[1]),
          "; density of v₁ ",
          numberOf(output.density),
          " (½ along an axis, 1 between the axes).",
        );
        show();
      },
      onDone: () => {
        computing = false;
        if (!outdated) return;
        outdated = false;
        compute();
      },
      onError: (message) => {
        computing = false;
        onError(message);
      },
    });
  }

  function open(next: TurnedSettings): void {
    const other = result === undefined || next.surface !== settings.surface;
    settings = next;
    surface.set(next.surface);
    angleSlider.set(next.angle);
    optimizerNames.forEach((name, k) => rateFields[k].set(next.rates[name]));
    steps.set(next.steps);
    samples.set(next.samples);
    seed.set(next.seed);
    stepSlider.setHigh(next.steps);
    if (other) {
      const { formula: text, radius, start: at } = surfaces[next.surface];
      formula.textContent = text;
      result = undefined;
      worker.start(
        "heights",
        { surface: next.surface, size: mapSize },
        {
          onOutput: (heights) => wheel.setContent({ heights, size: mapSize, radius, start: at }),
          onError,
        },
      );
    }
    step = Math.min(step, next.steps);
    compute();
    swept = strokes.map(() => new Float64Array(sweptAngles.length).fill(NaN));
    verdict.textContent = "Running at every angle…";
    worker.start("sweep", next, {
      onOutput: ({ index, losses: last }) => {
        last.forEach((loss, k) => (swept[k][index] = loss));
        sweep.changed();
      },
      onDone: () => (verdict.textContent = verdictOf(swept)),
      onError,
    });
    if (other) start(0);
  }

  return {
    open(view) {
      table.hide(view.hidden);
      open(view.settings);
      step = view.step;
      // What a link shows is what was on screen, not the way there.
      if (view.step < view.settings.steps || calm.matches) playing = false;
      else start(0);
      play.textContent = playing ? "Pause" : "Play";
      show();
    },
    view: () => ({
      panel: "surface",
      hidden: table.hidden,
      settings,
      step: playing ? settings.steps : Math.floor(step),
    }),
  };
}

function curve(
  { optimizer, coordinates }: Stroke,
  values: Float64Array,
  count: number,
): Parameters<typeof chart>[1] extends () => { readonly curves: readonly (infer C)[] } ? C : never {
  return { color: ({ optimizers }) => optimizers[optimizer], ...lineStyles[coordinates], values, count };
}

function numberOf(value: number): HTMLDataElement {
  const cell = element("data", { value: "" });
  setCell(cell, value);
  return cell;
}
