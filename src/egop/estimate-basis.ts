/** The bases that an estimate gives: which parameters are turned together, in how many directions, and how that is kept. */
import { ArgumentError } from "../errors.ts";
import type { Layout, TensorSlot } from "../linalg/layout.ts";
import type { Matrix } from "../linalg/matrix.ts";
import type { Precision } from "../linalg/panel-columns.ts";
import { denseBasis, type Basis } from "./basis.ts";
import { forLayout } from "./basis-tensors.ts";
import { householderBasis } from "./householder-basis.ts";
import { kroneckerBasis, type KroneckerFactors } from "./kronecker-basis.ts";
import { auxiliaryBasis, reducedBasis } from "./low-rank-basis.ts";
import { groupsOf, type Group } from "./moment-form.ts";
import { leadingFactors, type SideSpectrum } from "./leading-factors.ts";
import { chooseRank, requireRankChoice, type RankChoice } from "./rank-choice.ts";
import { isWeight } from "./sampling.ts";
import type { SecondMoment } from "./second-moment.ts";
import { knownRankOf, leadingSpectrum, wholeSpectrum, type Moment, type Spectrum } from "./spectrum.ts";
import { unionBasis, type BasisPart } from "./union-basis.ts";

export interface BasisOptions {
  /**
   * What is turned together. "all" (default): all parameters. "tensor": each tensor by itself. "kronecker": the rows' and
   * the columns' space of each tensor as a matrix. "convolution": the windows of each tensor, one basis for all filters.
   * Or groups of tensors by their names; what stands in none is not turned.
   */
  readonly by?: "all" | "tensor" | "kronecker" | "convolution" | readonly (readonly string[])[];
  /**
   * With "tensor", "kronecker" and "convolution": whether a tensor is turned. Default: tensors with two or more axes are;
   * biases and the parameters of normalizations are not.
   */
  readonly rotate?: (tensor: TensorSlot) => boolean;
  /**
   * The number of leading directions of each basis (at most its dimension), or how to choose it. Left out: all. A number
   * beyond what the samples tell throws ArgumentError; a choice stays within that. Of a Kronecker basis the directions are
   * products of one of the rows' and one of the columns': of each side those are taken that stand in a leading one, and
   * completed by reflectors.
   */
  readonly rank?: RankChoice;
  /** With a rank: a whole basis completed by reflectors (default), r coordinates only, or r beside the original ones. */
  readonly form?: "householder" | "reduced" | "auxiliary";
  /** With a rank: whether directions are kept as doubles (default), singles or thirds of doubles; see DirectionOptions. */
  readonly precision?: Precision;
  /** With "reduced": where the run starts, in original coordinates; what of it lies outside of the span stays. */
  readonly start?: Float64Array;
}

/** What of an estimate its bases are made of. */
export interface BasisSource {
  readonly layout: Layout;
  readonly moment: SecondMoment;
  readonly eigenvectors: Matrix;
  readonly trace: number;
  readonly knownRank: number;
  leading(rank: number): Spectrum;
}

/** See EgopEstimate.basis. */
export function basisFor(source: BasisSource, options: BasisOptions): Basis {
  const { by = "all", rotate = isWeight, rank } = options;
  const alone = (["form", "start", "precision"] as const).find((name) => options[name] !== undefined);
  if (rank === undefined && alone !== undefined) throw new ArgumentError(`basis: ${alone} is given without a rank.`);
  if (rank !== undefined) requireRankChoice(rank);
  if (by === "all") {
    if (rank === undefined) return forLayout(denseBasis(source.eigenvectors), source.layout);
    const r = rankOf(rank, source.moment.whole(), source.trace, source.layout.size, (k) => source.leading(k));
    return forLayout(kept(source.leading(r).vectors, options), source.layout);
  }
  const rotated = source.layout.tensors.filter((slot) => rotate(slot));
  if (by === "kronecker" || by === "convolution") {
    const other = (["form", "precision", "start"] as const).find((name) => options[name] !== undefined);
    if (other !== undefined && !(other === "form" && options.form === "householder"))
      throw new ArgumentError(`basis: by "${by}" has no ${other}: its factors are whole, or completed by reflectors.`);
    const factors = (slot: TensorSlot): KroneckerFactors => {
      const { left, right, samples } = source.moment.marginals(slot);
      // E[G Gᵀ] is a sum of one outer product for each column of each sample; E[Gᵀ G] for each row.
      const ofRows = by === "kronecker" ? sideOf(left, samples * right.rows) : undefined;
      const ofColumns = sideOf(right, samples * left.rows);
      return rank === undefined
        ? { left: ofRows?.vectors, right: ofColumns.vectors }
        : leadingFactors(ofRows, ofColumns, rank);
    };
    return kroneckerBasis(source.layout, new Map(rotated.map((slot) => [slot.name, factors(slot)])));
  }
  requireTensorwise(by);
  const names = by === "tensor" ? rotated.map(({ name }) => [name]) : by;
  const groups = groupsOf(source.layout, names, "basis: by");
  return unionBasis(
    source.layout,
    groups.map((group, k): BasisPart => ({ tensors: names[k], basis: groupBasis(source, group, options) })),
  );
}

function groupBasis(source: BasisSource, group: Group, options: BasisOptions): Basis {
  const { rank, start } = options;
  const moment = source.moment.ofGroup(group);
  if (rank === undefined) return denseBasis(wholeSpectrum(moment).vectors);
  const r = rankOf(rank, moment, traceOf(moment), group.size, (k) => leadingSpectrum(moment, k));
  const own = start === undefined ? {} : { start: partOfStart(source.layout, group, start) };
  return kept(leadingSpectrum(moment, r).vectors, { ...options, ...own });
}

function partOfStart(layout: Layout, group: Group, start: Float64Array): Float64Array {
  layout.check(start, "basis: start");
  return Float64Array.from(group.slots.flatMap(({ offset, size }) => [...start.subarray(offset, offset + size)]));
}

/** Leading directions in the form that is asked for. */
function kept(vectors: Matrix, { form = "householder", precision = "double", start }: BasisOptions): Basis {
  if (form === "householder") return householderBasis(vectors, { precision });
  if (form === "auxiliary") return auxiliaryBasis(vectors, { precision });
  requireReduced(form);
  return reducedBasis(vectors, { precision, ...(start === undefined ? {} : { start }) });
}

function rankOf(
  choice: RankChoice,
  moment: Moment,
  trace: number,
  dimension: number,
  leading: (rank: number) => Spectrum,
): number {
  if (typeof choice === "number") return Math.min(choice, dimension);
  return chooseRank(choice, leading(knownRankOf(moment)).values, trace, dimension);
}

function traceOf(moment: Moment): number {
  let trace = 0;
  if (moment.kind === "matrix") for (let i = 0; i < moment.matrix.rows; i++) trace += moment.matrix.get(i, i);
  else for (const entry of moment.rows.data) trace += (entry * entry) / moment.weight;
  return trace;
}

/** The spectrum of a marginal that is a sum of so many outer products. */
function sideOf(matrix: Matrix, samples: number): SideSpectrum {
  const moment = { kind: "matrix", matrix, samples } as const;
  return { ...wholeSpectrum(moment), known: knownRankOf(moment) };
}

/** The types allow nothing else, but plain JavaScript callers have none. */
function requireTensorwise(by: unknown): void {
  if (by !== "tensor" && !Array.isArray(by))
    throw new ArgumentError(
      `basis: by is "${String(by)}"; expected "all", "tensor", "kronecker", "convolution" or a list of groups.`,
    );
}

function requireReduced(form: string): void {
  if (form !== "reduced")
    throw new ArgumentError(`basis: form is "${form}"; expected "householder", "reduced" or "auxiliary".`);
}
