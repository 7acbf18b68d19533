/** Steps of TensorFlow.js's optimizers on its CPU backend, in its single precision, with a gradient that is given. */
import * as tf from "@tensorflow/tfjs-core";
import { noise, prepareTensorflow } from "./training-peers.ts";

/** A function for each optimizer that takes one step. */
export async function tensorflowOptimizers(size: number): Promise<Readonly<Record<string, () => unknown>>> {
  await prepareTensorflow();
  const made = {
    sgd: tf.train.sgd(0.01),
    momentum: tf.train.momentum(0.01, 0.9),
    adagrad: tf.train.adagrad(0.01),
    rmsprop: tf.train.rmsprop(0.01),
    "rmsprop, centered, with momentum": tf.train.rmsprop(0.01, 0.9, 0.9, 1e-8, true),
    adadelta: tf.train.adadelta(1),
    adam: tf.train.adam(0.001),
    adamax: tf.train.adamax(0.002),
  };
  return Object.fromEntries(
    Object.entries(made).map(([name, optimizer]) => {
      const parameters = tf.variable(tf.tensor1d(noise(size)));
      const gradients = [{ name: parameters.name, tensor: tf.tensor1d(noise(size)) }];
      return [
        name,
        (): unknown => {
          optimizer.applyGradients(gradients);
          return parameters.dataSync()[0];
        },
      ];
    }),
  );
}
