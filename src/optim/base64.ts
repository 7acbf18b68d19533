/**
 * Base64 in pure ECMAScript: bytes as text, three bytes in four characters. O(length).
 *
 * The alphabet is the standard one with + and /, padded with =, without line breaks. Reading is strict: every text that
 * is accepted is the one that writing its bytes gives, so equal bytes have equal texts and nothing can hide in a text.
 *
 * Source: S. Josefsson, "The Base16, Base32, and Base64 Data Encodings", RFC 4648 (2006), sections 3.5, 4 and 12.
 */

/** The character code of digit 0 to 63, in the order of RFC 4648, table 1. */
function codeOfDigit(digit: number): number {
  if (digit < 26) return 65 + digit; // A to Z
  if (digit < 52) return 97 - 26 + digit; // a to z
  if (digit < 62) return 48 - 52 + digit; // 0 to 9
  return digit === 62 ? 43 : 47; // + and /
}

const padding = 61; // =

/** A quarter of the codes that are turned into a string at once: few enough to be the arguments of one call. */
const blockOfDigits = 2048;

/** The text of these bytes, four characters for every three of them or part thereof. */
export function base64FromBytes(bytes: Uint8Array): string {
  const codes = new Uint8Array(64);
  for (let digit = 0; digit < 64; digit++) codes[digit] = codeOfDigit(digit);
  const block = new Uint8Array(4 * blockOfDigits);
  const texts: string[] = [];
  let filled = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    // Beyond the end, undefined counts as 0 in the bitwise operations.
    const word = (bytes[i] << 16) | (bytes[i + 1] << 8) | bytes[i + 2];
    block[filled] = codes[word >>> 18];
    block[filled + 1] = codes[(word >>> 12) & 63];
    block[filled + 2] = i + 1 < bytes.length ? codes[(word >>> 6) & 63] : padding;
    block[filled + 3] = i + 2 < bytes.length ? codes[word & 63] : padding;
    filled += 4;
    if (filled === block.length) {
      texts.push(String.fromCharCode(...block));
      filled = 0;
    }
  }
  texts.push(String.fromCharCode(...block.subarray(0, filled)));
  return texts.join("");
}

/** The bytes of a text, or undefined when it is not exactly what `base64FromBytes` writes. */
export function bytesFromBase64(text: string): Uint8Array | undefined {
  const { length } = text;
  if (length % 4 !== 0) return undefined;
  const digits = new Int8Array(128).fill(-1);
  for (let digit = 0; digit < 64; digit++) digits[codeOfDigit(digit)] = digit;
  const padded = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((length / 4) * 3 - padded);
  const digitAt = (index: number): number => {
    if (index >= length - padded) return 0;
    const code = text.charCodeAt(index);
    return code < 128 ? digits[code] : -1;
  };
  let word = 0;
  for (let i = 0, out = 0; i < length; i += 4, out += 3) {
    word = (digitAt(i) << 18) | (digitAt(i + 1) << 12) | (digitAt(i + 2) << 6) | digitAt(i + 3);
    if (word < 0) return undefined;
    // Writes beyond the end of a typed array are ignored.
    bytes[out] = word >>> 16;
    bytes[out + 1] = word >>> 8;
    bytes[out + 2] = word;
  }
  const unused = padded === 0 ? 0 : padded === 1 ? word & 255 : word & 65535;
  return unused === 0 ? bytes : undefined;
}
