/** The optimizers that studies compare, by name, each with the rate around which its tuning begins. */
import {
  adagrad,
  adam,
  adamw,
  fullAdagrad,
  ggt,
  lbfgs,
  muon,
  sgd,
  shampoo,
  soap,
  type DescentMethod,
  type GradientTransformation,
  type Objective,
} from "egop";
import type { RateIndex } from "./tune.ts";

export type StudiedOptimizer =
  | "adam"
  | "adamw"
  | "adamw-decaying"
  | "adagrad"
  | "sgd"
  | "full-adagrad"
  | "ggt"
  | "shampoo"
  | "shampoo-grafted"
  | "soap-never"
  | "soap-seldom"
  | "soap-often"
  | "muon"
  | "lbfgs";

/** An optimizer with a learning rate to tune, or a method that finds its own steps. */
export type OptimizerChoice =
  | {
      readonly title: string;
      readonly make: (rate: number) => GradientTransformation;
      /** 10^(k/4) is where the search for the rate begins. */
      readonly center: RateIndex;
    }
  | { readonly title: string; readonly method: () => DescentMethod<Objective> };

const soapEvery =
  (interval: number): ((rate: number) => GradientTransformation) =>
  (learningRate) =>
    soap({ learningRate, weightDecay: 0, interval });

export const optimizerChoices: Readonly<Record<StudiedOptimizer, OptimizerChoice>> = {
  adam: { title: "Adam", make: (learningRate) => adam({ learningRate }), center: -4 },
  adamw: { title: "AdamW", make: (learningRate) => adamw({ learningRate, weightDecay: 1e-3 }), center: -4 },
  // The follow-up's decay of the weights.
  "adamw-decaying": {
    ...{ title: "AdamW, decay 0.1", make: (learningRate) => adamw({ learningRate, weightDecay: 0.1 }), center: -9 },
  },
  adagrad: { title: "Adagrad", make: (learningRate) => adagrad({ learningRate }), center: -2 },
  sgd: { title: "SGD, momentum 0.9", make: (learningRate) => sgd({ learningRate, momentum: 0.9 }), center: -4 },
  "full-adagrad": { title: "Full Adagrad", make: (learningRate) => fullAdagrad({ learningRate }), center: -2 },
  // Where the whole matrix is too dear: that of the last gradients.
  ggt: { title: "Full Adagrad of 50 gradients", make: (learningRate) => ggt({ learningRate, window: 50 }), center: -2 },
  shampoo: { title: "Shampoo", make: (learningRate) => shampoo({ learningRate }), center: -4 },
  // Where roots at each step would take ten times as long as the gradient; without grafting, roots that lag behind go astray.
  "shampoo-grafted": {
    title: "Shampoo grafted on Adagrad, roots at every 5th",
    make: (learningRate) => shampoo({ learningRate, interval: 5, grafting: "adagrad" }),
    center: -4,
  },
  "soap-never": { title: "SOAP, basis kept", make: soapEvery(1_000_000), center: -6 },
  "soap-seldom": { title: "SOAP, refreshed at 100", make: soapEvery(100), center: -6 },
  "soap-often": { title: "SOAP, refreshed at 10", make: soapEvery(10), center: -6 },
  muon: { title: "Muon", make: (learningRate) => muon({ learningRate }), center: -6 },
  lbfgs: { title: "L-BFGS", method: () => lbfgs() },
};
