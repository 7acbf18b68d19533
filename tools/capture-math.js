/**
 * A step of the build: dist/exact-math.js takes the members of Math that the library uses when it is loaded, and every module
 * takes them from there, so that a script that replaces Math afterwards changes no result. `Math.sqrt` becomes `Math_sqrt`,
 * which leaves every column in its place for the source maps, and the first line begins with the import. What is done already
 * stays as it is.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { URL } from "node:url";

const dist = new URL("../dist/", import.meta.url);
/** The members that eslint.config.js allows in src/. */
const exact = ["sqrt", "abs", "floor", "ceil", "trunc", "sign", "min", "max", "imul", "clz32", "fround", "PI"];
const common = "exact-math.js";

writeFileSync(new URL(common, dist), exact.map((name) => `export const Math_${name} = Math.${name};\n`).join(""));
for (const name of readdirSync(dist, { recursive: true })) {
  if (!name.endsWith(".js") || name.endsWith(".min.js") || name === common || name.includes("for-node")) continue;
  const path = name.replaceAll("\\", "/");
  const file = new URL(path, dist);
  const code = readFileSync(file, "utf8");
  const members = new Set();
  const captured = code.replace(/\bMath\.([a-zA-Z0-9]+)/g, (_whole, member) => {
    members.add(`Math_${member}`);
    return `Math_${member}`;
  });
  if (members.size === 0) continue;
  const up = "../".repeat(path.split("/").length - 1) || "./";
  writeFileSync(file, `import { ${[...members].sort().join(", ")} } from "${up}${common}"; ${captured}`);
}
