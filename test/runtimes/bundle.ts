/**
 * The conformance program as one script for any engine, bundled from the packed library: what a user would install. The
 * script leaves the functions of program.ts in the global scope. The kernels' file comes from the package too.
 */
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Rows of the digits that the program trains on, each pixel the sum of four. */
const rows = 145;

/** The script, and where the packed library's compiled kernels are. */
export interface Bundle {
  readonly script: string;
  readonly kernels: string;
}

/** Packs the library, unpacks it as a dependency in `folder`, and bundles the script. */
export async function bundle(root: string, folder: string): Promise<Bundle> {
  rmSync(folder, { recursive: true, force: true });
  const installed = join(folder, "node_modules", "egop");
  mkdirSync(installed, { recursive: true });
  const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: root })
    .toString()
    .trim();
  execFileSync("tar", ["xzf", join(folder, packed.split("\n").slice(-1)[0]), "-C", installed, "--strip-components=1"]);
  for (const source of ["conformance.ts", "program.ts"])
    copyFileSync(join(root, "test", "runtimes", source), join(folder, source));
  writeFileSync(join(folder, "digits.json"), JSON.stringify(digits(join(root, "lab", "data", "digits.csv"))));
  writeFileSync(
    join(folder, "entry.ts"),
    `import { install } from "./program.ts";
import digits from "./digits.json";
install(digits);
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
  return { script: result.outputFiles[0].text, kernels: join(installed, "dist", "egop.wasm") };
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
