/** Numbers for people. */

/** Three digits, with an exponent where the number is very large or very small. */
export function shortNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e5) return String(value).replace("-", "−");
  if (Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  const text = size >= 1e-3 && size < 1e5 ? value.toPrecision(3) : value.toExponential(2);
  return text.replace("e+", "e").replaceAll("-", "−");
}

/** A small whole number below the line. */
export function subscript(index: number): string {
  return Array.from(String(index), (digit) => String.fromCodePoint(0x2080 + Number(digit))).join("");
}

/** A share as percent. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
