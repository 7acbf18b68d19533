/** The networks of network-step.ts in jax-js: jitted, single precision, on its WebAssembly backend. */
import * as jax from "@jax-js/jax";
import { convolutional, recurrent } from "./network-sizes.ts";
import { noise, oneHotLabels } from "./training-peers.ts";

type Parameters = Record<string, jax.Array>;

const array = (values: Float32Array, shape: number[]): jax.Array => jax.numpy.array(values).reshape(shape);
const uniform = (...shape: number[]): jax.Array => array(noise(shape.reduce((a, b) => a * b)), shape);

/** A function that takes one Adam step each time it is called, for a loss that uses up its arguments. */
function stepper(
  initial: Parameters,
  x: jax.Array,
  y: jax.Array,
  loss: (p: Parameters, x: jax.Array, y: jax.Array) => jax.Array,
): () => unknown {
  const { numpy: np, tree, jit, valueAndGrad } = jax;
  const step = jit((parameters: Parameters, first: Parameters, second: Parameters, a: jax.Array, b: jax.Array) => {
    const [value, gradient] = valueAndGrad(loss)(tree.ref(parameters), a, b);
    const m = tree.map((s: jax.Array, g: jax.Array) => s.mul(0.9).add(g.mul(0.1)), first, tree.ref(gradient));
    const v = tree.map((s: jax.Array, g: jax.Array) => s.mul(0.999).add(np.square(g).mul(0.001)), second, gradient);
    const next = tree.map(
      (p: jax.Array, s: jax.Array, t: jax.Array) => p.sub(s.mul(0.01).div(np.sqrt(t).add(1e-8))),
      parameters,
      tree.ref(m),
      tree.ref(v),
    );
    return [value, next, m, v] as [jax.Array, Parameters, Parameters, Parameters];
  });
  let parameters = initial;
  let first = tree.map((a: jax.Array) => np.zerosLike(a), tree.ref(parameters));
  let second = tree.map((a: jax.Array) => np.zerosLike(a), tree.ref(parameters));
  return () => {
    let value: jax.Array;
    [value, parameters, first, second] = step(parameters, first, second, x.ref, y.ref);
    return value.js() as unknown;
  };
}

const crossEntropy = (logits: jax.Array, y: jax.Array, rows: number): jax.Array =>
  jax.nn
    .logSoftmax(logits)
    .mul(y)
    .sum()
    .mul(-1 / rows);

export function jaxConvolutionalStep(): () => unknown {
  const { numpy: np, lax, nn } = jax;
  const { rows, side, window, channels, pooled, classes } = convolutional;
  const padding: [number, number][] = [
    [1, 1],
    [1, 1],
  ];
  return stepper(
    {
      K: uniform(channels, 1, window, window),
      c: np.zeros([channels]),
      W: uniform(pooled, classes),
      b: np.zeros([classes]),
    },
    uniform(rows, 1, side, side),
    array(oneHotLabels(rows, classes), [rows, classes]),
    ({ K, c, W, b }, x, y) => {
      const images = nn.relu(lax.conv(x, K, [1, 1], padding).add(c.reshape([channels, 1, 1])));
      const largest = lax.reduceWindow(images, (part: jax.Array) => np.max(part), [2, 2], [2, 2]);
      return crossEntropy(np.dot(largest.reshape([rows, pooled]), W).add(b), y, rows);
    },
  );
}

export function jaxRecurrentStep(): () => unknown {
  const { numpy: np, nn } = jax;
  const { rows, steps, inputs, width, classes } = recurrent;
  return stepper(
    {
      input: uniform(inputs, 4 * width),
      recurrent: uniform(width, 4 * width),
      bias: np.zeros([4 * width]),
      W: uniform(width, classes),
      b: np.zeros([classes]),
    },
    uniform(steps * rows, inputs),
    array(oneHotLabels(rows, classes), [rows, classes]),
    ({ input, recurrent: U, bias, W, b }, x, y) => {
      const drives = np.split(np.dot(x, input).add(bias), steps, 0);
      let hidden = np.zeros([rows, width]);
      let cell = np.zeros([rows, width]);
      for (const drive of drives) {
        const [i, f, g, o] = np.split(drive.add(np.dot(hidden, U.ref)), 4, 1);
        cell = nn
          .sigmoid(f)
          .mul(cell)
          .add(nn.sigmoid(i).mul(np.tanh(g)));
        hidden = nn.sigmoid(o).mul(np.tanh(cell.ref));
      }
      cell.dispose();
      U.dispose();
      return crossEntropy(np.dot(hidden, W).add(b), y, rows);
    },
  );
}
