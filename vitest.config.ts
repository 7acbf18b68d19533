import { defineConfig } from "vitest/config";

/** Where to write the counts as JSON, for the script that decides what lands. */
const counts = process.env["TEST_COUNTS"];

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 120_000,
    maxWorkers: 2,
    ...(counts === undefined ? {} : { reporters: ["default", "json"], outputFile: { json: counts } }),
  },
});
