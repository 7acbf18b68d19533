/**
 * One Adam step of a fully connected network in the JavaScript peers, in their single precision: jax-js jitted on its
 * WebAssembly backend, and TensorFlow.js on its CPU backend. The latter's Node build has no gradients, so the backward
 * pass is written out in its operations, which spares it its tape.
 */
import * as jax from "@jax-js/jax";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";

/** A network by the lengths of its layers, and the number of rows of a step. */
export interface Network {
  readonly sizes: readonly number[];
  readonly rows: number;
}

/** Data of the network's shape: numbers from −0.5 to 0.5, and labels in turn as rows of zeros and a one. */
function exampleData({ sizes, rows }: Network): { x: Float32Array; oneHot: Float32Array; classes: number } {
  const classes = sizes[sizes.length - 1];
  return { x: noise(rows * sizes[0]), oneHot: oneHotLabels(rows, classes), classes };
}

/** Labels in turn as rows of zeros and a one. */
export function oneHotLabels(rows: number, classes: number): Float32Array {
  const oneHot = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row++) oneHot[row * classes + (row % classes)] = 1;
  return oneHot;
}

/** Numbers from −0.5 to 0.5, the same in every run. */
export function noise(length: number): Float32Array {
  let seed = 1;
  return Float32Array.from({ length }, () => (seed = (seed * 16807) % 2147483647) / 2147483647 - 0.5);
}

function layerShapes({ sizes }: Network): (readonly [number, number])[] {
  return sizes.slice(1).map((outputs, k) => [sizes[k], outputs]);
}

/** Prepares jax-js; to be awaited before `jaxStep`. */
export async function prepareJax(): Promise<void> {
  await jax.init("wasm");
  jax.defaultDevice("wasm");
}

export function jaxStep(network: Network): () => unknown {
  const { numpy: np, nn, tree, jit, valueAndGrad } = jax;
  type Layer = { W: jax.Array; b: jax.Array };
  const { x: numbers, oneHot, classes } = exampleData(network);
  const array = (values: Float32Array, shape: number[]): jax.Array => np.array(values).reshape(shape);
  const loss = (layers: Layer[], x: jax.Array, y: jax.Array): jax.Array => {
    const logits = layers.reduce((input, { W, b }, k) => {
      const output = np.dot(input, W).add(b);
      return k < layers.length - 1 ? nn.relu(output) : output;
    }, x);
    return nn
      .logSoftmax(logits)
      .mul(y)
      .sum()
      .mul(-1 / network.rows);
  };
  const step = jit((layers: Layer[], first: Layer[], second: Layer[], x: jax.Array, y: jax.Array) => {
    const [value, gradient] = valueAndGrad(loss)(tree.ref(layers), x, y);
    const m = tree.map((a: jax.Array, g: jax.Array) => a.mul(0.9).add(g.mul(0.1)), first, tree.ref(gradient));
    const v = tree.map((a: jax.Array, g: jax.Array) => a.mul(0.999).add(np.square(g).mul(0.001)), second, gradient);
    const next = tree.map(
      (p: jax.Array, a: jax.Array, b: jax.Array) => p.sub(a.mul(0.01).div(np.sqrt(b).add(1e-8))),
      layers,
      tree.ref(m),
      tree.ref(v),
    );
    return [value, next, m, v] as [jax.Array, Layer[], Layer[], Layer[]];
  });
  let layers = layerShapes(network).map(([inputs, outputs]): Layer => ({
    W: array(noise(inputs * outputs), [inputs, outputs]),
    b: np.zeros([outputs]),
  }));
  let first = tree.map((a: jax.Array) => np.zerosLike(a), tree.ref(layers));
  let second = tree.map((a: jax.Array) => np.zerosLike(a), tree.ref(layers));
  const x = array(numbers, [network.rows, network.sizes[0]]);
  const y = array(oneHot, [network.rows, classes]);
  return () => {
    let value: jax.Array;
    [value, layers, first, second] = step(layers, first, second, x.ref, y.ref);
    return value.js() as unknown;
  };
}

/** Prepares TensorFlow.js; to be awaited before `tensorflowStep`. */
export async function prepareTensorflow(): Promise<void> {
  await tf.setBackend("cpu");
}

export function tensorflowStep(network: Network): () => unknown {
  const { x: numbers, oneHot, classes } = exampleData(network);
  const x = tf.tensor2d(numbers, [network.rows, network.sizes[0]]);
  const y = tf.tensor2d(oneHot, [network.rows, classes]);
  const layers = layerShapes(network).map(([inputs, outputs]) => ({
    W: tf.variable(tf.tensor2d(noise(inputs * outputs), [inputs, outputs])),
    b: tf.variable(tf.zeros<tf.Rank.R1>([outputs])),
  }));
  const optimizer = tf.train.adam(0.01);
  return () => {
    const gradients = tf.tidy(() => {
      const inputs: tf.Tensor2D[] = [x];
      layers.forEach(({ W, b }, k) => {
        const output: tf.Tensor2D = tf.add(tf.matMul(inputs[k], W as tf.Tensor2D), b);
        inputs.push(k < layers.length - 1 ? tf.relu(output) : output);
      });
      let cotangent: tf.Tensor2D = tf.div(tf.sub(tf.softmax(inputs[layers.length]), y), network.rows);
      const result: { name: string; tensor: tf.Tensor }[] = [];
      for (let k = layers.length - 1; k >= 0; k--) {
        const { W, b } = layers[k];
        result.push({ name: W.name, tensor: tf.matMul(inputs[k], cotangent, true, false) });
        result.push({ name: b.name, tensor: tf.sum(cotangent, 0) });
        if (k > 0) cotangent = tf.mul(tf.matMul(cotangent, W as tf.Tensor2D, false, true), tf.step(inputs[k]));
      }
      return result;
    });
    optimizer.applyGradients(gradients);
    tf.dispose(gradients.map(({ tensor }) => tensor));
    return layers[0].b.dataSync()[0];
  };
}
