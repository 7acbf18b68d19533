/**
 * Reading plain data that came from elsewhere, field by field: what is asked for is checked for type and size, and what
 * nobody asks for is refused. Each reader throws PayloadError, naming the field.
 */
import { PayloadError } from "./errors.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** An object with these fields and no others; the optional ones may be left out. */
export function readRecord(
  value: unknown,
  what: string,
  fields: readonly string[],
  optional: readonly string[] = [],
): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new PayloadError(`${what} is ${describe(value)}; expected an object.`);
  const known = [...fields, ...optional];
  const strange = Object.keys(value).find((name) => !known.includes(name));
  if (strange !== undefined) throw new PayloadError(`${what} has a field ${describe(strange)}, which is not known.`);
  const missing = fields.find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) throw new PayloadError(`${what} has no field "${missing}".`);
  return value as Fields;
}

/** A whole number from `least` to `most`. */
export function readCount(value: unknown, what: string, least = 0, most: number = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least || value > most)
    throw new PayloadError(`${what} is ${describe(value)}; expected a whole number from ${least} to ${most}.`);
  return value;
}

export function readNumber(value: unknown, what: string): number {
  if (typeof value !== "number" || !Number.isFinite(value))
    throw new PayloadError(`${what} is ${describe(value)}; expected a finite number.`);
  return value;
}

/** A text of at most so many characters that has the form of `pattern`. */
export function readText(value: unknown, what: string, most: number, pattern = /^/): string {
  if (typeof value !== "string") throw new PayloadError(`${what} is ${describe(value)}; expected a text.`);
  if (value.length > most) throw new PayloadError(`${what} has ${value.length} characters; expected at most ${most}.`);
  if (!pattern.test(value)) throw new PayloadError(`${what} is ${describe(value)}, which is not of its form.`);
  return value;
}

/** A list of at most so many elements, each read by `read`. */
export function readList<Element>(
  value: unknown,
  what: string,
  most: number,
  read: (element: unknown, what: string) => Element,
): readonly Element[] {
  if (!Array.isArray(value)) throw new PayloadError(`${what} is ${describe(value)}; expected a list.`);
  if (value.length > most) throw new PayloadError(`${what} has ${value.length} elements; expected at most ${most}.`);
  return value.map((element: unknown, index) => read(element, `${what}[${index}]`));
}

/** One of a few texts. */
export function readChoice<Name extends string>(value: unknown, what: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === value);
  if (found === undefined)
    throw new PayloadError(`${what} is ${describe(value)}; expected one of ${names.map((n) => `"${n}"`).join(", ")}.`);
  return found;
}

/** Short enough for a message, whatever it is. */
function describe(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string")
    return value.length <= 60 ? JSON.stringify(value) : `a text of ${value.length} characters`;
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}
