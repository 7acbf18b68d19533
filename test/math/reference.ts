/**
 * References for the elementary functions in whole-number arithmetic: a value is mantissa · 2^exponent with a relative
 * error below 2⁻¹⁰⁰. They share no constant and no table with what they check; the golden values check them in turn.
 */

export interface Binary {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const view = new DataView(new ArrayBuffer(8));

/** A finite double, exactly. */
export function exactly(x: number): Binary {
  if (!Number.isFinite(x)) throw new RangeError(`${x} has no binary places.`);
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const field = Number((bits >> 52n) & 2047n);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = field === 0 ? fraction : fraction | 0x10000000000000n;
  return { mantissa: bits >> 63n === 1n ? -mantissa : mantissa, exponent: Math.max(field, 1) - 1075 };
}

/** The double that follows x by `steps` places in ascending order, −0 and 0 counting as one. */
export function neighbor(x: number, steps: number): number {
  view.setFloat64(0, x);
  const bits = view.getBigInt64(0);
  const place = (bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits) + BigInt(steps);
  view.setBigInt64(0, place < 0n ? -place | -0x8000000000000000n : place);
  return view.getFloat64(0);
}

/** The distance of the doubles around x. */
export function unitInLastPlace(x: number): number {
  return 2 ** exactly(x).exponent;
}

const size = (m: bigint): bigint => (m < 0n ? -m : m);
const bitLength = (m: bigint): number => size(m).toString(2).length;
const shift = (m: bigint, places: number): bigint => (places >= 0 ? m << BigInt(places) : m >> BigInt(-places));

/** x · 2^bits as a whole number, rounded down. */
function fixed(x: Binary, bits: number): bigint {
  return shift(x.mantissa, x.exponent + bits);
}

/** ln 2 with `bits` binary places, by 2 artanh(1/3). */
const ln2 = ((): ((bits: number) => bigint) => {
  const known = new Map<number, bigint>();
  return (bits) => {
    let sum = known.get(bits);
    if (sum === undefined) {
      let power = (2n << BigInt(bits)) / 3n;
      sum = 0n;
      for (let odd = 1n; power > 0n; odd += 2n, power /= 9n) sum += power / odd;
      known.set(bits, sum);
    }
    return sum;
  };
})();

/** e to the power of x/2^bits, by reduction to |r| < 2⁻⁹, Taylor's series and repeated squaring. */
function exponential(x: bigint, bits: number): Binary {
  const one = 1n << BigInt(bits);
  const unit = ln2(bits);
  const k = (2n * x + unit) / (2n * unit) - (2n * x + unit < 0n ? 1n : 0n);
  const r = (x - k * unit) >> 8n;
  let term = one;
  let sum = one;
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    term = ((term * r) >> BigInt(bits)) / n;
    sum += term;
  }
  for (let i = 0; i < 8; i++) sum = (sum * sum) >> BigInt(bits);
  return { mantissa: sum, exponent: Number(k) - bits };
}

/** As many binary places as keep 150 bits of a number of this size. */
const places = (x: number): number => 150 + Math.max(0, -exactly(x).exponent - 52);

function exp(x: number): Binary {
  return exponential(fixed(exactly(x), 192), 192);
}

function expm1(x: number): Binary {
  const bits = places(x) + 40;
  const { mantissa, exponent } = exponential(fixed(exactly(x), bits), bits);
  const at = Math.min(exponent, 0);
  return { mantissa: shift(mantissa, exponent - at) - (1n << BigInt(-at)), exponent: at };
}

/** log(argument/2^bits) by one step of Halley's method from a double that is right to 40 bits. */
function logarithm(argument: bigint, start: number, bits: number): Binary {
  const y = fixed(exactly(start), bits);
  const { mantissa, exponent } = exponential(y, bits);
  const back = shift(mantissa, exponent + bits);
  return { mantissa: y + ((2n * (argument - back)) << BigInt(bits)) / (argument + back), exponent: -bits };
}

/** The logarithm of a positive number that is not near 1: x/2^k from Halley's method, then k ln 2. */
function logarithmByReduction({ mantissa, exponent }: Binary): Binary {
  const bits = 260;
  const k = bitLength(mantissa) + exponent;
  const scaled = shift(mantissa, exponent - k + bits);
  const near = logarithm(scaled, Math.log(Number(scaled >> BigInt(bits - 64)) / 2 ** 64), bits);
  return { mantissa: near.mantissa + BigInt(k) * ln2(bits), exponent: -bits };
}

function log(x: number): Binary {
  return x > 0.6 && x < 1.6 ? logarithm(fixed(exactly(x), 260), Math.log(x), 260) : logarithmByReduction(exactly(x));
}

function log1p(x: number): Binary {
  if (Math.abs(x) > 0.5) {
    const { mantissa, exponent } = exactly(x);
    const at = Math.min(exponent, 0);
    return logarithmByReduction({ mantissa: shift(mantissa, exponent - at) + (1n << BigInt(-at)), exponent: at });
  }
  const bits = places(x) + 40;
  return logarithm((1n << BigInt(bits)) + fixed(exactly(x), bits), Math.log1p(x), bits);
}

function tanh(x: number): Binary {
  const { mantissa, exponent } = expm1(2 * x);
  const bits = 160 - exponent;
  const lower = mantissa + shift(2n, -exponent);
  return { mantissa: (mantissa << BigInt(bits)) / lower, exponent: -bits };
}

export const references: Readonly<Record<"exp" | "expm1" | "log" | "log1p" | "tanh", (x: number) => Binary>> = {
  exp,
  expm1,
  log,
  log1p,
  tanh,
};

/** |computed − exact| in units of the last place of the exact value's double. */
export function errorInUlps(computed: number, exact: Binary): number {
  const given = exactly(computed);
  const at = Math.min(given.exponent, exact.exponent);
  const difference = size(shift(given.mantissa, given.exponent - at) - shift(exact.mantissa, exact.exponent - at));
  const length = bitLength(exact.mantissa);
  const ulp = Math.max(length + exact.exponent - 53, -1074);
  // 2^20 difference/ulp, as a whole number.
  const scaled = shift(difference, at - ulp + 20);
  return Number(scaled) / 2 ** 20;
}
