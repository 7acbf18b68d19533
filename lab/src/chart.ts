/**
 * The pictures of an experiment as SVG text: loss curves of each optimizer, and the spectrum, both on logarithmic scales.
 * Drawn with Observable Plot in a document of jsdom's, so that no browser is needed. Colors are CSS variables, which the
 * page or picture around them sets; each basis also has a dash of its own, so that color is not all that tells them apart.
 */
import * as Plot from "@observablehq/plot";
import { JSDOM } from "jsdom";
import { basisTitles, isEgop, optimizerTitles, type BasisName, type OptimizerName } from "./choices.ts";
import { finalLoss, requestedRuns, runOf, type EgopResult, type Results, type RunResult } from "./results.ts";
import { smallestRatio } from "./spectrum.ts";
import type { StudiedBasis } from "./study/bases.ts";

/** How the curve of each basis is drawn: the name of its CSS variable, and its dash. */
export const strokes: Readonly<Record<BasisName | StudiedBasis, { readonly color: string; readonly dash: string }>> = {
  original: { color: "--original", dash: "none" },
  random: { color: "--random", dash: "2 3" },
  egop: { color: "--egop", dash: "none" },
  "egop-by-tensor": { color: "--egop-by-tensor", dash: "7 3" },
  "egop-of-random": { color: "--other", dash: "1 5" },
  kronecker: { color: "--other", dash: "none" },
  reduced: { color: "--another", dash: "2 3" },
  auxiliary: { color: "--another", dash: "7 3" },
  "reduced-50": { color: "--random", dash: "2 3" },
  "reduced-200": { color: "--egop-by-tensor", dash: "2 3" },
  "reduced-400": { color: "--another", dash: "2 3" },
  "auxiliary-50": { color: "--random", dash: "7 3" },
  "auxiliary-200": { color: "--egop-by-tensor", dash: "7 3" },
  "auxiliary-400": { color: "--another", dash: "7 3" },
  householder: { color: "--another", dash: "none" },
  shared: { color: "--other", dash: "7 3" },
  renewed: { color: "--egop", dash: "7 3" },
  restarted: { color: "--egop", dash: "2 3" },
  "householder-by-tensor": { color: "--egop-by-tensor", dash: "2 3" },
  "kronecker-of-rank": { color: "--other", dash: "7 3" },
};

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Curves have at most about this many points: more are not seen. */
const mostPoints = 500;
/** Stands for a loss of 0 on the logarithmic scale. */
const smallestLoss = 1e-300;
const fontSize = "13px";

interface Point {
  readonly step: number;
  readonly loss: number;
}

/** The loss curves of one optimizer, all bases that were asked for. */
export function lossChart(results: Results, optimizer: OptimizerName, { width, height }: Size): string {
  const runs = requestedRuns(results).filter((run) => run.optimizer === optimizer);
  const losses = results.runs.flatMap((run) => [Math.max(...run.losses), Math.min(...run.losses)]);
  const original = runOf(results, optimizer, "original");
  return draw(
    {
      ...{ width, height, marginLeft: 52, marginTop: 30, marginBottom: 42, marginRight: 12 },
      x: { label: "step", domain: [0, results.steps], ticks: 4 },
      // One scale for all optimizers, so that their pictures can be compared.
      y: logarithmic("training loss", Math.min(...losses), Math.max(...losses)),
      marks: [
        Plot.gridY({ ticks: powersOfTen(Math.min(...losses), Math.max(...losses)), strokeOpacity: 0.12 }),
        ...(original === undefined ? [] : [Plot.ruleY([positive(finalLoss(original))], { strokeOpacity: 0.5 })]),
        ...runs.map((run) =>
          Plot.lineY(pointsOf(run), {
            ...{
              x: "step",
              y: "loss",
              stroke: `var(${strokes[run.basis].color})`,
              strokeWidth: isEgop(run.basis) ? 2.25 : 1.75,
            },
            ...{ strokeDasharray: strokes[run.basis].dash, title: () => basisTitles[run.basis] },
          }),
        ),
      ],
    },
    `Training loss of ${optimizerTitles[optimizer]} over ${results.steps} steps in each basis, on a logarithmic scale.`,
  );
}

/** λₖ/λ₁ over k; undefined when all gradients were zero. */
export function spectrumChart(
  { eigenvalues }: Pick<EgopResult, "eigenvalues">,
  { width, height }: Size,
): string | undefined {
  const largest = eigenvalues[0];
  if (!(largest > 0)) return undefined;
  const ratios = eigenvalues.map((value, k) => ({ k: k + 1, ratio: Math.max(value / largest, smallestRatio) }));
  const lowest = ratios[ratios.length - 1].ratio;
  return draw(
    {
      ...{ width, height, marginLeft: 58, marginTop: 30, marginBottom: 42, marginRight: 16 },
      x: { label: "eigenvalue number", domain: [1, eigenvalues.length], ticks: 5 },
      y: logarithmic("eigenvalue / largest", lowest, 1),
      marks: [
        Plot.gridY({ ticks: powersOfTen(lowest, 1), strokeOpacity: 0.12 }),
        Plot.lineY(thinned(ratios), { x: "k", y: "ratio", stroke: "var(--egop)", strokeWidth: 2.25 }),
      ],
    },
    `The ${eigenvalues.length} eigenvalues of the EGOP relative to the largest, in descending order, on a logarithmic scale.`,
  );
}

function pointsOf({ losses }: RunResult): readonly Point[] {
  return thinned(losses.map((loss, step) => ({ step, loss: positive(loss) })));
}

function positive(value: number): number {
  return Math.max(value, smallestLoss);
}

/** Every nth element, and the last. */
function thinned<Element>(all: readonly Element[]): Element[] {
  const stride = Math.ceil(all.length / mostPoints);
  return all.filter((_, index) => index % stride === 0 || index === all.length - 1);
}

export function logarithmic(label: string, lowest: number, highest: number): Plot.ScaleOptions {
  const bottom = positive(lowest);
  const ticks = powersOfTen(bottom, highest);
  return {
    ...{ type: "log", label, domain: [bottom, Math.max(highest, bottom * 1.01)], nice: ticks.length < 2 },
    ticks,
    tickFormat: (value: number) => powerLabel(value),
  };
}

/** The powers of ten between two numbers, at most about six of them; where there is hardly one, also 2 and 5 times those. */
export function powersOfTen(lowest: number, highest: number): number[] {
  const first = Math.floor(Math.log10(positive(lowest)));
  const last = Math.ceil(Math.log10(positive(highest)));
  const stride = Math.ceil((last - first) / 6);
  const exponents = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const factors = last - first > 2 ? [1] : [1, 2, 5];
  return exponents
    .filter((exponent) => exponent % stride === 0)
    .flatMap((exponent) => factors.map((factor) => factor * 10 ** exponent))
    .filter((value) => value >= lowest && value <= highest);
}

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function powerLabel(value: number): string {
  const exponent = Math.log10(value);
  if (!Number.isInteger(Math.round(exponent * 1e9) / 1e9) || (exponent > -3 && exponent < 3))
    return String(Number(value.toPrecision(1)));
  const digits = String(Math.round(exponent));
  return `10${digits.replace("-", "⁻").replace(/\d/g, (digit) => superscripts[Number(digit)])}`;
}

/** Draws a plot, and makes it a picture for assistive technology too. The text has no xmlns: it is for use inside HTML. */
export function draw(options: Plot.PlotOptions, description: string): string {
  const { document } = new JSDOM("").window;
  const svg = Plot.plot({ ...options, document, style: { fontSize, background: "none", overflow: "visible" } });
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", description);
  // What marks call themselves ("line", "rule") is no name for assistive technology: the picture has one.
  for (const mark of svg.querySelectorAll("[aria-label]")) mark.removeAttribute("aria-label");
  for (const name of ["xmlns", "xmlns:xlink"]) svg.removeAttribute(name);
  return svg.outerHTML;
}
