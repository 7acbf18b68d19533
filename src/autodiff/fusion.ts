/**
 * Which nodes of a graph run together. Elementwise nodes over the same number of elements, one of which reads another,
 * become one stage, which walks over memory once in blocks and takes each block through the whole chain while it is in
 * the first-level cache (fused-kernel.ts). What is computed does not change, nor in which order for any element.
 */
import type { Node, Tensor } from "./tensor.ts";

/** Nodes that run together, in the graph's order; a single one that is not elementwise runs by its own kernel. */
export type Stage = readonly Node[];

/**
 * What a node reads. An elementwise one that reads one element repeated (a constant beside a tensor, the cotangent of a
 * mean) reads the element itself.
 */
export function readsOf({ primitive, inputs }: Node): readonly Tensor[] {
  return primitive?.elementwise === undefined ? inputs : inputs.map(repeatedElement);
}

function repeatedElement(tensor: Tensor): Tensor {
  let source = tensor;
  for (;;) {
    const { primitive, inputs } = source.node;
    if (primitive === undefined || !(primitive.view === true || primitive.name === "broadcastTo")) break;
    source = inputs[0];
    if (source.size === 1) return source;
  }
  return tensor;
}

/** A stage while it grows. */
interface Group {
  nodes: Node[];
  /** The number of elements, or −1 where nothing can join. */
  readonly size: number;
  /** The first stage after this one that reads a value of it, as far as is known. */
  firstReader: number;
}

/**
 * Puts nodes (no views among them) into stages, in an order in which they can run. `owner` gives the tensor whose memory
 * a tensor names: itself, or for views what they are a view of.
 */
export function fuse(nodes: readonly Node[], owner: (tensor: Tensor) => Tensor): Stage[] {
  const groups: Group[] = [];
  const indexOf = new Map<Tensor, number>();
  for (const node of nodes) {
    const size = node.primitive?.elementwise === undefined ? -1 : node.output.size;
    const read = readsOf(node).map(owner);
    const sources = read.flatMap((tensor) => indexOf.get(tensor) ?? []);
    let host = Math.max(-1, ...sources);
    if (size < 0 || host < 0 || groups[host].size !== size) {
      host = groups.length;
      groups.push({ nodes: [], size, firstReader: Infinity });
    }
    // Earlier groups of this size move here, unless somebody between needs them.
    for (const source of new Set(sources)) {
      const group = groups[source];
      if (source !== host && group.size === size && size >= 0 && group.firstReader >= host)
        absorb(groups, source, host, indexOf, owner);
      else if (source !== host) group.firstReader = Math.min(group.firstReader, host);
    }
    groups[host].nodes.push(node);
    indexOf.set(node.output, host);
  }
  return groups.map((group) => group.nodes).filter((stage) => stage.length > 0);
}

/** Moves the nodes of one group to the head of a later one. */
function absorb(
  groups: readonly Group[],
  source: number,
  host: number,
  indexOf: Map<Tensor, number>,
  owner: (tensor: Tensor) => Tensor,
): void {
  const [from, to] = [groups[source], groups[host]];
  to.nodes = [...from.nodes, ...to.nodes].sort((a, b) => a.output.id - b.output.id);
  // A reader of the old group at the host itself is inside now; whether others follow is known only if the host is last.
  const after = host === groups.length - 1 ? Infinity : host + 1;
  to.firstReader = Math.min(to.firstReader, from.firstReader > host ? from.firstReader : after);
  for (const node of from.nodes) indexOf.set(owner(node.output), host);
  from.nodes = [];
}
