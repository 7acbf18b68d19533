/** What the registry will serve: the packed files, checked as its users' tools would read them. */
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..", "..");
const manifest = JSON.parse(readFileSync(resolve(root, "package.json"), "utf8")) as {
  readonly version: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<
    Record<string, string | { readonly types?: string; readonly node?: string; readonly default?: string }>
  >;
};

const packMilliseconds = 60_000;
let folder: string;
let tarball: string;
let files: readonly string[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "egop-packed-"));
  const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: root })
    .toString()
    .trim();
  tarball = join(folder, packed.split("\n").slice(-1)[0]);
  files = execFileSync("tar", ["tzf", tarball]).toString().trim().split("\n");
}, packMilliseconds);
afterAll(() => rmSync(folder, { recursive: true }));

describe("the packed library", () => {
  it("has for every module its declarations, the maps of both, and their source", () => {
    const modules = files.filter((file) =>
      /^package\/dist\/(?!for-node|exact-math|own-members).*(?<!\.min)\.js$/.test(file),
    );
    expect(modules.length).toBeGreaterThan(50);
    for (const module of modules) {
      const stem = module.slice(0, -3);
      const source = `${stem.replace("package/dist/", "package/src/")}.ts`;
      expect(files).toEqual(expect.arrayContaining([`${stem}.d.ts`, `${stem}.js.map`, `${stem}.d.ts.map`, source]));
    }
  });

  it("has for Node one file of all code, its map, and a file for each subpath", () => {
    const subpaths = Object.values(manifest.exports).flatMap((target) =>
      typeof target === "object" && target.node !== undefined ? [target.node.replace("./", "package/")] : [],
    );
    expect(subpaths.length).toBe(6);
    const common = ["all", "gradients", "shared"].flatMap((name) =>
      ["js", "js.map"].map((ending) => `package/dist/for-node/${name}.${ending}`),
    );
    expect(files.filter((file) => file.includes("/for-node/")).sort()).toEqual([...subpaths, ...common].sort());
  });

  it("exports the same names to Node as to bundlers", async () => {
    for (const target of Object.values(manifest.exports)) {
      if (typeof target !== "object" || target.node === undefined || target.default === undefined) continue;
      const [forNode, forBundlers] = await Promise.all(
        [target.node, target.default].map(
          async (path) => import(/* @vite-ignore */ resolve(root, path)) as Promise<object>,
        ),
      );
      expect(Object.keys(forNode).sort()).toEqual(Object.keys(forBundlers).sort());
    }
  });

  it("depends on nothing", () => {
    expect(manifest.dependencies).toEqual({});
  });

  it("has nothing that is not for users", () => {
    const others = files.filter(
      (file) => !/^package\/(dist|src)\/|^package\/(package\.json|LICENSE|\w+\.md)$/.test(file),
    );
    expect(others).toEqual([]);
    expect(files.filter((file) => file.endsWith(".tsbuildinfo"))).toEqual([]);
  });

  it("is clean by publint", async () => {
    const bytes = readFileSync(tarball);
    const data = new Uint8Array(bytes).buffer;
    const { messages } = await publint({ pack: { tarball: data }, strict: true });
    expect(messages).toEqual([]);
  });

  it("has right types by are-the-types-wrong", async () => {
    const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(tarball))), {
      excludeEntrypoints: ["egop.min.js", "./egop.min.js", "egop.wasm", "./egop.wasm"],
    });
    if (!analysis.types) throw new Error("no types were found");
    // An ESM-only library: old resolution finds no subpaths, and require() gets ESM, which Node takes from 20.19 on.
    const known = new Set(["NoResolution", "CJSResolvesToESM"]);
    const problems = analysis.problems.filter(
      (problem) =>
        !known.has(problem.kind) ||
        ("resolutionKind" in problem && problem.resolutionKind !== "node10" && problem.resolutionKind !== "node16-cjs"),
    );
    expect(problems).toEqual([]);
  });
});

describe("jsr.json", () => {
  const jsr = JSON.parse(readFileSync(resolve(root, "jsr.json"), "utf8")) as {
    readonly version: string;
    readonly license: string;
    readonly exports: Readonly<Record<string, string>>;
  };

  it("says what package.json says", () => {
    expect(jsr.version).toBe(manifest.version);
    expect(jsr.license).toBe(manifest.license);
    const types = Object.entries(manifest.exports).flatMap(([subpath, target]) =>
      typeof target === "object" && target.types !== undefined ? [[subpath, target.types] as const] : [],
    );
    expect(jsr.exports).toEqual(
      Object.fromEntries(types.map(([s, t]) => [s, t.replace("/dist/", "/dist/jsr/").replace(/\.d\.ts$/, ".js")])),
    );
    for (const path of Object.values(jsr.exports)) expect(existsSync(resolve(root, path))).toBe(true);
  });

  it("publishes the modules of the build, guards and all, with declarations that name declarations", () => {
    const own = resolve(root, "dist", "jsr");
    const names = readdirSync(own, { recursive: true, encoding: "utf8" });
    const modules = names.filter((name) => name.endsWith(".js"));
    expect(modules.length).toBeGreaterThan(50);
    for (const name of modules) {
      const published = readFileSync(join(own, name), "utf8").replace('/* @ts-self-types="./index.d.ts" */\n', "");
      expect(readFileSync(resolve(root, "dist", name), "utf8").startsWith(published.trimEnd())).toBe(true);
    }
    expect(readFileSync(join(own, "linalg", "product.js"), "utf8")).toMatch(/from "\.\.\/own-members\.js"/);
    for (const name of names.filter((each) => each.endsWith(".d.ts")))
      expect(readFileSync(join(own, name), "utf8")).not.toMatch(/ from "\.[^"]*(?<!\.d)\.ts"/);
    for (const path of Object.values(jsr.exports))
      expect(readFileSync(resolve(root, path), "utf8")).toMatch(/^\/\* @ts-self-types="\.\/index\.d\.ts" \*\/\n/);
  });
});
