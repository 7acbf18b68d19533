/** The theory's own picture: quadratics over a grid of spectral decays and of eigenvector densities. */
import type { StudiedOptimizer } from "../study/optimizers.ts";
import { quadraticName, type QuadraticSettings } from "../tasks/quadratic.ts";
import type { Experiment } from "./experiment.ts";

/** An experiment of many small ones that differ in one or two numbers. */
export interface Sweep {
  readonly name: string;
  readonly title: string;
  readonly question: string;
  readonly optimizers: readonly StudiedOptimizer[];
  readonly cases: readonly (QuadraticSettings & { readonly experiment: Experiment })[];
}

/** hᵢ = i^−decay: from a flat spectrum to a steep one. */
const decays = [0, 0.5, 1, 1.5, 2];
/** From eigenvectors along the axes to random ones. */
const spreads = [0, 0.1, 0.3, 1];

const optimizers = ["adagrad", "adam"] as const;

export const quadraticSweep: Sweep = {
  name: "quadratic-grid",
  title: "Quadratics of every decay and density",
  question: "How does the gain depend on the decay of the spectrum and on the density of the eigenvectors?",
  optimizers,
  cases: decays.flatMap((decay) =>
    spreads.map((spread) => ({
      ...{ decay, spread },
      experiment: {
        name: quadraticName({ decay, spread }),
        title: `Quadratic, spectrum i^−${decay}, spread ${spread}`,
        question: "One point of the grid.",
        task: quadraticName({ decay, spread }),
        optimizers,
        bases: ["original", "egop"],
        baselines: [],
        steps: 400,
        seeds: 10,
        samplesPerParameter: 1,
      },
    })),
  ),
};
