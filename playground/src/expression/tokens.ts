/** A typed text cut into numbers, names and signs, each with its place. */

/** Something wrong with what was typed: `length` characters from `position` (from 0), which may be the text's end. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
  readonly position: number;
  readonly length: number;

  constructor(message: string, { position, text }: Token) {
    super(message);
    this.position = position;
    this.length = Math.max(text.length, 1);
  }
}

/** A piece of the text; `text` is empty for its end. */
export interface Token {
  readonly kind: "number" | "name" | "sign" | "end";
  readonly text: string;
  readonly position: number;
}

/** More than this is no function that one looks at by eye. */
export const longestText = 500;

const pattern =
  /\s*(?:(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>[A-Za-z][A-Za-z0-9_]*)|(?<sign>\*\*|[-+*/^(),−×·÷]))/y;

/** Signs as people also write them. */
const alike: ReadonlyMap<string, string> = new Map([
  ["−", "-"],
  ["×", "*"],
  ["·", "*"],
  ["÷", "/"],
  ["**", "^"],
]);

/** Cuts a text; the last token is its end. Throws ExpressionError for a text too long or a sign that means nothing. */
export function tokensOf(text: string): readonly Token[] {
  if (text.length > longestText)
    throw new ExpressionError(`The text has ${text.length} characters; at most ${longestText} are read.`, {
      ...{ kind: "sign", text: text.slice(longestText), position: longestText },
    });
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  pattern.lastIndex = 0;
  while (pattern.lastIndex < end) {
    const start = pattern.lastIndex;
    const groups = pattern.exec(text)?.groups;
    if (groups === undefined) {
      const position = start + text.slice(start).search(/\S/);
      const sign = String.fromCodePoint(text.codePointAt(position) ?? 0);
      throw new ExpressionError(`“${sign}” means nothing here.`, { kind: "sign", text: sign, position });
    }
    const { number, name, sign } = groups as Readonly<Record<string, string | undefined>>;
    const found = number ?? name ?? sign ?? "";
    const kind = number !== undefined ? "number" : name !== undefined ? "name" : "sign";
    tokens.push({ kind, text: alike.get(found) ?? found, position: pattern.lastIndex - found.length });
  }
  return [...tokens, { kind: "end", text: "", position: end }];
}
