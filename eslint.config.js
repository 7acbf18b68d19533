import eslint from "@eslint/js";
import tseslint from "typescript-eslint";

/** The only members of Math whose results are the same bits on every engine. */
const exactMath = ["sqrt", "abs", "floor", "ceil", "trunc", "sign", "min", "max", "imul", "clz32", "fround", "PI"];

const exactMathOnly = {
  selector: `MemberExpression[object.name='Math']:not([computed=false][property.name=/^(${exactMath.join("|")})$/])`,
  message: `src/ may use only the exact Math members (${exactMath.join(", ")}); use src/math for the others.`,
};
const noBareMath = {
  selector: ":not(MemberExpression) > Identifier[name='Math']",
  message: "Math may not be passed around or destructured in src/: name the exact member.",
};
const noPower = {
  selector: "BinaryExpression[operator='**'], AssignmentExpression[operator='**=']",
  message: "** is not the same on every engine: multiply, or use src/math.",
};

export default tseslint.config(
  { ignores: ["**/dist/", "**/node_modules/", "lab/reports/", "api-reference/"] },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: ["src", "lab", "distributed", "distributed/bench", "playground", "test", "bench"].map(
          (folder) => `${folder}/tsconfig.json`,
        ),
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "max-lines": ["error", { max: 400, skipBlankLines: true }],
    },
  },
  {
    files: ["src/**/*.ts"],
    rules: {
      "no-restricted-syntax": ["error", exactMathOnly, noBareMath, noPower],
      "no-restricted-globals": [
        "error",
        ...["process", "window", "self", "document", "navigator", "performance", "console", "crypto", "Date", "eval"],
        ...["Function", "fetch", "require", "Buffer", "structuredClone", "globalThis", "global"],
        ...["setTimeout", "clearTimeout", "setInterval", "clearInterval", "setImmediate", "queueMicrotask"],
      ],
      "no-eval": "error",
      "no-new-func": "error",
    },
  },
  // The one place that looks for WebAssembly, which not every engine has.
  {
    files: ["src/webassembly/engine.ts"],
    rules: { "no-restricted-globals": ["error", "process", "window", "self", "eval", "Function", "setTimeout"] },
  },
  { files: ["**/*.js", "**/*.cjs"], ...tseslint.configs.disableTypeChecked },
  {
    files: ["**/*.cjs"],
    languageOptions: { globals: { module: "writable", __dirname: "readonly" } },
  },
);
