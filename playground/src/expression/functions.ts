/** What can be called in the expression language: on tensors, and on numbers where no variable is below. */
import * as tensors from "egop/autodiff";
import type { Tensor } from "egop/autodiff";
import * as numbers from "egop/math";

interface Unary {
  readonly parameters: 1;
  readonly onTensor: (x: Tensor) => Tensor;
  readonly onNumber: (x: number) => number;
}
interface Binary {
  readonly parameters: 2;
  readonly onTensors: (x: Tensor | number, y: Tensor | number) => Tensor;
  readonly onNumbers: (x: number, y: number) => number;
}

const unary = (onTensor: Unary["onTensor"], onNumber: Unary["onNumber"]): Unary => ({
  ...{ parameters: 1, onTensor, onNumber },
});

const sigmoid = (x: number): number => 1 / (1 + numbers.exp(-x));
const softplus = (x: number): number => Math.max(x, 0) + numbers.log1p(numbers.exp(-Math.abs(x)));

const table = {
  abs: unary(tensors.abs, Math.abs),
  atan: unary(tensors.atan, numbers.atan),
  cos: unary(tensors.cos, numbers.cos),
  erf: unary(tensors.erf, numbers.erf),
  exp: unary(tensors.exp, numbers.exp),
  log: unary(tensors.log, numbers.log),
  max: { parameters: 2, onTensors: tensors.maximum, onNumbers: Math.max },
  min: { parameters: 2, onTensors: tensors.minimum, onNumbers: Math.min },
  relu: unary(tensors.relu, (x) => Math.max(x, 0)),
  sigmoid: unary(tensors.sigmoid, sigmoid),
  sin: unary(tensors.sin, numbers.sin),
  softplus: unary(tensors.softplus, softplus),
  sqrt: unary(tensors.sqrt, Math.sqrt),
  tan: unary(tensors.tan, numbers.tan),
  tanh: unary(tensors.tanh, numbers.tanh),
} satisfies Readonly<Record<string, Unary | Binary>>;

export type FunctionName = keyof typeof table;

/** All of them, in alphabetical order. */
export const functionNames: readonly string[] = Object.keys(table);

/** Names that stand for numbers. */
export const constants: ReadonlyMap<string, number> = new Map([
  ["pi", Math.PI],
  ["e", numbers.exp(1)],
]);

export function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(table, name);
}

/** How many values a function takes. */
export function parametersOf(name: FunctionName): 1 | 2 {
  return table[name].parameters;
}

/** A function of one or two values, of which tensors may be some. */
export function applyFunction(name: FunctionName, of: readonly (Tensor | number)[]): Tensor | number {
  const entry = table[name];
  const [x, y] = of;
  if (entry.parameters === 1) return typeof x === "number" ? entry.onNumber(x) : entry.onTensor(x);
  return typeof x === "number" && typeof y === "number" ? entry.onNumbers(x, y) : entry.onTensors(x, y);
}
