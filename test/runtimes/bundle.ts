/**
 * The conformance program as one script for any engine, bundled from the packed library: what a user would install. The
 * script leaves two functions in the global scope, `egopFirst` and `egopAll`, that return digests.
 */
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Rows of the digits that the program trains on, each pixel the sum of four. */
const rows = 145;

/** Packs the library, unpacks it as a dependency in `folder`, and returns the script. */
export async function bundle(root: string, folder: string): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  const installed = join(folder, "node_modules", "egop");
  mkdirSync(installed, { recursive: true });
  const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: root })
    .toString()
    .trim();
  execFileSync("tar", ["xzf", join(folder, packed.split("\n").slice(-1)[0]), "-C", installed, "--strip-components=1"]);
  copyFileSync(join(root, "test", "runtimes", "conformance.ts"), join(folder, "conformance.ts"));
  writeFileSync(join(folder, "digits.json"), JSON.stringify(digits(join(root, "lab", "data", "digits.csv"))));
  writeFileSync(
    join(folder, "entry.ts"),
    `import { conformance, firstGradient } from "./conformance.ts";
import digits from "./digits.json";
globalThis.egopFirst = () => firstGradient(digits);
globalThis.egopAll = () => conformance(digits);
`,
  );
  const result = await build({
    absWorkingDir: folder,
    entryPoints: ["entry.ts"],
    bundle: true,
    format: "iife",
    target: "es2022",
    write: false,
    logLevel: "error",
  });
  return result.outputFiles[0].text;
}

function digits(path: string): number[][] {
  const lines = readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .slice(1, 1 + rows);
  return lines.map((line) => {
    const pixels = line.split(",").map(Number);
    const sums = Array.from({ length: 16 }, (_, k) => {
      const at = 16 * Math.floor(k / 4) + 2 * (k % 4);
      return pixels[at] + pixels[at + 1] + pixels[at + 8] + pixels[at + 9];
    });
    return [...sums, pixels[64]];
  });
}
