/**
 * The public surface as text: every export of every subpath with its declaration, without comments. A change of it is a
 * change of api-report.txt, to be seen and committed: `npm run api:report` writes the file anew.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..", "..");

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly types?: string }>>;
}

function report(): string {
  const { exports } = JSON.parse(readFileSync(resolve(root, "package.json"), "utf8")) as Manifest;
  const entries = Object.entries(exports).flatMap(([subpath, target]) =>
    typeof target === "object" && target.types !== undefined ? [{ subpath, file: resolve(root, target.types) }] : [],
  );
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, lib: ["lib.es2022.d.ts"], types: [] },
  );
  const checker = program.getTypeChecker();
  const printer = ts.createPrinter({ removeComments: true });
  const sections = entries.map(({ subpath, file }) => {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (!module) throw new Error(`${file} is not a module`);
    const symbols = checker.getExportsOfModule(module).sort((a, b) => (a.name < b.name ? -1 : 1));
    const lines = symbols.flatMap((symbol) => {
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      const renamed = target.name === symbol.name ? "" : ` (${target.name})`;
      const declarations = (target.declarations ?? []).map((node) =>
        printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile()),
      );
      return [`## ${symbol.name}${renamed}`, ...declarations, ""];
    });
    return [`# egop${subpath.slice(1)}`, "", ...lines].join("\n");
  });
  return sections.join("\n");
}

it("is the one in api-report.txt", async () => {
  await expect(report()).toMatchFileSnapshot("../../api-report.txt");
});
