/**
 * The composition of gradient transformations: each works on what the one before it has made. Composition is
 * associative: chain(a, chain(b, c)) and chain(a, b, c) make the same steps, bit for bit.
 *
 * Reference implementation: optax, combine.chain.
 */
import { ArgumentError } from "../errors.ts";
import { undoing } from "./undo.ts";
import { namedChain, type ChainState } from "./named-chain.ts";
import type { GradientTransformation } from "./transformation.ts";

/**
 * One transformation of several: the first gets the gradient, each further one what the one before has made of it.
 *
 * All parts are checked before the first is updated, so an update that throws has changed nothing. Throws ArgumentError
 * without parts.
 *
 * @example const optimizer = chain(addWeightDecay(0.1), trace({ momentum: 0.9 }), scaleByLearningRate(0.01));
 */
export function chain(...parts: readonly GradientTransformation[]): GradientTransformation<ChainState> {
  if (parts.length === 0) throw new ArgumentError("chain: there are no parts; expected at least one transformation.");
  const name = `chain(${parts.map((part) => part.name).join(", ")})`;
  const evaluating = parts.flatMap((part, k) => (part.evaluationParameters === undefined ? [] : [k]));
  if (evaluating.length > 1)
    throw new ArgumentError(
      `${name}: ${parts[evaluating[0]].name} and ${parts[evaluating[1]].name} both choose the parameters to evaluate; ` +
        "expected at most one that does.",
    );
  const plain = undoing(namedChain(name, parts.map(withCheck)), parts);
  return {
    ...plain,
    parts,
    ...(parts[0].toleratesNotFinite === true
      ? {
          toleratesNotFinite: true,
          update(gradient: Float64Array, state: ChainState, parameters: Float64Array, checked?: boolean): void {
            if (checked !== true) plain.check?.(gradient, state, parameters);
            plain.update(gradient, state, parameters, true);
          },
        }
      : {}),
    ...(parts.some((part) => part.observe !== undefined)
      ? {
          observe(value: number, state: ChainState): void {
            for (let k = 0; k < parts.length; k++) parts[k].observe?.(value, state.parts[k]);
          },
        }
      : {}),
    ...(evaluating.length === 1
      ? {
          evaluationParameters(state: ChainState, parameters: Float64Array, out: Float64Array): void {
            parts[evaluating[0]].evaluationParameters?.(state.parts[evaluating[0]], parameters, out);
          },
        }
      : {}),
  };
}

/** A part as `namedChain` takes it. */
function withCheck(part: GradientTransformation): GradientTransformation {
  if (part.check !== undefined) return part;
  return {
    name: part.name,
    init: (layout) => part.init(layout),
    check: () => undefined,
    update: (gradient, state, parameters, checked) => part.update(gradient, state, parameters, checked),
  };
}
