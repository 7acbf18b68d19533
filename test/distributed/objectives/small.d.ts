import type { Layout, Objective, SamplingDistribution } from "egop";

export declare const objective: Objective & { readonly layout: Layout };
export declare const points: SamplingDistribution;
