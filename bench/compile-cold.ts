/** Prints the milliseconds from the first call to a compiled digits network and its first value, the library loaded. */
import { affine, differentiable, initialization, layout, mean, random, relu, softmaxCrossEntropy } from "egop";

const rows = 32;
const data = { x: new Float64Array(rows * 64).fill(0.5), label: new Float64Array(rows) };
const start = performance.now();
const model = layout({ W1: [64, 16], b1: [16], W2: [16, 10], b2: [10] });
const loss = differentiable(model, { x: [rows, 64], label: [rows] }, (p, { x, label }) =>
  mean(softmaxCrossEntropy(affine(relu(affine(x, p.W1, p.b1)), p.W2, p.b2), label)),
).on(data);
const compiled = performance.now();
const parameters = new Float64Array(model.size);
initialization(model).draw(random(0), parameters, 0);
const value = loss.valueAndGradient(parameters, new Float64Array(model.size));
if (!Number.isFinite(value)) throw new Error("the network has no value");
console.log(compiled - start);
