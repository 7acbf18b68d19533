/**
 * The second moment of sampled gradients as a state has kept it: as a whole, of groups of tensors, or as the marginals of
 * one tensor, each as far as the state's form has it. What comes from rows (samples, sketches) can give all three; the
 * exact form too; blocks and marginals only themselves.
 */
import { ArgumentError } from "../errors.ts";
import { layout, type Layout, type TensorSlot } from "../linalg/layout.ts";
import { Matrix } from "../linalg/matrix.ts";
import { arithmeticOf, partOf, randomVectors, unpacked } from "./moment-content.ts";
import { gatherGroup, groupsOf, matrixSizes, type Group } from "./moment-form.ts";
import { checkMoments, momentLayout, type MomentState } from "./moment-state.ts";
import { totalOf, type MomentTotal } from "./moment-tree.ts";
import { nystromRows } from "./nystrom.ts";
import { knownRankOf, type Moment } from "./spectrum.ts";

/** E[G Gᵀ] and E[Gᵀ G] of the gradient of one tensor as a matrix G, from so many samples, or rows of a sketch. */
export interface Marginals {
  readonly samples: number;
  readonly left: Matrix;
  readonly right: Matrix;
}

/** The second moment that a state holds. Made by an estimate. */
export class SecondMoment {
  readonly layout: Layout;
  /** The number of gradients. */
  readonly samples: number;
  /** E‖g‖². */
  readonly trace: number;
  readonly #state: MomentState;
  readonly #total: MomentTotal;
  #whole: Moment | undefined;

  /** Throws StateError for what is no state, ArgumentError for one without a sample. */
  constructor(state: MomentState) {
    checkMoments(state);
    const total = totalOf(state);
    if (total === undefined || total.samples === 0)
      throw new ArgumentError(
        `egop: there is no sample in the estimate${state.skipped.length > 0 ? ` (${state.skipped.length} were not finite)` : ""}; ` +
          "expected at least one.",
      );
    this.layout = momentLayout(state);
    this.samples = total.samples;
    this.trace = total.squaredNorm / total.weight;
    this.#state = state;
    this.#total = total;
  }

  /** See EgopEstimate.sketchError. */
  get sketchError(): number {
    const { form } = this.#state;
    if (form.kind === "frequentDirections") return this.#total.lost / this.#total.weight;
    if (form.kind !== "randomized") return 0;
    // Nyström's approximation exceeds the moment nowhere, so no direction misses more than the trace does.
    const whole = this.whole();
    if (whole.kind !== "rows") return 0;
    return Math.max(this.trace - sumOfSquares(whole.rows.data) / whole.weight, 0);
  }

  /** See EgopEstimate.knownRank. */
  knownRank(): number {
    const { kind } = this.#state.form;
    if (kind === "blocks" || kind === "kronecker") return 0;
    return knownRankOf(this.whole());
  }

  /** See EgopEstimate.gradients. */
  gradients(): Matrix {
    if (this.#state.form.kind !== "samples") throw this.#missing("the gradients themselves");
    const { rows } = this.#state;
    return new Matrix(this.#state.indices.length, this.layout.size, rows);
  }

  /** The moment of all parameters. Throws ArgumentError when only parts of it were kept. */
  whole(): Moment {
    return (this.#whole ??= this.#makeWhole());
  }

  #makeWhole(): Moment {
    const { form } = this.#state;
    const { arrays, weight } = this.#total;
    const { samples } = this;
    const { size } = this.layout;
    switch (form.kind) {
      case "samples":
      case "frequentDirections":
        return { kind: "rows", rows: new Matrix(arrays[0].length / size, size, arrays[0]), weight, samples };
      case "randomized": {
        const vectors = randomVectors(form, size);
        const rows = nystromRows(new Matrix(size, vectors.columns, arrays[0]), vectors);
        return { kind: "rows", rows, weight, samples };
      }
      case "exact":
        return { kind: "matrix", matrix: unpacked(arrays[0], size, 1 / weight), samples };
      default:
        throw this.#missing("the moment of all parameters");
    }
  }

  /** E gᵢ², for each parameter. Throws ArgumentError when only parts of the moment were kept. */
  diagonal(): Float64Array {
    const whole = this.whole();
    if (whole.kind === "matrix")
      return Float64Array.from({ length: this.layout.size }, (_v, i) => whole.matrix.get(i, i));
    const { rows, weight } = whole;
    const diagonal = new Float64Array(rows.columns);
    for (let m = 0; m < rows.rows; m++)
      for (let i = 0; i < rows.columns; i++) {
        const entry = rows.data[m * rows.columns + i];
        diagonal[i] += (entry * entry) / weight;
      }
    return diagonal;
  }

  /** The moment of a group of tensors. Throws ArgumentError when it was not kept. */
  ofGroup(group: Group): Moment {
    const { samples } = this;
    const { form } = this.#state;
    if (form.kind === "blocks") {
      const kept = groupsOf(this.layout, form.blocks, "egop: form.blocks");
      const k = kept.findIndex(({ slots }) => sameNames(slots, group.slots));
      if (k < 0) throw this.#missing(`the moment of "${group.slots.map(({ name }) => name).join("+")}"`);
      const matrix = unpacked(this.#total.arrays[k], group.size, 1 / this.#total.weight);
      return { kind: "matrix", matrix, samples };
    }
    const whole = this.whole();
    if (whole.kind === "rows") return { ...whole, rows: partOf(whole.rows, group) };
    const between = partOf(whole.matrix, group).transpose();
    const part = new Matrix(group.size, group.size);
    for (let i = 0; i < group.size; i++) gatherGroup(group, between.row(i), part.data, i * group.size);
    return { kind: "matrix", matrix: part, samples };
  }

  /** The marginals of a tensor as a matrix. Throws ArgumentError when they were not kept. */
  marginals(slot: TensorSlot): Marginals {
    const { samples } = this;
    const { form } = this.#state;
    const [rows, columns] = matrixSizes(slot);
    const scaled = (side: number, sum: Float64Array, weight: number): Matrix =>
      new Matrix(
        side,
        side,
        sum.map((entry) => entry / weight),
      );
    if (form.kind === "kronecker") {
      const k = form.tensors.indexOf(slot.name);
      if (k < 0) throw this.#missing(`the marginals of "${slot.name}"`);
      const { arrays, weight } = this.#total;
      return { samples, left: scaled(rows, arrays[2 * k], weight), right: scaled(columns, arrays[2 * k + 1], weight) };
    }
    const moment = this.ofGroup({ slots: [slot], size: slot.size });
    if (moment.kind === "matrix") return { samples, ...partialTraces(moment.matrix, rows, columns) };
    const { arrays } = arithmeticOf(
      { kind: "kronecker", tensors: [slot.name] },
      layout({ [slot.name]: slot.shape }),
    ).of(moment.rows);
    return {
      samples: Math.min(samples, moment.rows.rows),
      left: scaled(rows, arrays[0], moment.weight),
      right: scaled(columns, arrays[1], moment.weight),
    };
  }

  #missing(what: string): ArgumentError {
    return new ArgumentError(
      `egop: the estimate has not kept ${what}: it is of the form "${this.#state.form.kind}"; accumulate another form.`,
    );
  }
}

function sumOfSquares(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}

function sameNames(a: readonly TensorSlot[], b: readonly TensorSlot[]): boolean {
  return a.length === b.length && a.every(({ name }, k) => name === b[k].name);
}

/** Σ over the columns, or over the rows, of a moment of the elements of a matrix. */
function partialTraces(moment: Matrix, rows: number, columns: number): Omit<Marginals, "samples"> {
  const left = new Matrix(rows, rows);
  const right = new Matrix(columns, columns);
  const side = rows * columns;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < rows; j++)
      for (let k = 0; k < columns; k++)
        left.data[i * rows + j] += moment.data[(i * columns + k) * side + j * columns + k];
  for (let k = 0; k < columns; k++)
    for (let l = 0; l < columns; l++)
      for (let i = 0; i < rows; i++)
        right.data[k * columns + l] += moment.data[(i * columns + k) * side + i * columns + l];
  return { left, right };
}
