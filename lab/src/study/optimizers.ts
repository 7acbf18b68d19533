/** The optimizers that studies compare, by name, each with the rate around which its tuning begins. */
import { adagrad, adam, adamw, sgd, type GradientTransformation } from "egop";
import type { RateIndex } from "./tune.ts";

export type StudiedOptimizer = "adam" | "adamw" | "adagrad" | "sgd";

export interface OptimizerChoice {
  readonly title: string;
  make(rate: number): GradientTransformation;
  /** 10^(k/4) is where the search for the rate begins. */
  readonly center: RateIndex;
}

export const optimizerChoices: Readonly<Record<StudiedOptimizer, OptimizerChoice>> = {
  adam: { title: "Adam", make: (learningRate) => adam({ learningRate }), center: -4 },
  adamw: { title: "AdamW", make: (learningRate) => adamw({ learningRate, weightDecay: 1e-3 }), center: -4 },
  adagrad: { title: "Adagrad", make: (learningRate) => adagrad({ learningRate }), center: -2 },
  sgd: { title: "SGD, momentum 0.9", make: (learningRate) => sgd({ learningRate, momentum: 0.9 }), center: -4 },
};
