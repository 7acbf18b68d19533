/** A parsed expression as a graph of the library's tensor operations, which it then differentiates and compiles. */
import { add, divide, multiply, negate, power, square, subtract, type Tensor } from "egop/autodiff";
import { pow } from "egop/math";
import { applyFunction } from "./functions.ts";
import type { Expression, Operator } from "./parse.ts";

/** Builds it; `tensorOf` gives each variable's tensor, all of one shape. A number where no variable is left. */
export function buildExpression(expression: Expression, tensorOf: (name: string) => Tensor): Tensor | number {
  switch (expression.kind) {
    case "number":
      return expression.value;
    case "variable":
      return tensorOf(expression.name);
    case "negate": {
      const of = buildExpression(expression.of, tensorOf);
      return typeof of === "number" ? -of : negate(of);
    }
    case "call":
      return applyFunction(
        expression.name,
        expression.of.map((each) => buildExpression(each, tensorOf)),
      );
    case "binary": {
      const { operator, left, right } = expression;
      return combine(operator, buildExpression(left, tensorOf), buildExpression(right, tensorOf));
    }
  }
}

function combine(operator: Operator, left: Tensor | number, right: Tensor | number): Tensor | number {
  const numbers = typeof left === "number" && typeof right === "number";
  switch (operator) {
    case "+":
      return numbers ? left + right : add(left, right);
    case "-":
      return numbers ? left - right : subtract(left, right);
    case "*":
      return numbers ? left * right : multiply(left, right);
    case "/":
      return numbers ? left / right : divide(left, right);
    case "^":
      if (numbers) return pow(left, right);
      // One product, rounded once, where `power` would go through a logarithm.
      return right === 2 && typeof left !== "number" ? square(left) : power(left, right);
  }
}
