/**
 * Members on Object.prototype and Array.prototype that have the names of the library's own: all options, all other members
 * that may be absent, and the numbers of a list's elements. Neither the conformance program nor any example of the
 * documentation may come out otherwise than in a clean realm. The names are taken from the declarations, so a new option is
 * among them by itself.
 */
import { build } from "esbuild";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createContext, Script } from "node:vm";
import { beforeAll, describe, expect, it } from "vitest";
import type { ExampleProgram } from "./examples-program.ts";

const root = resolve(import.meta.dirname, "..", "..");
const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .sort();

/** The names of all members and parameters that may be absent. */
const absent = new Set(
  filesIn("dist", ".d.ts").flatMap((file) =>
    [...readFileSync(join(root, "dist", file), "utf8").matchAll(/\b(\w+)\?\s*[:(]/g)].map(([, name]) => name),
  ),
);

const folders = ["math", "linalg", "autodiff", "optim", "egop"];

/** One script that sets `conformance` and `examples`, a list of functions that give the results as text. */
async function scriptOfEverything(): Promise<Script> {
  const digits = readFileSync(resolve(root, "lab", "data", "digits.csv"), "utf8")
    .trim()
    .split("\n")
    .slice(1, 41)
    .map((line) => line.split(",").map(Number))
    .map((pixels) => [...pixels.filter((_, i) => i % 4 === 1 && i < 64), pixels[64]]);
  const documented = filesIn("src", ".ts").flatMap((file) => {
    const found = [...readFileSync(join(root, "src", file), "utf8").matchAll(/@example (.*?)\s*(?:\*\/)?\s*$/gm)];
    return found.length === 0 ? [] : [{ file, codes: found.map(([, text]) => text.split(/ \/\/ (?!.* \/\/ )/)[0]) }];
  });
  const contents = `
import { conformance } from "./test/runtimes/conformance.ts";
import { resultOf } from "./test/hostile/examples-program.ts";
${folders.map((name) => `import * as ${name} from "./dist/${name}/index.js";`).join("\n")}
import * as front from "./dist/index.js";
${documented.map(({ file }, k) => `import * as module${k} from "./dist/${file.replace(".ts", ".js")}";`).join("\n")}
const everything = { ...${folders.join(", ...")}, ...front };
globalThis.conformance = () => conformance(${JSON.stringify(digits)});
globalThis.examples = [${documented
    .flatMap(({ file, codes }, k) => {
      const folder = file.split("/")[0];
      const own = folders.includes(folder) ? `...${folder}, ` : "";
      const scope = `{ ...everything, ${own}...module${k} }`;
      return codes.map((code) => {
        const program: Omit<ExampleProgram, "scope"> = { autodiff: folder === "autodiff", code };
        const what = JSON.stringify(`${file} ${code} → `);
        return `() => ${what} + resultOf({ ...${JSON.stringify(program)}, scope: ${scope} })`;
      });
    })
    .join(",\n")}];`;
  const result = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    format: "iife",
    target: "es2022",
    write: false,
    logLevel: "error",
    plugins: [
      {
        name: "what is built, and not its sources",
        setup(bundler) {
          bundler.onResolve({ filter: /^\.\.\/\.\.\/src\// }, ({ path }) => ({
            path: resolve(root, path.replace("../../src", "dist").replace(/\.ts$/, ".js")),
          }));
        },
      },
    ],
  });
  return new Script(result.outputFiles[0].text);
}

let everything: Script;
let clean: readonly string[];

/** All results in a new realm; `pollution` is evaluated when the library has been loaded. */
function results(pollution: string): readonly string[] {
  const realm = createContext({ structuredClone });
  everything.runInContext(realm);
  const script = `${pollution};
    let text;
    try { text = conformance(); } catch (error) { text = String(error); }
    for (const example of examples) text += "\\n" + example();
    text`;
  return String(new Script(script).runInContext(realm)).split("\n");
}

/** The first lines that differ. */
function differences(polluted: readonly string[]): string[] {
  return clean.flatMap((line, k) => (line === polluted[k] ? [] : [`${line} BUT ${polluted[k]}`])).slice(0, 5);
}

beforeAll(async () => {
  everything = await scriptOfEverything();
  clean = results("");
}, 120_000);

it("has examples that work", () => {
  expect(clean.length).toBeGreaterThan(300);
  expect(clean.filter((line) => / → (Reference|Type|Syntax)Error/.test(line))).toEqual([]);
  expect(absent.size).toBeGreaterThan(150);
});

describe("what may be absent, on Object.prototype,", () => {
  const names = JSON.stringify([...absent]);
  it.each([
    ["as true", `for (const name of ${names}) Object.prototype[name] = true`],
    [
      "as accessors that are not enumerable",
      `for (const name of ${names})
        Object.defineProperty(Object.prototype, name, { __proto__: null, get: () => "hostile", set() {} })`,
    ],
  ])("%s", (_how, pollution) => {
    expect(differences(results(pollution))).toEqual([]);
  });
});

describe("the numbers of elements", () => {
  const accessor = "{ get: () => 7, set() {} }";
  it("as setters and constants on Array.prototype", () => {
    const pollution = `for (const name of ["0", "1", "4"]) Object.defineProperty(Array.prototype, name, ${accessor});
      for (const name of ["2", "3", "7"]) Object.defineProperty(Array.prototype, name, { value: 7, writable: false })`;
    expect(differences(results(pollution))).toEqual([]);
  });

  // Engines are slow in such a realm, so this is the conformance program alone.
  it("as setters on Object.prototype", () => {
    const pollution = `for (const name of ["0", "1", "2", "3", "7"]) Object.defineProperty(Object.prototype, name, ${accessor});
      examples.length = 0`;
    expect(results(pollution)).toEqual(clean.slice(0, 1));
  });
});
