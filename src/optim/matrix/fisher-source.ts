/**
 * Where natural gradients and K-FAC have their curvature from: the contract between them and a model. `fisherInformation` of
 * the automatic differentiation fulfills it; so can a model with derivatives by hand.
 */
import { ArgumentError } from "../../errors.ts";
import type { Layout } from "../../linalg/layout.ts";
import type { Key } from "../../math/random.ts";

/** The Fisher matrix of a model, as products with directions. A model without randomness ignores the key. */
export interface FisherProducts {
  /** The length of points and directions. */
  readonly dimension: number;
  /** The tensors in a point; when present, the optimizer refuses an objective that has others. */
  readonly layout?: Layout;
  /** Overwrites `out` with F(point)·direction; keeps no array. */
  fisherVector(point: Float64Array, direction: Float64Array, out: Float64Array, key: Key): void;
}

/** A dense layer by the names of its tensors: x W + b with W of shape [in, out] and b of shape [out], or x W. */
export interface DenseLayer {
  readonly weights: string;
  readonly bias?: string;
}

/** What enters the dense layers of a network, and what the derivatives are behind them. */
export interface LayerSource {
  readonly layout?: Layout;
  readonly layers: readonly DenseLayer[];
  /** The number of rows of the activations, and of the signals: more, where several labels are possible for a row. */
  readonly rows: number;
  readonly signalRows: number;
  /**
   * Overwrites for each layer `activations` (rows × in) with the rows x that enter it at `point`, and `signals`
   * (signalRows × out) with derivatives S of the rows' losses in x W + b such that SᵀS is the sum over the rows of the
   * expected outer products, over the labels that the model predicts. Keeps no array.
   */
  layerStatistics(
    point: Float64Array,
    activations: readonly Float64Array[],
    signals: readonly Float64Array[],
    key: Key,
  ): void;
}

/** Throws ArgumentError unless the tensors of source and objective are the same: products would be in wrong coordinates. */
export function requireSameTensors(owner: string, source: Layout | undefined, layout: Layout): void {
  if (source === undefined) return;
  const describe = ({ tensors }: Layout): string =>
    tensors.map(({ name, shape }) => `${name} [${shape.join(", ")}]`).join(", ");
  if (describe(source) !== describe(layout))
    throw new ArgumentError(
      `${owner}: the objective has the tensors ${describe(layout)}, the Fisher matrix ${describe(source)}; expected the ` +
        "same (of a reparameterized objective, give a Fisher matrix in its coordinates).",
    );
}

/** What `carryState` throws for them: their curvature comes from outside, and stays in the coordinates of the source. */
export function refuseCarrying(owner: string): never {
  throw new ArgumentError(
    `carryState: ${owner} has its curvature from a source in the coordinates before the change; make it anew, with a ` +
      "source in the new ones.",
  );
}
