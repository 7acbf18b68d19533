/**
 * Whose line it was: an error in a traced function should point to the place where the user wrote the operation, not
 * into the library. Engines describe the stack in texts of their own, so this looks for the first place in the text that
 * is not in a file of this library, and says nothing where it finds none.
 */

/** ` (at FILE:LINE:COLUMN)`: the innermost place outside the library that is on the call stack; empty when unknown. */
export function callerLine(): string {
  // The property exists in V8, SpiderMonkey and JavaScriptCore, but it is no part of the language.
  const { stack }: { readonly stack?: unknown } = new Error("");
  if (typeof stack !== "string") return "";
  const places = stack
    .split("\n")
    .flatMap((line) => /((?:[a-z+-]+:\/\/|\/|[A-Z]:\\)[^()\s]*:\d+:\d+)/u.exec(line)?.[1] ?? []);
  const own = places.at(0);
  if (own === undefined) return "";
  // This file is the first place; the library is the folder above its own, in the build for Node too.
  const folder = /^.*[/\\](?=(?:autodiff|for-node)[/\\])/u.exec(own)?.[0];
  const library = folder ?? own.replace(/:\d+:\d+$/u, "");
  const outside = places.find((place) => !place.startsWith(library));
  return outside === undefined ? "" : ` (at ${outside})`;
}
