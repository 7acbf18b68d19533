/**
 * How an objective is named across machines: by the path of its module below a folder that both sides choose for
 * themselves, and by a hash of its contents. A worker opens nothing outside its own folder, and runs nothing whose hash
 * differs, so what stands in the queue can pick among the modules that were put there, and do no more.
 *
 * The hash is SHA-256 over the module and, recursively, over every file that a text in it names: each string between
 * quotes or backticks that begins with ./ or ../ and leads to a file, which covers static imports, imports of a fixed path
 * and `new URL("./data.csv", import.meta.url)`. What is named otherwise (a path put together at run time) must be listed
 * in `files`. Packages (`import "egop"`) are not covered; of the library itself the version is compared (see payload.ts).
 */
import { createHash } from "node:crypto";
import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { messageOf, PayloadError, RefusedError } from "./errors.ts";

/** The name of an objective, as plain data. */
export interface ObjectiveReference {
  /** The path of the module below the folder of objectives, with slashes: "digits.js", "models/wine.js". */
  readonly module: string;
  /** Further files that belong to the objective, below the same folder. */
  readonly files: readonly string[];
  /** "sha256:" and 64 hexadecimal digits. */
  readonly hash: string;
}

export interface ReferenceOptions {
  /** The folder that paths are relative to; default the current one. */
  readonly root?: string;
  /** Files that the hash should cover and the module does not name in a string. */
  readonly files?: readonly string[];
}

/** More files than this are no objective but a mistake. */
const mostFiles = 10_000;

/**
 * Refers to a module as it is now. `module` is a path below `root`, or an absolute one that leads there.
 *
 * Throws PayloadError for a path outside the folder, RefusedError for files that are not there.
 */
export function objectiveReference(module: string, options: ReferenceOptions = {}): ObjectiveReference {
  const { root = process.cwd(), files = [] } = options;
  const named = (path: string): string => relative(resolve(root), resolve(root, path)).split(sep).join("/");
  const reference = { module: named(module), files: files.map(named) };
  return { ...reference, hash: hashOf(locate(reference, root)) };
}

/**
 * The absolute path of a referenced module, whose contents are those of the reference. Throws PayloadError for a path that
 * leads out of `root`, RefusedError for other contents, or none.
 */
export function verifyReference(reference: ObjectiveReference, root: string): string {
  const located = locate(reference, root);
  const hash = hashOf(located);
  if (hash !== reference.hash)
    throw new RefusedError(`${reference.module} has other contents here: ${hash}; the job is for ${reference.hash}.`);
  return located[0];
}

/** The absolute paths of the module and its further files. */
function locate({ module, files }: Omit<ObjectiveReference, "hash">, root: string): readonly [string, ...string[]] {
  const folder = realPath(resolve(root), root);
  const find = (path: string): string => {
    if (
      path === "" ||
      isAbsolute(path) ||
      path.includes("\\") ||
      path.includes("\0") ||
      /^[a-z][a-z0-9+.-]*:/i.test(path)
    )
      throw new PayloadError(`The objective is "${path}"; expected a path below the folder of objectives.`);
    // Links are followed first, so that none leads out.
    const found = realPath(join(folder, path), path);
    if (!found.startsWith(folder + sep))
      throw new PayloadError(`The objective "${path}" lies outside the folder of objectives.`);
    return found;
  };
  return [find(module), ...files.map(find)];
}

function realPath(path: string, named: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    // Another worker may have it.
    throw new RefusedError(`"${named}" cannot be opened here (${messageOf(error)}).`);
  }
}

function hashOf([module, ...files]: readonly [string, ...string[]]): string {
  const folder = dirname(module);
  const contents = new Map<string, Buffer>();
  const waiting = [module, ...files];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (contents.has(path)) continue;
    if (contents.size === mostFiles) throw new PayloadError(`"${module}" names more than ${mostFiles} files.`);
    const content = contentOf(path);
    contents.set(path, content);
    if (/\.[cm]?[jt]s$/.test(path)) waiting.push(...namedFiles(content.toString("utf8"), dirname(path)));
  }
  const total = createHash("sha256");
  for (const path of [...contents.keys()].sort()) {
    const digest = createHash("sha256")
      .update(contents.get(path) ?? "")
      .digest("hex");
    total.update(`${JSON.stringify(relative(folder, path).split(sep).join("/"))} ${digest}\n`);
  }
  return `sha256:${total.digest("hex")}`;
}

function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new PayloadError(`"${path}" cannot be read (${messageOf(error)}).`);
  }
}

/** The files that strings of a source name, where they exist. */
function namedFiles(source: string, folder: string): string[] {
  const strings = [...source.matchAll(/(["'`])(\.\.?\/(?:(?!\1)[^\\\n])*)\1/g)].map(([, , path]) => path);
  return strings
    .map((path) => join(folder, path))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
    .map((path) => realpathSync(path));
}
