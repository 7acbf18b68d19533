/** Imports go one way: webassembly <- math <- linalg <- {autodiff, optim} <- egop <- lab. `src/errors.ts` may be imported by all. */
const between = (from, allowed) => ({
  name: `direction-${from}`,
  comment: `src/${from} may import only from ${["src/errors.ts", `src/${from}`, ...allowed.map((a) => `src/${a}`)].join(", ")}.`,
  severity: "error",
  from: { path: `^src/${from}/` },
  to: { pathNot: `^src/(errors\\.ts$|(${[from, ...allowed].join("|")})/)` },
});
module.exports = {
  forbidden: [
    between("webassembly", []),
    between("math", ["webassembly"]),
    between("linalg", ["math", "webassembly"]),
    between("autodiff", ["math", "linalg"]),
    between("optim", ["math", "linalg", "webassembly"]),
    between("egop", ["math", "linalg", "autodiff", "optim"]),
    {
      name: "errors-stand-alone",
      severity: "error",
      from: { path: "^src/errors\\.ts$" },
      to: {},
    },
    {
      name: "library-has-no-dependencies",
      severity: "error",
      from: { path: "^src/" },
      to: { pathNot: "^src/" },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "no-unresolved", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "lab-uses-the-front-door",
      comment: "The lab imports the library by its package name, as users do.",
      severity: "error",
      from: { path: "^lab/" },
      to: { path: "^src/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules|dist" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: `${__dirname}/src/tsconfig.json` },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["types", "import", "default"] },
  },
};
