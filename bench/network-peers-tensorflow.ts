/**
 * The networks of network-step.ts in TensorFlow.js on its CPU backend. Its Node build has no gradients, so the backward
 * pass is written out in its operations and kernels, which spares it its tape.
 */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { convolutional, recurrent } from "./network-sizes.ts";
import { noise, oneHotLabels } from "./training-peers.ts";

type Variables = Readonly<Record<string, tf.Variable>> & { readonly b: tf.Variable };

const uniform = (...shape: number[]): tf.Tensor => tf.tensor(noise(shape.reduce((a, b) => a * b)), shape);

function stepper(variables: Variables, gradientsOf: () => Record<string, tf.Tensor>): () => unknown {
  const optimizer = tf.train.adam(0.01);
  return () => {
    const gradients = Object.entries(tf.tidy(gradientsOf)).map(([key, tensor]) => ({
      name: variables[key].name,
      tensor,
    }));
    optimizer.applyGradients(gradients);
    tf.dispose(gradients.map(({ tensor }) => tensor));
    return variables.b.dataSync()[0];
  };
}

export function tensorflowConvolutionalStep(): () => unknown {
  const { rows, side, window, channels, pooled, classes } = convolutional;
  // Channels come last here.
  const x = uniform(rows, side, side, 1) as tf.Tensor4D;
  const y = tf.tensor2d(oneHotLabels(rows, classes), [rows, classes]);
  const variables = {
    K: tf.variable(uniform(window, window, 1, channels)),
    c: tf.variable(tf.zeros([channels])),
    W: tf.variable(uniform(pooled, classes)),
    b: tf.variable(tf.zeros([classes])),
  };
  const { K, c, W, b } = variables;
  const kernel = (name: string, inputs: Record<string, tf.Tensor>, attributes: object): tf.Tensor =>
    tf.engine().runKernel(name, inputs, attributes as Record<string, number>) as unknown as tf.Tensor;
  return stepper(variables, () => {
    const images = tf.relu<tf.Tensor4D>(tf.add(tf.conv2d(x, K as tf.Tensor4D, 1, "same"), c));
    const largest = tf.maxPool(images, 2, 2, "valid");
    const features = tf.reshape<tf.Rank.R2>(largest, [rows, pooled]);
    const logits = tf.add(tf.matMul(features, W), b);
    const cotangent = tf.div(tf.sub(tf.softmax(logits), y), rows);
    const back = tf.reshape(tf.matMul(cotangent, W, false, true), largest.shape);
    const pooling = { filterSize: 2, strides: 2, pad: "valid" };
    const unpooled = kernel("MaxPoolGrad", { dy: back, input: images, output: largest }, pooling);
    const dy = tf.mul(unpooled, tf.step(images));
    const convolution = { strides: 1, pad: "same", dataFormat: "NHWC", filterShape: K.shape };
    return {
      K: kernel("Conv2DBackpropFilter", { x, dy }, convolution),
      c: tf.sum(dy, [0, 1, 2]),
      W: tf.matMul(features, cotangent, true, false),
      b: tf.sum(cotangent, 0),
    };
  });
}

export function tensorflowRecurrentStep(): () => unknown {
  const { rows, steps, inputs, width, classes } = recurrent;
  const x = uniform(steps * rows, inputs) as tf.Tensor2D;
  const y = tf.tensor2d(oneHotLabels(rows, classes), [rows, classes]);
  const variables = {
    input: tf.variable(uniform(inputs, 4 * width)),
    recurrent: tf.variable(uniform(width, 4 * width)),
    bias: tf.variable(tf.zeros([4 * width])),
    W: tf.variable(uniform(width, classes)),
    b: tf.variable(tf.zeros([classes])),
  };
  const { input, recurrent: U, bias, W, b } = variables;
  return stepper(variables, () => {
    const drives = tf.split(tf.add(tf.matMul(x, input), bias), steps, 0);
    const zero = tf.zeros([rows, width]);
    const hiddens = [zero];
    const cells = [zero];
    const gates: tf.Tensor[][] = [];
    drives.forEach((drive, t) => {
      const [i, f, g, o] = tf.split(tf.add(drive, tf.matMul(hiddens[t], U)), 4, 1);
      const step = [tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)];
      gates.push(step);
      const cell = tf.add(tf.mul(step[1], cells[t]), tf.mul(step[0], step[2]));
      cells.push(cell);
      hiddens.push(tf.mul(step[3], tf.tanh(cell)));
    });
    const logits = tf.add(tf.matMul(hiddens[steps], W), b);
    const cotangent = tf.div(tf.sub(tf.softmax(logits), y), rows);
    let forHidden: tf.Tensor = tf.matMul(cotangent, W, false, true);
    let forCell: tf.Tensor = zero;
    const slope = (s: tf.Tensor): tf.Tensor => tf.mul(s, tf.sub(1, s));
    const bend = (s: tf.Tensor): tf.Tensor => tf.sub(1, tf.square(s));
    const forDrives: tf.Tensor[] = [];
    for (let t = steps - 1; t >= 0; t--) {
      const [i, f, g, o] = gates[t];
      const shown = tf.tanh(cells[t + 1]);
      forCell = tf.add(forCell, tf.mul(tf.mul(forHidden, o), bend(shown)));
      const forGates = tf.concat(
        [
          tf.mul(tf.mul(forCell, g), slope(i)),
          tf.mul(tf.mul(forCell, cells[t]), slope(f)),
          tf.mul(tf.mul(forCell, i), bend(g)),
          tf.mul(tf.mul(forHidden, shown), slope(o)),
        ],
        1,
      );
      forDrives.unshift(forGates);
      forHidden = tf.matMul(forGates, U, false, true);
      forCell = tf.mul(forCell, f);
    }
    const all = tf.concat(forDrives, 0);
    return {
      input: tf.matMul(x, all, true, false),
      recurrent: tf.matMul(tf.concat(hiddens.slice(0, steps), 0), all, true, false),
      bias: tf.sum(all, 0),
      W: tf.matMul(hiddens[steps], cotangent, true, false),
      b: tf.sum(cotangent, 0),
    };
  });
}
