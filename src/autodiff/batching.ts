/**
 * Batching of a graph: what computes one example is replayed, by the primitives' batching rules, as what computes all
 * examples at once. Nodes that no example enters stay as they are and are computed once.
 */
import { repeated } from "./repetition.ts";
import { reachedFrom } from "./reverse.ts";
import { ancestors } from "./forward.ts";
import type { Tensor } from "./tensor.ts";

/**
 * The outputs for all examples, along a new first axis of length `size`: `examples[k]` (of shape [size, ...]) takes the
 * place of `placeholders[k]` (of shape [...]). An output that no placeholder enters is repeated.
 */
export function batchOver(
  outputs: readonly Tensor[],
  placeholders: readonly Tensor[],
  examples: readonly Tensor[],
  size: number,
): Tensor[] {
  const { nodes } = outputs[0].graph;
  const last = Math.max(...outputs.map((output) => output.id));
  const reached = reachedFrom(nodes, placeholders, Math.max(last, ...placeholders.map((tensor) => tensor.id)));
  const needed = ancestors(outputs, last);
  const batched = new Map(placeholders.map((placeholder, k) => [placeholder.id, examples[k]]));
  for (let id = 0; id <= last; id++) {
    const { primitive, inputs } = nodes[id];
    if (!needed[id] || !reached[id] || primitive === undefined || batched.has(id)) continue;
    batched.set(
      id,
      primitive.batch(
        inputs.map((input) => batched.get(input.id) ?? input),
        inputs.map((input) => batched.has(input.id)),
        size,
      ),
    );
  }
  return outputs.map((output) => batched.get(output.id) ?? repeated([output], [false], size)[0]);
}
