/**
 * A small language for functions of a few variables: numbers, names, + − * / ^, parentheses, and a list of functions. A
 * text becomes a tree of plain data and nothing else: it is never evaluated as code.
 *
 *   expression := term (("+" | "-") term)*          term := factor (("*" | "/") factor)*
 *   factor     := ("-" | "+") factor | power        power := primary ("^" factor)?
 *   primary    := number | name | name "(" expression ("," expression)* ")" | "(" expression ")"
 *
 * So −x^2 is −(x²), and 2^3^2 is 2^(3²), as on paper.
 */
import { functionNames, isFunctionName, constants, parametersOf, type FunctionName } from "./functions.ts";
import { ExpressionError, tokensOf, type Token } from "./tokens.ts";

export type Operator = "+" | "-" | "*" | "/" | "^";

/** A parsed expression. */
export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "negate"; readonly of: Expression }
  | { readonly kind: "call"; readonly name: FunctionName; readonly of: readonly Expression[] }
  | { readonly kind: "binary"; readonly operator: Operator; readonly left: Expression; readonly right: Expression };

/** An expression with its variables in alphabetical order. */
export interface Parsed {
  readonly expression: Expression;
  readonly variables: readonly string[];
}

/** A page can show so many side by side. */
export const mostVariables = 8;
/** Parentheses, signs and exponents within each other. */
const deepest = 60;

/** Parses a text. Throws ExpressionError, with the place, for the first thing that is wrong. */
export function parseExpression(text: string): Parsed {
  const tokens = tokensOf(text);
  let place = 0;
  let depth = 0;
  const variables = new Set<string>();
  const peek = (): Token => tokens[place];
  /** The end is never left behind. */
  const take = (): Token => (peek().kind === "end" ? peek() : tokens[place++]);
  const expectClosing = (opened: Token): void => {
    const token = take();
    if (token.text !== ")")
      throw new ExpressionError(
        `Expected an operator or “)” for the “(” at ${opened.position + 1}, ${found(token)}.`,
        token,
      );
  };

  function binary(operators: readonly string[], operand: () => Expression): Expression {
    let left = operand();
    while (operators.includes(peek().text)) {
      const operator = take().text as Operator;
      left = { kind: "binary", operator, left, right: operand() };
    }
    return left;
  }
  const sum = (): Expression => binary(["+", "-"], product);
  const product = (): Expression => binary(["*", "/"], factor);

  function factor(): Expression {
    if (++depth > deepest) throw new ExpressionError(`More than ${deepest} levels deep.`, peek());
    const result = signed();
    depth--;
    return result;
  }
  function signed(): Expression {
    if (peek().text === "-") {
      take();
      return { kind: "negate", of: factor() };
    }
    if (peek().text === "+") {
      take();
      return factor();
    }
    const base = primary();
    if (peek().text !== "^") return base;
    take();
    return { kind: "binary", operator: "^", left: base, right: factor() };
  }
  function primary(): Expression {
    const token = take();
    if (token.kind === "number") return numberOf(token);
    if (token.text === "(") {
      const inner = sum();
      expectClosing(token);
      return inner;
    }
    if (token.kind !== "name") throw new ExpressionError(`Expected a number, a name or “(”, ${found(token)}.`, token);
    return peek().text === "(" ? call(token) : named(token);
  }
  function call(token: Token): Expression {
    const { text: name } = token;
    if (!isFunctionName(name))
      throw new ExpressionError(
        `There is no function “${name}”; there are ${functionNames.join(", ")}. A product is written with *.`,
        token,
      );
    const opened = take();
    const of = [sum()];
    while (peek().text === ",") {
      take();
      of.push(sum());
    }
    expectClosing(opened);
    const wanted = parametersOf(name);
    if (of.length !== wanted)
      throw new ExpressionError(
        `${name} takes ${wanted === 1 ? "one value" : `${wanted} values`}, not ${of.length}.`,
        token,
      );
    return { kind: "call", name, of };
  }
  function named(token: Token): Expression {
    const constant = constants.get(token.text);
    if (constant !== undefined) return { kind: "number", value: constant };
    if (isFunctionName(token.text))
      throw new ExpressionError(`${token.text} needs its value in parentheses: ${token.text}(x).`, token);
    variables.add(token.text);
    if (variables.size > mostVariables)
      throw new ExpressionError(
        `“${token.text}” would be variable ${variables.size}; at most ${mostVariables}.`,
        token,
      );
    return { kind: "variable", name: token.text };
  }

  const expression = sum();
  const rest = peek();
  if (rest.kind !== "end") {
    const hint = rest.kind === "sign" && rest.text !== "(" ? "" : " (a product is written with *)";
    throw new ExpressionError(`Expected an operator${hint}, ${found(rest)}.`, rest);
  }
  if (variables.size === 0) throw new ExpressionError("There is no variable in it: write x and y, say.", tokens[0]);
  return { expression, variables: [...variables].sort() };
}

function numberOf(token: Token): Expression {
  const value = Number(token.text);
  if (!Number.isFinite(value)) throw new ExpressionError(`${token.text} is larger than any number here.`, token);
  return { kind: "number", value };
}

function found({ kind, text }: Token): string {
  return kind === "end" ? "but the text ends" : `but “${text}” stands here`;
}
