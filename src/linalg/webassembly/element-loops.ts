/**
 * Loops over elements in a program's memory: arithmetic, and the functions of one operation, two numbers at a time, each
 * rounded as JavaScript rounds it.
 */
import {
  type Code,
  type FunctionSource,
  i32,
  v128,
  countDown,
  get,
  increase,
  loadOne,
  numbers,
  repeated,
  set,
  shiftRight,
  storeOne,
  vector,
} from "../../webassembly/assembler.ts";
import * as wasm from "../../webassembly/assembler.ts";

const pair = 16;
const quad = 32;

const isAtMost = vector(0x4b);
const isAbove = vector(0x4a);
const bothOf = vector(0x4e);
const firstNotSecond = vector(0x4f);
const absolute = vector(0xec);
const squareRoot = vector(0xef);
const divideLanes = vector(0xf3);

/** How an element of the result is made from what is on the stack. */
const binaryLoops: Readonly<Record<string, Code>> = {
  add: wasm.addLanes,
  subtract: wasm.subtractLanes,
  multiply: wasm.multiplyLanes,
  divide: divideLanes,
};

/**
 * NAME11, NAME10, NAME01 (a, b, to, length): an operation on two sequences, on a sequence and one number, on one number
 * and a sequence. Likewise with one operand fewer for the functions of one variable.
 */
function loop(name: string, steps: readonly number[], operation: (operands: readonly Code[]) => Code): FunctionSource {
  const sources = numbers(0, steps.length);
  const [to, length, left] = numbers(steps.length, 3);
  const repeatedValues = numbers(steps.length + 3, steps.length);
  const moving = [...sources.filter((_source, k) => steps[k] === 1), to];
  const element = (loadMoving: Code): readonly Code[] =>
    sources.map((source, k) => (steps[k] === 1 ? [get(source), loadMoving] : get(repeatedValues[k])));
  const two = (offset: number): Code => [[get(to), operation(element(wasm.load(offset))), wasm.store(offset)]];
  const shifted = (bits: number): Code => [get(length), shiftRight(bits), set(left)];
  const when = (body: Code): Code => wasm.when(get(left), body);
  return {
    name,
    parameters: repeated(i32, steps.length + 2),
    locals: [i32, ...repeated(v128, steps.length)],
    body: [
      sources.flatMap((source, k) => (steps[k] === 1 ? [] : [get(source), wasm.loadSplat(), set(repeatedValues[k])])),
      shifted(2),
      when(countDown(left, [two(0), two(pair), moving.flatMap((local) => increase(local, quad))])),
      [get(length), wasm.integer(3), wasm.and, set(left)],
      when(
        countDown(left, [
          [get(to), operation(element(loadOne)), storeOne(0)],
          moving.flatMap((local) => increase(local, 8)),
        ]),
      ),
    ],
  };
}

/**
 * outerProducts(a, b, c, count, rows, columns): for each of `count` pairs of vectors a, b the matrix c of all products of
 * their elements, one after another; a product of −0 becomes 0, as in a sum that begins at 0.
 */
function outerProducts(): FunctionSource {
  const [a, b, c, count, rows, columns, i, left, at, factor] = numbers(0, 10);
  const product = (load: Code): Code => [get(at), load, get(factor), wasm.multiplyLanes, wasm.zero, wasm.addLanes];
  return {
    name: "outerProducts",
    parameters: repeated(i32, 6),
    locals: [...repeated(i32, 3), v128],
    body: countDown(count, [
      [get(rows), set(i)],
      countDown(i, [
        [get(a), wasm.loadSplat(), set(factor), increase(a, 8), get(b), set(at)],
        [get(columns), shiftRight(2), wasm.tee(left)],
        wasm.when(
          [],
          countDown(left, [
            [get(c), product(wasm.load()), wasm.store(), get(c), product(wasm.load(pair)), wasm.store(pair)],
            [increase(at, quad), increase(c, quad)],
          ]),
        ),
        [get(columns), wasm.integer(3), wasm.and, wasm.tee(left)],
        wasm.when([], countDown(left, [get(c), product(loadOne), storeOne(0), increase(at, 8), increase(c, 8)])),
      ]),
      [get(at), set(b)],
    ]),
  };
}

/** The functions of this file. */
export function elementLoops(): FunctionSource[] {
  const pairs = Object.entries(binaryLoops).flatMap(([name, code]) =>
    [
      [1, 1],
      [1, 0],
      [0, 1],
    ].map((steps) => loop(name + steps.join(""), steps, ([a, b]) => [a, b, code])),
  );
  return [
    ...pairs,
    outerProducts(),
    // x where the gate is above zero, else 0; and x unless it is at most zero: NaN stays NaN.
    loop("passWherePositive11", [1, 1], ([x, gate]) => [x, gate, wasm.zero, isAbove, bothOf]),
    loop("relu1", [1], ([x]) => [x, x, wasm.zero, isAtMost, firstNotSecond]),
    loop("sqrt1", [1], ([x]) => [x, squareRoot]),
    loop("abs1", [1], ([x]) => [x, absolute]),
  ];
}
