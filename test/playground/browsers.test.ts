/** The page in real browsers: it gives the command line's numbers, asks nobody for anything, and complains of nothing. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import axe from "axe-core";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runTurned, surfaceObjective } from "../../playground/src/compute/turned.ts";
import { surfaceSettings } from "../../playground/src/settings.ts";
import { run } from "../lab/process.ts";
import { absent, browsers, launch, openPage, serveSite, textOf, until, valuesIn, type Site } from "./browser.ts";

const folder = mkdtempSync(join(tmpdir(), "egop-page-"));
/** Milliseconds for what takes a few seconds on a machine without other work. */
const patience = 120_000;
let site: Site;

beforeAll(async () => {
  site = await serveSite();
}, patience);
afterAll(async () => {
  await site.close();
  rmSync(folder, { recursive: true });
});

/** What the command line prints, made once for all browsers. */
const remembered = new Map<string, Promise<unknown>>();
function command(flags: readonly string[]): Promise<unknown> {
  const text = flags.join(" ");
  const known = remembered.get(text) ?? run(...flags).then(({ stdout }) => JSON.parse(stdout) as unknown);
  remembered.set(text, known);
  return known;
}

/** The sixteen hexadecimal digits of a double. */
function bits(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
}

describe.each(browsers)("in $browser", ({ browser: name, ...options }) => {
  const skipped = absent(options.executablePath);
  let browser: Browser;

  beforeAll(async () => {
    if (!skipped) browser = await launch({ browser: name, ...options });
  }, patience);
  afterAll(async () => {
    if (!skipped) await browser.close();
  });

  it.skipIf(skipped)("the digits give the losses and accuracies of the command on the page, to the bit", async () => {
    const settings = "bases=original.egop.egop-by-tensor&steps=20&samples=150&rate=0.1&seed=3";
    const { page, requests, said } = await openPage(browser, `${site.address}#v=1&panel=digits&${settings}&run=1`);
    // How the work is cut into pieces, and whether it waits in between, changes no number. The page itself clicks, in the
    // frame that shows the first losses: word of it may come here when all runs are over.
    await page.evaluate(`new Promise((resolve) => {
      const look = () => {
        if (document.querySelector("#digits-runs data").value === "") return requestAnimationFrame(look);
        document.querySelector("#digits-pause").click();
        resolve();
      };
      look();
    })`);
    expect(await textOf(page, "#digits-status")).toBe("Paused.");
    await page.click("#digits-pause");
    await until(page, `document.querySelector("#panel-digits").dataset.state === "finished"`);
    const flags = (await textOf(page, "#digits-command")).split(" ").slice(3);
    expect(flags).toEqual(expect.arrayContaining(["--task", "digits", "--json"]));
    const { runs } = (await command(flags)) as Compared;
    expect(runs.length).toBe(6);
    const values = await valuesIn(page, "digits-values");
    expect(values.length).toBe(21);
    values.forEach((row, step) =>
      expect(row.map((value) => bits(Number(value)))).toEqual(runs.map(({ losses }) => bits(losses[step]))),
    );
    expect(await valuesIn(page, "digits-runs")).toEqual(
      runs.map(({ losses, testAccuracy, stepsToTarget }) => [
        ...[String(losses[20]), "20", stepsToTarget === null ? "–" : String(stepsToTarget)],
        `${(100 * testAccuracy).toFixed(1)} %`,
      ]),
    );
    expect(await textOf(page, "#digits-status")).toMatch(/^Finished\. Adam in EGOP axes is after \d+ steps/);
    expect(asked(requests)).toEqual(["", "assets/digits.worker.js", "assets/index.css", "assets/index.js"]);
    expect(said).toEqual([]);
    await page.close();
  });

  it.skipIf(skipped)("a typed function has the spectrum that the command gives for it, to the bit", async () => {
    const settings = "start=-1.2_1&deviation=0.5&samples=50&seed=2&steps=30&sgd=0.0001";
    const formula = encodeURIComponent("(1 - x)^2 + 100*(y - x^2)^2");
    const address = `${site.address}#v=1&panel=function&formula=${formula}&${settings}`;
    const { page, requests, said } = await openPage(browser, address);
    await until(page, `document.querySelector("#function-eigen data") !== null`);
    const flags = ["spectrum", "--module", rosenbrock(), "--samples", "50", "--seed", "2", "--json"];
    const { eigenvalues } = (await command(flags)) as { readonly eigenvalues: readonly number[] };
    const rows = await valuesIn(page, "function-eigen");
    expect(rows.map(([value]) => bits(Number(value)))).toEqual(eigenvalues.map(bits));
    expect(await textOf(page, "#function-advice")).toMatch(/worth it/i);
    expect((await valuesIn(page, "function-values")).length).toBe(21);

    // A mistake is named with its place, underlined, and changes nothing.
    await page.focus("#formula");
    await page.keyboard.press("End");
    await page.keyboard.type(" + sin x");
    await until(page, `document.querySelector("#formula-problem").textContent !== ""`);
    expect(await textOf(page, "#formula-problem")).toBe("At character 31: sin needs its value in parentheses: sin(x).");
    expect(await textOf(page, ".underlined mark")).toBe("sin");
    expect(await valuesIn(page, "function-eigen")).toEqual(rows);

    // Three variables have no map, but fields of their own; where there is no value at the start, the page says so.
    await fill(page, "#formula", "input", "log(a) + b^2 + c^2");
    await until(page, `document.querySelectorAll("#panel-function input[id^=start-]").length === 3`);
    await fill(page, "#start-0", "change", "-1");
    await until(page, `document.querySelector("#formula-problem").textContent.includes("NaN")`);
    expect(await textOf(page, "#formula-problem")).toMatch(/^It cannot be run: /);
    await fill(page, "#start-0", "change", "one");
    expect(await textOf(page, "#start-0-problem")).toBe("a starts at: expected a number from -1000000 to 1000000.");
    expect(asked(requests)).toEqual(["", "assets/functions.worker.js", "assets/index.css", "assets/index.js"]);
    expect(said).toEqual([]);
    await page.close();
  });

  it.skipIf(skipped)(
    "a surface is turned by keyboard and by hand, with Node's numbers; a link brings it back",
    async () => {
      const address = `${site.address}#v=1&panel=surface&surface=canyon&angle=37&steps=50&step=20`;
      const { page, said } = await openPage(browser, address);
      const objective = surfaceObjective("canyon");
      const expected = (angle: number): readonly string[][] =>
        runTurned(objective, { ...surfaceSettings("canyon"), angle, steps: 50 }).descents.map(({ losses }) =>
          [losses[20], losses[50]].map(bits),
        );
      const shown = async (on: Page): Promise<readonly string[][]> =>
        (await valuesIn(on, "surface-runs")).map((row) => row.map((value) => bits(Number(value))));
      const turnedTo = (angle: number): string =>
        `document.querySelector("canvas.dial").getAttribute("aria-label").includes("turned by ${angle}°")`;
      await until(page, turnedTo(37));
      expect(await shown(page)).toEqual(expected(37));
      await page.focus("#angle");
      for (let k = 0; k < 3; k++) await page.keyboard.press("ArrowRight");
      await until(page, turnedTo(40));
      expect(await shown(page)).toEqual(expected(40));
      await page.evaluate(`document.querySelector("canvas.dial").scrollIntoView({ block: "center" })`);
      const box = await (await page.$("canvas.dial"))?.boundingBox();
      if (box === null || box === undefined) throw new Error("the dial is not on the page");
      await page.mouse.move(box.x + 0.8 * box.width, box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width / 2, box.y + 0.2 * box.height, { steps: 5 });
      await page.mouse.up();
      await until(page, turnedTo(130));
      expect(await shown(page)).toEqual(expected(130));
      await page.click("#surface-runs tbody tr:nth-child(3) input");
      await until(page, `/angle=130&.*&hide=2$/.test(location.hash)`);
      await until(page, `document.querySelector("#surface-verdict").textContent.includes("Adagrad ends between")`);
      const link = String(await page.evaluate(`document.querySelector("#share-link").value`));
      expect(link).toBe(await page.evaluate("location.href"));
      await page.close();

      const second = await openPage(browser, link);
      await until(second.page, turnedTo(130));
      expect(await shown(second.page)).toEqual(expected(130));
      expect(await second.page.evaluate(`document.querySelector("#surface").value`)).toBe("canyon");
      const checked = `Array.from(document.querySelectorAll("#surface-runs input"), (box) => box.checked)`;
      expect(await second.page.evaluate(checked)).toEqual([true, true, false, true, true, true]);
      expect([...said, ...second.said]).toEqual([]);
      await second.page.close();
    },
  );

  it.skipIf(skipped)("links from strangers are refused in words, and are never more than text", async () => {
    const { page, requests, said } = await openPage(
      browser,
      `${site.address}#v=1&panel=surface&surface=${encodeURIComponent("<img src=x onerror=alert(1)>")}`,
    );
    await until(page, `document.querySelector("#surface-runs data").value !== ""`);
    expect(await textOf(page, "#notice")).toBe(
      "This link cannot be opened: “surface” is “<img src=x onerror=alert(1)>”; expected valley, canyon, exponentials, " +
        "banana, ripples. The page has opened with its usual settings instead.",
    );
    const formula = "<script>document.title = 1</script>";
    const fragment = `#v=1&panel=function&formula=${encodeURIComponent(formula)}`;
    await page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
    await until(page, `document.querySelector("#formula")?.value === ${JSON.stringify(formula)}`);
    expect(await page.evaluate(`document.querySelector("#notice").hidden`)).toBe(true);
    expect(await textOf(page, "#formula-problem")).toContain("“<” means nothing here.");
    const marks = await page.evaluate(`[document.title, document.querySelectorAll("img, body script").length]`);
    expect(marks).toEqual(["egop playground", 0]);
    expect(requests.filter((each) => !each.startsWith(site.address))).toEqual([]);
    expect(said).toEqual([]);
    await page.close();
  });

  it.skipIf(skipped)("the page may ask nobody for anything, even if it wanted to", async () => {
    const { page } = await openPage(browser, site.address);
    const asking = (address: string): Promise<unknown> =>
      page.evaluate(`fetch("${address}").then(() => "asked", (error) => error.name)`);
    expect(await asking("./icon.svg")).toBe("TypeError");
    expect(await asking("https://example.com/")).toBe("TypeError");
    const policy = String(await page.evaluate(`document.querySelector("meta[http-equiv]").content`));
    expect(policy).toMatch(/^default-src 'none'; .*connect-src 'none'/);
    expect(policy).not.toContain("'unsafe-eval'");
    await page.close();
  });

  it.skipIf(skipped)("meets WCAG AA in every panel, light and dark, wide and as narrow as a phone", async () => {
    const { page } = await openPage(browser, site.address);
    await page.evaluate(axe.source);
    const ready: readonly (readonly [panel: string, settings: string, condition: string])[] = [
      ["surface", "step=60", `document.querySelector("#surface-verdict").textContent.includes("Adam ends")`],
      ["digits", "run=1&steps=5&samples=10", `document.querySelector("#panel-digits").dataset.state === "finished"`],
      ["function", "formula=a^2+%2B+b*c", `document.querySelector("#function-eigen data") !== null`],
    ];
    for (const [panel, settings, condition] of ready) {
      await page.evaluate(`location.hash = "#v=1&panel=${panel}&${settings}"`);
      await until(page, `!document.querySelector("#panel-${panel}").hidden && ${condition}`);
      for (const width of [1280, 390]) {
        await page.setViewport({ width, height: 900 });
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
        // Firefox' protocol cannot choose the scheme.
        for (const scheme of name === "chrome" ? ["light", "dark"] : ["light"]) {
          if (name === "chrome") await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
          expect(await violations(page), `${panel}, ${width} pixels, ${scheme}`).toEqual([]);
        }
      }
    }
    await page.close();
  });

  it.skipIf(skipped)("tabs go by arrow keys, and only one of them is in the way of the Tab key", async () => {
    const { page } = await openPage(browser, `${site.address}#v=1&panel=surface&step=1`);
    const focused = (): Promise<unknown> => page.evaluate("document.activeElement.id");
    await page.focus("#tab-surface");
    await page.keyboard.press("ArrowLeft");
    expect(await focused()).toBe("tab-function");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    expect(await focused()).toBe("tab-digits");
    expect(await page.evaluate(`document.querySelector("#panel-digits").hidden`)).toBe(false);
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("panel-digits");
    await page.close();
  });

  it.skipIf(skipped)("holds the frames of a page that draws nothing, while the network trains", async () => {
    const empty = await browser.newPage();
    const { page } = await openPage(browser, `${site.address}#v=1&panel=digits&steps=2000&samples=200&run=1`);
    await until(page, `document.querySelector("#digits-runs data").value !== ""`);
    // Work on the machine takes frames from any page, the worker's own included. So each window is beside one on an empty
    // page with a busy worker, while training waits; and one of eight pairs has to be alike.
    const pairs: { readonly training: Frames; readonly nothing: Frames }[] = [];
    while (pairs.length < 8 && !pairs.some(alike)) {
      const training = await frames(page, 2000);
      expect(await page.evaluate(`document.querySelector("#panel-digits").dataset.state`)).toBe("running");
      await page.click("#digits-pause");
      await empty.bringToFront();
      await empty.evaluate(`busy = new Worker(URL.createObjectURL(new Blob(["for (;;);"])))`);
      pairs.push({ training, nothing: await frames(empty, 500) });
      await empty.evaluate("busy.terminate()");
      await page.bringToFront();
      await page.click("#digits-pause");
    }
    const words = pairs.map(
      ({ training, nothing }) =>
        `${training.perSecond.toFixed(1)} (an empty page ${nothing.perSecond.toFixed(1)}; tasks above 50 ms: ${training.longTasks.length})`,
    );
    if (name === "chrome") {
      // The processor's time, whatever else the machine does: the main thread of the page is idle most of each second.
      const share = await mainThreadShare(page);
      console.log(`${name}, share of a second that the main thread works while training: ${share.toFixed(3)}`);
      expect(share).toBeLessThan(0.25);
    }
    console.log(`${name}, frames a second while training: ${words.join(", ")}`);
    expect(pairs.some(alike), words.join(", ")).toBe(true);
    await page.close();
    await empty.close();
  });
});

interface Compared {
  readonly runs: readonly {
    readonly losses: readonly number[];
    readonly testAccuracy: number;
    readonly stepsToTarget: number | null;
  }[];
}

/** The page's own files that were asked for, without the hashes in their names. */
function asked(requests: readonly string[]): readonly string[] {
  const files = requests.map((address) => {
    expect(address.startsWith(site.address)).toBe(true);
    return address
      .slice(site.address.length)
      .replace(/#.*/, "")
      .replace(/-[\w-]{8}\./, ".");
  });
  return files.filter((file) => file !== "icon.svg").sort();
}

/** A module for the command line: the same function, written with the library. */
function rosenbrock(): string {
  const path = join(folder, "rosenbrock.mjs");
  const library = new URL("../../dist/index.js", import.meta.url).href;
  writeFileSync(
    path,
    `import { add, differentiable, layout, multiply, reshape, slice, square, subtract, sum } from ${JSON.stringify(library)};
const loss = differentiable(layout({ point: [2] }), {}, ({ point }) => {
  const [x, y] = [slice(point, 0, 0, 1), slice(point, 0, 1, 2)];
  return reshape(sum(add(square(subtract(1, x)), multiply(100, square(subtract(y, square(x)))))), []);
}).on({});
export const { dimension, valueAndGradient } = loss;
export const start = [-1.2, 1];
export const deviation = 0.5;
`,
  );
  return path;
}

/** Writes into a field as a hand would, all at once. */
async function fill(page: Page, selector: string, event: "input" | "change", text: string): Promise<void> {
  await page.evaluate(`(() => {
    const field = document.querySelector(${JSON.stringify(selector)});
    field.value = ${JSON.stringify(text)};
    field.dispatchEvent(new Event(${JSON.stringify(event)}));
  })()`);
}

/** What axe finds against WCAG 2.2 AA, with the elements. */
async function violations(page: Page): Promise<unknown> {
  return page.evaluate(`axe
    .run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] })
    .then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))]))`);
}

interface Frames {
  readonly perSecond: number;
  /** Milliseconds of those above 50; Firefox does not tell them. */
  readonly longTasks: readonly number[];
}

/** As many frames as where nothing is drawn, but for one in twenty, and no task that keeps the page from the next ones. */
function alike({ training, nothing }: { readonly training: Frames; readonly nothing: Frames }): boolean {
  return training.perSecond >= 0.95 * Math.min(nothing.perSecond, 60) && training.longTasks.length === 0;
}

/** Seconds of the processor that the page's main thread takes per second. */
async function mainThreadShare(page: Page): Promise<number> {
  const session = await page.createCDPSession();
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const taken = async (): Promise<number> => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find((metric) => metric.name === "TaskDuration")?.value ?? NaN;
  };
  const [begin, before] = [performance.now(), await taken()];
  await sleep(1000);
  return ((await taken()) - before) / ((performance.now() - begin) / 1000);
}

/** Counts frames for some milliseconds. */
async function frames(page: Page, milliseconds: number): Promise<Frames> {
  return (await page.evaluate(`new Promise((resolve) => {
    const longTasks = [];
    const observer = PerformanceObserver.supportedEntryTypes.includes("longtask")
      ? new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration)))
      : undefined;
    observer?.observe({ type: "longtask" });
    let first;
    let count = -1;
    requestAnimationFrame(function frame(time) {
      first ??= time;
      count++;
      if (time - first < ${milliseconds}) requestAnimationFrame(frame);
      else {
        observer?.disconnect();
        resolve({ perSecond: (1000 * count) / (time - first), longTasks });
      }
    });
  })`)) as Frames;
}
