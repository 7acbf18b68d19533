/**
 * A step of the build: dist/jsr/, what JSR publishes: the modules of dist/, so that the guards against polluted prototypes and
 * a replaced Math are in them as in the package on npm. JSR follows paths as they are written, so in the declarations, which tsc leaves with the names of
 * the sources, these become names of declarations, and each subpath says where its own are.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath, URL } from "node:url";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const own = `${dist}jsr/`;

rmSync(own, { recursive: true, force: true });
for (const name of readdirSync(dist, { recursive: true })) {
  const path = name.replaceAll("\\", "/");
  const isDeclaration = path.endsWith(".d.ts");
  if (path.startsWith("for-node/") || path === "egop.min.js" || !(isDeclaration || path.endsWith(".js"))) continue;
  const code = readFileSync(dist + path, "utf8").replace(/\n\/\/# sourceMappingURL=.*\n?$/, "\n");
  mkdirSync(dirname(own + path), { recursive: true });
  if (isDeclaration) writeFileSync(own + path, code.replace(/(from "|import\(")(\.[^"]*)\.ts"/g, '$1$2.d.ts"'));
  else
    writeFileSync(own + path, `${/(^|\/)index\.js$/.test(path) ? '/* @ts-self-types="./index.d.ts" */\n' : ""}${code}`);
}
