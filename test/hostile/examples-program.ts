/**
 * Every example of the documentation as one text of results, in whatever realm this is evaluated: what comes out must not
 * depend on what a page has put on the prototypes. So this file itself reads only own members, and pushes nothing.
 */
import { fixtures, insideTrace } from "../documentation/fixtures.ts";

export interface ExampleProgram {
  readonly autodiff: boolean;
  readonly code: string;
  /** All names that the example may use, without the fixtures. */
  readonly scope: Readonly<Record<string, unknown>>;
}

/** A text of everything that belongs to a value itself, numbers to the bit. */
function described(value: unknown, depth: number): string {
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if (depth === 0) return "…";
  if (ArrayBuffer.isView(value)) return described([...(value as Float64Array)], depth);
  if (value instanceof Map || value instanceof Set) return described([...value], depth);
  let text = "{";
  for (const name of Object.keys(value))
    text += `${name}: ${described((value as Readonly<Record<string, unknown>>)[name], depth - 1)}; `;
  return `${text}}`;
}

function evaluate(code: string, scope: Readonly<Record<string, unknown>>): unknown {
  const body = /^(const|let|for) /.test(code) ? `{ ${code} }` : `return (${code.replace(/;$/, "")});`;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  return (new Function(...Object.keys(scope), body) as (...values: unknown[]) => unknown)(...Object.values(scope));
}

/** @public */
export function resultOf({ autodiff, code, scope }: ExampleProgram): string {
  try {
    return described(
      autodiff
        ? insideTrace((tensors) => evaluate(code, { ...scope, ...fixtures(), ...tensors }))
        : evaluate(code, { ...scope, ...fixtures() }),
      7,
    );
  } catch (error) {
    return String(error);
  }
}
