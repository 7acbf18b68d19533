/**
 * A step of the build: dist/for-node/, what Node, Deno and Bun load. Their loaders take a third of a millisecond for each of
 * the modules in dist/, so here the same code is in two files: what a gradient needs (all of egop/autodiff), which is parsed
 * in half the time, and all the rest. A file for each subpath names what of them is its own. Bundlers go on to take the
 * modules, which shake better. The kernels' bytes are assembled ahead. The source maps lead to the sources, for
 * `node --enable-source-maps`.
 */
import { build, transform } from "esbuild";
import { Buffer } from "node:buffer";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath, URL } from "node:url";
import { allBytes, productBytes, reflectorKernels } from "../dist/linalg/webassembly/bytes.js";

const root = fileURLToPath(new URL("..", import.meta.url));

const base64 = (bytes) => JSON.stringify(Buffer.from(bytes).toString("base64"));
/** The module src/linalg/webassembly/bytes.ts, where that of programs is the one with all kernels. */
const bytesModule = `
const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
function decoded(text) {
  const values = new Uint8Array(128);
  for (let k = 0; k < 64; k++) values[digits.charCodeAt(k)] = k;
  const bytes = new Uint8Array((text.length / 4) * 3 - (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0));
  for (let k = 0, at = 0; k < text.length; k += 4) {
    let word = 0;
    for (let i = 0; i < 4; i++) word = (word << 6) | values[text.charCodeAt(k + i)];
    for (let shift = 16; shift >= 0; shift -= 8) bytes[at++] = word >> shift;
  }
  return bytes;
}
export const productBytes = () => decoded(${base64(productBytes())});
export const reflectorKernels = () => decoded(${base64(reflectorKernels())});
export const allBytes = () => decoded(${base64(allBytes())});
export { allBytes as programKernels, allBytes as matrixKernels, allBytes as panelKernels };
`;

const subpaths = ["index", "math", "linalg", "autodiff", "optim", "egop"];
const folder = new URL("../dist/for-node/", import.meta.url);
rmSync(folder, { recursive: true, force: true });

/** Names that two subpaths have are two names in the common file. */
const lists = await Promise.all(
  subpaths.map(async (subpath) => {
    const module = subpath === "index" ? "./dist/index.js" : `./dist/${subpath}/index.js`;
    const names = Object.keys(await import(new URL(`../${module}`, import.meta.url).href));
    return { subpath, module, pairs: names.map((name) => [name, `${subpath}_${name}`]) };
  }),
);
const listOf = (pairs) => pairs.map(([from, to]) => `${from} as ${to}`).join(", ");

const reexports = ({ module, pairs }) => `export { ${listOf(pairs)} } from "../.${module}";\n`;
mkdirSync(folder, { recursive: true });
/** The subpath that comes without the rest; its names are those of the front door too. */
const alone = lists.find(({ subpath }) => subpath === "autodiff");
writeFileSync(new URL("gradients.js", folder), reexports(alone));
writeFileSync(new URL("all.js", folder), lists.map(reexports).join(""));

const bundle = await build({
  absWorkingDir: root,
  entryPoints: ["dist/for-node/gradients.js", "dist/for-node/all.js"],
  outdir: "dist/for-node",
  write: false,
  splitting: true,
  chunkNames: "shared",
  bundle: true,
  format: "esm",
  target: "es2022",
  sourcemap: "inline",
  sourcesContent: false,
  logLevel: "error",
  plugins: [
    {
      name: "kernels",
      setup: (bundler) =>
        bundler.onLoad({ filter: /webassembly.bytes\.js$/ }, () => ({ contents: bytesModule, loader: "js" })),
    },
  ],
});

/**
 * esbuild makes `var` of what a module calls `const`. V8 then loads tables and numbers anew in every loop, which takes twice
 * the time: so those that nothing assigns to are constants again.
 */
function withConstants(plain) {
  return plain.replace(/^var (\w+) = /gm, (whole, name) => {
    const assigned = new RegExp(
      `(?<![\\w.])${name}(?: (?:[-+*/%&|^?<>]{1,3})?= |\\+\\+|--)|(?:\\+\\+|--)${name}\\b`,
      "g",
    );
    return plain.match(assigned).length > 1 ? whole : `const ${name} = `;
  });
}

for (const { path, text } of bundle.outputFiles) {
  const name = basename(path);
  const { code, map } = await transform(withConstants(text), {
    minify: true,
    format: "esm",
    target: "es2022",
    sourcemap: "external",
    sourcesContent: false,
    sourcefile: `dist/for-node/${name}`,
  });
  writeFileSync(new URL(name, folder), `${code}//# sourceMappingURL=${name}.map\n`);
  writeFileSync(new URL(`${name}.map`, folder), map);
}
for (const { subpath, pairs } of lists)
  writeFileSync(
    new URL(`${subpath}.js`, folder),
    `export { ${listOf(pairs.map(([name, common]) => [common, name]))} } from "./${subpath === alone.subpath ? "gradients" : "all"}.js";\n`,
  );
