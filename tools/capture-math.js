/**
 * The last step of the build: every module in dist/ takes the members of Math that it uses when it is loaded, so that a
 * script that replaces Math afterwards changes no result. `Math.sqrt` becomes `Math_sqrt`, which leaves every column in
 * its place for the source maps, and the first line begins with the declaration. What is done already stays as it is.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { URL } from "node:url";

const dist = new URL("../dist/", import.meta.url);

for (const name of readdirSync(dist, { recursive: true })) {
  if (!name.endsWith(".js") || name.endsWith(".min.js")) continue;
  const file = new URL(name.replaceAll("\\", "/"), dist);
  const code = readFileSync(file, "utf8");
  const members = new Set();
  const captured = code.replace(/\bMath\.([a-zA-Z0-9]+)/g, (_whole, member) => {
    members.add(member);
    return `Math_${member}`;
  });
  if (members.size === 0) continue;
  const pairs = [...members].sort().map((member) => `${member}: Math_${member}`);
  writeFileSync(file, `const { ${pairs.join(", ")} } = Math; ${captured}`);
}
