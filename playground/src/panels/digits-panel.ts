/** The panel on which a network learns handwritten digits, in several coordinates at once. */
import { basisNames, type BasisName } from "../../../lab/src/choices.ts";
import {
  digitsCommand,
  digitsRuns,
  firstLayerSize,
  leadingCount,
  type DigitsEvent,
  type DigitsRun,
  type DigitsSettings,
} from "../compute/digits.ts";
import { chart } from "../drawing/chart.ts";
import { mosaic, type Mosaic } from "../drawing/mosaic.ts";
import { coordinateTitles, lineStyles, optimizerTitles } from "../drawing/stroke.ts";
import type { View } from "../link.ts";
import { button, element } from "../page/element.ts";
import { numberField } from "../page/fields.ts";
import { percent, shortNumber, subscript } from "../page/format.ts";
import { drawing } from "../page/frames.ts";
import { runTable, type RunTable } from "../page/table.ts";
import { valueTable } from "../page/value-table.ts";
import { digitsSettings, limits } from "../settings.ts";
import { connect } from "../workers/connect.ts";
import type { DigitsProtocol } from "../workers/protocol.ts";
import type { Panel, Surroundings } from "./panel.ts";

type DigitsView = Extract<View, { panel: "digits" }>;

/** What is known of a run. */
interface Progress {
  readonly run: DigitsRun;
  readonly losses: Float64Array;
  count: number;
  divergedAt: number | undefined;
}

type State = "ready" | "running" | "paused" | "finished";

const tableMilliseconds = 120;
/** A training loss below this is round-off. */
const floor = 1e-16;

export function digitsPanel(root: HTMLElement, { onChange, onProblem }: Surroundings): Panel<DigitsView> {
  const worker = connect<DigitsProtocol>(
    () => new Worker(new URL("../workers/digits.worker.ts", import.meta.url), { type: "module" }),
  );
  let settings = digitsSettings;
  let state: State = "ready";
  let progress: readonly Progress[] = [];
  let eigenvalues = new Float64Array(0);
  let accuracies: Float64Array | undefined;
  let table: RunTable;
  let hiddenRuns: readonly number[] = [];
  let images: readonly Mosaic[] = [];
  let begun = 0;
  let estimated = 0;

  const status = element("p", { role: "status", id: "digits-status" });
  const bar = element("progress", { max: 1, value: 0, "aria-label": "Progress" });
  const tableHolder = element("div");
  const weightHolder = element("div", { class: "mosaics" });
  const command = element("code", { id: "digits-command", tabindex: 0 });
  const train = button("Train", () => begin(), { class: "main", id: "digits-train" });
  const hold = button("Pause", () => (state === "running" ? pause() : goOn()), { id: "digits-pause" });
  const values = valueTable("digits-values", "Training loss by step", "egop-digits.csv");

  const losses = chart(
    { label: "Training loss of every run over the steps; the table has the values", x: "step", y: "training loss" },
    () => ({
      curves: progress.flatMap(({ run, losses: own, count }, k) =>
        table.shown[k]
          ? [
              {
                color: ({ optimizers }) => optimizers[run.optimizer],
                ...lineStyles[run.basis],
                ...{ values: own, count },
              },
            ]
          : [],
      ),
      ...{ points: settings.steps + 1, from: 0, to: settings.steps, floor },
    }),
  );
  const spectrum = chart(
    {
      label: "The eigenvalues of the EGOP, in descending order, divided by the largest",
      ...{ x: "k", y: "eigenvalue k / largest" },
    },
    () => ({
      curves: [
        {
          color: ({ text }) => text,
          ...{ width: 1.5, dash: [], values: eigenvalues, count: eigenvalues.length },
        },
      ],
      ...{ points: eigenvalues.length, from: 1, to: Math.max(eigenvalues.length, 2), floor: 1e-16 },
    }),
  );
  const spectrumWords = element("p", { class: "quiet", id: "digits-spectrum" });
  const leading = Array.from({ length: leadingCount }, (_value, k) => ({
    image: mosaic(`Eigenvector ${k + 1} of the EGOP, its part in the first layer: sixteen images of 8 by 8 pixels`),
    words: element("figcaption", {}, `v${subscript(k + 1)}`),
  }));

  const set = (change: Partial<DigitsSettings>): void => {
    settings = { ...settings, ...change };
    // Other coordinates are other rows.
    if (change.bases !== undefined) hiddenRuns = [];
    reset();
  };
  const fields = {
    rate: numberField("digits-rate", "Learning rate", limits.rate, settings.rate, (rate) => set({ rate })),
    steps: numberField("digits-steps", "Steps", limits.digitsSteps, settings.steps, (steps) => set({ steps })),
    samples: numberField(
      ...(["digits-samples", "Gradients in the estimate", limits.digitsSamples] as const),
      settings.samples,
      (samples) => set({ samples }),
    ),
    seed: numberField("digits-seed", "Seed", limits.seed, settings.seed, (seed) => set({ seed })),
  };
  const boxes = basisNames.map((basis) => {
    const always = basis === "original" || basis === "egop";
    const box = element("input", { type: "checkbox", id: `digits-${basis}`, disabled: always });
    box.addEventListener("change", () => set({ bases: basisNames.filter((_name, k) => boxes[k].box.checked) }));
    return { box, root: element("label", { class: "check" }, box, coordinateTitles[basis]) };
  });

  root.append(
    element(
      "p",
      { class: "lead" },
      "A network of 64 → 16 → 10 units learns 1,437 handwritten digits: 1,210 weights, all rows in every step. The same " +
        "optimizer at the same rate, from the same start; only the axes differ.",
    ),
    element(
      "div",
      { class: "fields" },
      ...Object.values(fields).map((field) => field.root),
      element("fieldset", { class: "checks" }, element("legend", {}, "Coordinates"), ...boxes.map((each) => each.root)),
    ),
    element("div", { class: "row bar" }, train, hold, bar),
    status,
    element(
      "div",
      { class: "columns" },
      element("div", { class: "stage tall" }, losses.canvas, values.root),
      element("div", { class: "side" }, tableHolder, spectrum.canvas, spectrumWords),
    ),
    element(
      "section",
      { class: "wide", "aria-labelledby": "weights-heading" },
      element("h2", { id: "weights-heading" }, "What the sixteen hidden units look for, live"),
      weightHolder,
    ),
    element(
      "section",
      { class: "wide", "aria-labelledby": "vectors-heading" },
      element("h2", { id: "vectors-heading" }, "The directions in which gradients mostly point"),
      element(
        "p",
        { class: "quiet" },
        "The leading eigenvectors of the EGOP, their part in the first layer: each is one axis of the solid runs.",
      ),
      element(
        "div",
        { class: "mosaics" },
        ...leading.map(({ image, words }) => element("figure", {}, image.canvas, words)),
      ),
    ),
    element(
      "section",
      { class: "wide", "aria-labelledby": "command-heading" },
      element("h2", { id: "command-heading" }, "The same numbers from the command line"),
      element("p", { class: "quiet" }, "To the last bit, on any machine:"),
      element(
        "div",
        { class: "scroll", role: "region", "aria-label": "Command", tabindex: 0 },
        element("pre", {}, command),
      ),
    ),
  );

  let shownAt = -Infinity;
  const numbers = drawing((time) => {
    if (state === "running" && time - shownAt < tableMilliseconds) return true;
    shownAt = time;
    showNumbers();
    return undefined;
  });

  function showNumbers(): void {
    progress.forEach(({ run, losses: own, count, divergedAt }, k) => {
      if (count === 0) return;
      const target = targetOf(run);
      const reached = target === undefined ? -1 : own.subarray(0, count).findIndex((loss) => loss <= target);
      table.set(k, [
        divergedAt === undefined ? own[count - 1] : `diverged at ${divergedAt}`,
        count - 1,
        reached < 0 ? "–" : reached,
        accuracies === undefined || Number.isNaN(accuracies[k]) ? "–" : percent(accuracies[k]),
      ]);
    });
    values.show(
      progress.map(({ run, losses: own, count }) => ({ title: titleOf(run), values: own, count })),
      settings.steps,
      state === "finished",
    );
  }

  /** The last loss of the same optimizer in the original axes, when it is known. */
  function targetOf({ optimizer }: DigitsRun): number | undefined {
    const original = progress.find(({ run }) => run.optimizer === optimizer && run.basis === "original");
    return original?.count === settings.steps + 1 ? original.losses[settings.steps] : undefined;
  }

  /** Everything as it is before training. */
  function reset(): void {
    worker.end();
    state = "ready";
    accuracies = undefined;
    eigenvalues = new Float64Array(0);
    const runs = digitsRuns(settings);
    progress = runs.map((run) => ({
      ...{ run, losses: new Float64Array(settings.steps + 1), count: 0, divergedAt: undefined },
    }));
    table = runTable(
      "digits-runs",
      "Runs",
      runs.map(({ optimizer, basis }) => ({
        stroke: { optimizer, coordinates: basis },
        ...{ optimizer: optimizerTitles[optimizer], coordinates: coordinateTitles[basis] },
      })),
      ["Loss", "Step", "Steps to the original’s last", "Test"],
      () => {
        hiddenRuns = table.hidden;
        losses.changed();
        onChange();
      },
    );
    table.hide(hiddenRuns);
    tableHolder.replaceChildren(table.root);
    images = runs.map((run) => mosaic(`First-layer weights of ${titleOf(run)}: sixteen images of 8 by 8 pixels`));
    weightHolder.replaceChildren(
      ...images.map((image, k) => element("figure", {}, image.canvas, element("figcaption", {}, titleOf(runs[k])))),
    );
    const empty = new Float64Array(firstLayerSize);
    for (const { show } of images) show(empty);
    leading.forEach(({ image, words }, k) => {
      image.show(empty);
      words.textContent = `v${subscript(k + 1)}`;
    });
    spectrumWords.textContent = "";
    command.textContent = digitsCommand(settings);
    bar.value = 0;
    status.textContent = "Ready.";
    boxes.forEach(({ box }, k) => (box.checked = settings.bases.includes(basisNames[k])));
    showButtons();
    showNumbers();
    losses.changed();
    spectrum.changed();
    onChange();
  }

  function begin(): void {
    reset();
    state = "running";
    begun = performance.now();
    status.textContent = "Reading the digits…";
    showButtons();
    onChange();
    worker.start("digits", settings, {
      onOutput: take,
      onError(message, expected) {
        state = "ready";
        worker.end();
        showButtons();
        status.textContent = message;
        if (!expected) onProblem(message);
      },
    });
  }
  function pause(): void {
    worker.pause("digits");
    state = "paused";
    status.textContent = "Paused.";
    showButtons();
  }
  function goOn(): void {
    worker.goOn("digits");
    state = "running";
    status.textContent = "Training…";
    showButtons();
  }
  function showButtons(): void {
    train.textContent = state === "ready" ? "Train" : "Start again";
    hold.textContent = state === "paused" ? "Go on" : "Pause";
    hold.disabled = state !== "running" && state !== "paused";
    root.dataset["state"] = state;
  }

  function take(event: DigitsEvent): void {
    switch (event.kind) {
      case "stage": {
        const sampling = event.stage === "sampling";
        say(sampling ? `Sampling ${settings.samples} gradients…` : "Computing eigenvectors…");
        bar.value = sampling ? 0.3 * event.fraction : 0.3 + 0.1 * event.fraction;
        break;
      }
      case "spectrum": {
        eigenvalues = event.eigenvalues.map((value) => value / event.eigenvalues[0]);
        const size = event.leading.length / leadingCount;
        leading.forEach(({ image, words }, k) => {
          image.show(event.leading.subarray(k * size, (k + 1) * size));
          words.textContent = `v${subscript(k + 1)}, λ${subscript(k + 1)}/λ₁ = ${shortNumber(eigenvalues[k])}`;
        });
        spectrumWords.textContent =
          `About ${event.stableRank.toFixed(1)} of ${size} directions carry the gradients (stable rank); density of the ` +
          `leading eigenvector ${event.density.toFixed(2)}.`;
        spectrum.changed();
        break;
      }
      case "trained": {
        if (estimated < begun) estimated = performance.now();
        const at = progress[event.run];
        at.losses.set(event.losses, event.from);
        at.count = event.from + event.losses.length;
        at.divergedAt = event.divergedAt;
        images[event.run].show(event.weights);
        say("Training…");
        bar.value = 0.4 + 0.6 * ((at.count - 1) / settings.steps);
        losses.changed();
        numbers.changed();
        break;
      }
      case "finished":
        accuracies = event.accuracies;
        state = "finished";
        bar.value = 1;
        showButtons();
        showNumbers();
        say(summary());
    }
  }

  /** A screen reader is told once. */
  function say(words: string): void {
    if (state !== "paused" && status.textContent !== words) status.textContent = words;
  }

  function summary(): string {
    const sentences = progress
      .filter(({ run }) => run.basis === "egop")
      .map(({ run, losses: own, count }) => {
        const target = targetOf(run);
        const reached = target === undefined ? -1 : own.subarray(0, count).findIndex((loss) => loss <= target);
        const title = optimizerTitles[run.optimizer];
        return reached < 0
          ? `${title} does not reach in EGOP axes what it reaches in the original ones.`
          : `${title} in EGOP axes is after ${reached} steps where the original axes take ${settings.steps}.`;
      });
    const seconds = (from: number, to: number): string => ((to - from) / 1000).toFixed(1);
    return (
      `Finished. ${sentences.join(" ")} The estimate and its eigenvectors took ${seconds(begun, estimated)} s, ` +
      `all runs together ${seconds(estimated, performance.now())} s.`
    );
  }

  return {
    open({ settings: next, running, hidden }) {
      settings = next;
      for (const name of ["rate", "steps", "samples", "seed"] as const) fields[name].set(next[name]);
      hiddenRuns = hidden;
      reset();
      if (running) begin();
    },
    view: () => ({ panel: "digits", settings, running: state !== "ready", hidden: hiddenRuns }),
  };
}

function titleOf({
  optimizer,
  basis,
}: {
  readonly optimizer: DigitsRun["optimizer"];
  readonly basis: BasisName;
}): string {
  return `${optimizerTitles[optimizer]}, ${coordinateTitles[basis]}`;
}
