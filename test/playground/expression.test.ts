/** The expression language: what it means, and every way in which a text can be wrong. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { objectiveOf, valuesOn } from "../../playground/src/compute/own-objective.ts";
import { functionNames } from "../../playground/src/expression/functions.ts";
import { parseExpression, type Expression } from "../../playground/src/expression/parse.ts";
import { ExpressionError, longestText } from "../../playground/src/expression/tokens.ts";

function valueAt(text: string, ...point: number[]): number {
  const objective = objectiveOf(parseExpression(text));
  return objective.valueAndGradient(Float64Array.from(point), new Float64Array(point.length));
}

function problemOf(text: string): { message: string; position: number; length: number } {
  try {
    parseExpression(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const { message, position, length } = error;
    return { message, position, length };
  }
  throw new Error(`nothing was thrown for ${text}`);
}

/** Trees of the language that have a variable, written out with all parentheses, with what they should give at x and y. */
interface Written {
  readonly text: string;
  readonly value: (x: number, y: number) => number;
}
const { written } = fc.letrec<{ written: Written }>((tie) => ({
  written: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<Written>({ text: "x", value: (x) => x }, { text: "y", value: (_x, y) => y }),
    fc.integer({ min: 0, max: 99 }).map((n): Written => ({ text: `${n / 8}`, value: () => n / 8 })),
    tie("written").map((a): Written => ({ text: `(-${a.text})`, value: (x, y) => -a.value(x, y) })),
    tie("written").map((a): Written => ({ text: `abs(${a.text})`, value: (x, y) => Math.abs(a.value(x, y)) })),
    fc.tuple(tie("written"), fc.constantFrom("+", "-", "*"), tie("written")).map(([a, sign, b]): Written => ({
      text: `(${a.text}${sign}${b.text})`,
      value: (x, y) => {
        const [left, right] = [a.value(x, y), b.value(x, y)];
        return sign === "+" ? left + right : sign === "-" ? left - right : left * right;
      },
    })),
  ),
}));

describe("an expression", () => {
  it("has the value that it has in arithmetic, whatever it is made of", () => {
    fc.assert(
      fc.property(
        written,
        fc.integer({ min: -9, max: 9 }),
        fc.integer({ min: -9, max: 9 }),
        ({ text, value }, x, y) => {
          fc.pre(text.length < 400);
          const sum = `${text} + 0*x + 0*y`;
          expect(valueAt(sum, x, y)).toBeCloseTo(value(x, y), 6);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("follows the rules of precedence, as on paper", () => {
    expect(valueAt("1 + 2 * x", 3)).toBe(7);
    expect(valueAt("-x^2", 3)).toBe(-9);
    expect(valueAt("2^3^x", 2)).toBe(512);
    expect(valueAt("x^-1", 4)).toBe(0.25);
    expect(valueAt("8 / x / 2", 2)).toBe(2);
    expect(valueAt("x - 1 - 1", 5)).toBe(3);
    expect(valueAt("+x − 2 × 3 · 1 ÷ 2 + x**2", 2)).toBe(3);
    expect(valueAt("1.5e1 + .5 + x", 0)).toBe(15.5);
    expect(valueAt("pi + x", 0)).toBe(Math.PI);
    expect(valueAt("log(e) + x", 0)).toBe(1);
  });

  it("gives gradients: those of Rosenbrock's function, at its start", () => {
    const { variables, ...parsed } = parseExpression("(1 - x)^2 + 100*(y - x^2)^2");
    expect(variables).toEqual(["x", "y"]);
    const gradient = new Float64Array(2);
    const objective = objectiveOf({ ...parsed, variables });
    expect(objective.valueAndGradient(Float64Array.of(-1.2, 1), gradient)).toBeCloseTo(24.2, 12);
    expect(gradient[0]).toBeCloseTo(-215.6, 10);
    expect(gradient[1]).toBeCloseTo(-88, 10);
  });

  it.each(functionNames.filter((name) => name !== "max" && name !== "min"))(
    "%s gives on a number what it gives on a variable",
    (name) => {
      // 0.625 has no rounding of its own.
      expect(valueAt(`${name}(0.625) + 0*x`, 0.5)).toBeCloseTo(valueAt(`${name}(x)`, 0.625), 14);
    },
  );

  it("knows max and min, of numbers too", () => {
    expect(valueAt("max(x, 2) + min(x, 2) + max(1, 2) + min(3, 4)", 5)).toBe(5 + 2 + 2 + 3);
  });

  it("is plain data for names that objects have", () => {
    const { expression, variables } = parseExpression("constructor + toString*valueOf");
    expect(variables).toEqual(["constructor", "toString", "valueOf"]);
    const left: Expression = { kind: "variable", name: "constructor" };
    expect(expression).toMatchObject({ kind: "binary", operator: "+", left });
    expect(valueAt("constructor + toString*valueOf", 1, 2, 3)).toBe(7);
    expect(problemOf("constructor(x)").message).toContain("There is no function “constructor”");
  });

  it("is drawn with its second variable upward", () => {
    const heights = valuesOn(parseExpression("a + 10*b"), { center: [1, 2], radius: 2 }, 2);
    expect([...heights]).toEqual([30, 32, 10, 12]);
  });

  it("is drawn where its variables fall out", () => {
    expect([...valuesOn(parseExpression("0*a + 0*b + 3"), { center: [0, 0], radius: 1 }, 2)]).toEqual([3, 3, 3, 3]);
  });
});

/** Texts, what is said of them, and where. */
const wrongTexts: readonly (readonly [text: string, message: string, position: number])[] = [
  ["", "Expected a number, a name or “(”, but the text ends.", 0],
  ["x +", "Expected a number, a name or “(”, but the text ends.", 3],
  ["(x", "Expected an operator or “)” for the “(” at 1, but the text ends.", 2],
  ["x)", "Expected an operator, but “)” stands here.", 1],
  ["2x", "Expected an operator (a product is written with *), but “x” stands here.", 1],
  ["x y", "Expected an operator (a product is written with *), but “y” stands here.", 2],
  ["(x)(x)", "Expected an operator (a product is written with *), but “(” stands here.", 3],
  ["x * * x", "Expected a number, a name or “(”, but “*” stands here.", 4],
  ["x + @", "“@” means nothing here.", 4],
  ["x = 3", "“=” means nothing here.", 2],
  ["x + 😀", "“😀” means nothing here.", 4],
  ["sin x", "sin needs its value in parentheses: sin(x).", 0],
  ["max(x)", "max takes 2 values, not 1.", 0],
  ["sin(x, y)", "sin takes one value, not 2.", 0],
  ["f(x)", "There is no function “f”; there are abs, atan,", 0],
  ["1 + 2", "There is no variable in it: write x and y, say.", 0],
  ["x + 1e999", "1e999 is larger than any number here.", 4],
  ["a+b+c+d+f+g+h+i+j", "“j” would be variable 9; at most 8.", 16],
  ["(".repeat(99), "More than 60 levels deep.", 60],
  ["-".repeat(99), "More than 60 levels deep.", 60],
  ["x + ".repeat(200), `The text has 800 characters; at most ${longestText} are read.`, longestText],
  ["alert(1)", "There is no function “alert”", 0],
  ["globalThis.process", "“.” means nothing here.", 10],
  ["x[0]", "“[” means nothing here.", 1],
];

describe("a wrong text", () => {
  it.each(wrongTexts.map((each) => [each[0].slice(0, 60), ...each] as const))(
    "%s",
    (_title, text, message, position) => {
      const problem = problemOf(text);
      expect(problem.message).toContain(message);
      expect(problem.position).toBe(position);
      expect(problem.length).toBeGreaterThan(0);
    },
  );

  it("of any kind is an ExpressionError and nothing else, at once", () => {
    const piece = fc.constantFrom(
      ...Array.from("xy01.+-*/^(), e\t=;'\"`${}<>"),
      "sin",
      "max(",
      "1e5",
      "__proto__",
      "=>",
      "\u0000",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 600 }),
          fc.array(piece, { maxLength: 300 }).map((all) => all.join("")),
        ),
        (text) => {
          try {
            parseExpression(text);
          } catch (error) {
            expect(error).toBeInstanceOf(ExpressionError);
            expect((error as ExpressionError).position).toBeLessThanOrEqual(Math.max(text.length, 0));
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
