/**
 * A small assembler for WebAssembly: instructions as arrays of bytes, and a module put together from functions. It knows
 * just the instructions that this library's kernels need, and it checks nothing; the engine validates the result.
 *
 * Source: WebAssembly Core Specification 2.0 (W3C, 2022), chapter 5, Binary Format.
 */

/** Encoded instructions: bytes and sequences of them, nested as they are put together; flat only in the module. */
export type Code = readonly (number | Code)[];

/** The types of values that the kernels use. */
export const i32 = 0x7f;
export const v128 = 0x7b;
export type ValueType = typeof i32 | typeof v128;

/** An unsigned whole number below 2³², as LEB128. */
function unsigned(value: number): number[] {
  if (value < 0x80) return [value];
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return [...bytes, rest];
}

/** A signed number from −2³¹ to 2³¹ − 1, as LEB128. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest < -0x40 || rest >= 0x40; rest >>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest & 0x7f];
}

/** A number of the second opcode table, where the vector instructions are. */
export const vector = (opcode: number): Code => [0xfd, unsigned(opcode)];

// No function has 128 locals, so their numbers take one byte.
export const get = (local: number): Code => [0x20, local];
export const set = (local: number): Code => [0x21, local];
export const tee = (local: number): Code => [0x22, local];
export const integer = (value: number): Code => [0x41, signed(value)];
export const add: Code = [0x6a];
export const subtract: Code = [0x6b];
export const and: Code = [0x71];
export const equal: Code = [0x46];
export const lessThan: Code = [0x49];
export const lessThanSigned: Code = [0x48];
export const shiftLeft = (bits: number): Code => [integer(bits), 0x74];

/** Vector loads and stores, at an address and a constant number of bytes beyond it. */
const access = (opcode: number, offset: number): Code =>
  offset < 0x80 ? [0xfd, opcode, 3, offset] : [0xfd, opcode, 3, unsigned(offset)];
export const load = (offset = 0): Code => access(0x00, offset);
/** Promises no alignment of the address. */
export const loadUnaligned = (offset: number): Code => [0xfd, 0x00, 0, unsigned(offset)];
export const loadSplat = (offset = 0): Code => access(0x0a, offset);
export const store = (offset = 0): Code => access(0x0b, offset);
/** Of one lane: loaded beside a zero; stored from the first. */
export const loadOne: Code = [vector(0x5d), 3, 0];
/** Of a vector on the stack below an address: its second lane overwritten from there. */
export const loadSecond: Code = [vector(0x57), 3, 0, 1];
export const storeOne = (offset: number): Code => [vector(0x5b), 3, unsigned(offset), 0];
export const zero: Code = [vector(0x0c), new Array<number>(16).fill(0)];
/** A mask of the first lane. */
export const firstLane: Code = [vector(0x0c), new Array<number>(8).fill(0xff), new Array<number>(8).fill(0)];
export const addLanes: Code = vector(0xf0);
export const subtractLanes: Code = vector(0xf1);
export const multiplyLanes: Code = vector(0xf2);
/** The first lanes of two vectors, or the second ones. */
export const firstLanes: Code = [vector(0x0d), bytesOfLane(0), bytesOfLane(2)];
export const secondLanes: Code = [vector(0x0d), bytesOfLane(1), bytesOfLane(3)];
/** The 64 bits of each lane. */
export const shiftLanesLeft = (bits: number): Code => [integer(bits), vector(0xcb)];

/** `condition` leaves a number on the stack; the first branch runs unless it is 0. */
export const when = (condition: Code, then: Code, otherwise: Code = []): Code => [
  condition,
  [0x04, 0x40],
  then,
  otherwise.length > 0 ? [0x05, otherwise] : [],
  0x0b,
];

/** Runs the body, and again as long as the condition after it is not 0. */
export const repeat = (body: Code, condition: Code): Code => [0x03, 0x40, body, condition, 0x0d, 0, 0x0b];

export const shiftRight = (bits: number): Code => [integer(bits), 0x76];

/** Adds a constant, or another local, to a local. */
export const increase = (local: number, by: number): Code => [get(local), integer(by), add, set(local)];
export const increaseBy = (local: number, by: number): Code => [get(local), get(by), add, set(local)];

/** Runs the body `local` times (at least once), counting it down to 0. */
export const countDown = (local: number, body: Code): Code =>
  repeat(body, [get(local), integer(1), subtract, tee(local)]);

/** A lane's eight bytes, by number, of the lanes of two vectors. */
function bytesOfLane(lane: number): Code {
  return Array.from({ length: 8 }, (_value, k) => 8 * lane + k);
}

/** As many locals from `first` on. */
export const numbers = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_value, k) => first + k);

/** The types of as many locals. */
export const repeated = (type: ValueType, count: number): ValueType[] => new Array<ValueType>(count).fill(type);

/** Ends the function with what is on the stack. */
export const leave: Code = [0x0f];

/** A function. Its locals are numbered after its parameters, in the order of their declaration. */
export interface FunctionSource {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  /** Default none. */
  readonly results?: readonly ValueType[];
  readonly locals: readonly ValueType[];
  readonly body: Code;
}

/** The bytes of a module that exports the functions, and `memory` with so many pages of 64 kB to begin with. */
export function assemble(functions: readonly FunctionSource[], pages: number): Uint8Array<ArrayBuffer> {
  const text = (name: string): Code => list(Array.from(name, (letter) => [letter.charCodeAt(0)]));
  const listOfTypes = (types: readonly ValueType[]): Code => list(types.map((type) => [type]));
  const types = functions.map(({ parameters, results = [] }): Code => [
    0x60,
    listOfTypes(parameters),
    listOfTypes(results),
  ]);
  const exports = [
    [text("memory"), 2, 0],
    ...functions.map(({ name }, index): Code => [text(name), 0, unsigned(index)]),
  ];
  // Almost all bytes are in the bodies, which are made flat once and put in their place as they are.
  const bodies = functions.flatMap(({ locals, body }) => {
    const bytes = flat([list(locals.map((type) => [1, type])), body, 0x0b]);
    return [unsigned(bytes.length), bytes];
  });
  const count = unsigned(functions.length);
  const length = bodies.reduce((total, part) => total + part.length, count.length);
  const start = flat([
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    section(1, list(types)),
    section(3, list(functions.map((_source, index) => unsigned(index)))),
    section(5, list([[0, unsigned(pages)]])),
    section(7, list(exports)),
    [10, unsigned(length), count],
  ]);
  const module = new Uint8Array(start.length + length - count.length);
  let at = 0;
  for (const part of [start, ...bodies]) {
    module.set(part, at);
    at += part.length;
  }
  return module;
}

/** The number of items, then the items. */
function list(items: readonly Code[]): Code {
  return [unsigned(items.length), items];
}

function section(id: number, content: Code): Code {
  const bytes = flat(content);
  return [id, unsigned(bytes.length), bytes];
}

/** The bytes of nested sequences, behind those that are there. */
function flat(code: Code, bytes: number[] = []): number[] {
  for (let k = 0; k < code.length; k++) {
    const part = code[k];
    if (typeof part === "number") bytes.push(part);
    else flat(part, bytes);
  }
  return bytes;
}
