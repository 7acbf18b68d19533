/** A table of runs with their values, which change while they run; every number is there with all its digits. */
import type { Stroke } from "../drawing/stroke.ts";
import { swatch } from "../drawing/swatch.ts";
import { element } from "./element.ts";
import { shortNumber } from "./format.ts";

/** What heads a row. */
export interface RowHead {
  readonly stroke: Stroke;
  readonly optimizer: string;
  readonly coordinates: string;
}

/** Numbers in cells, or words where there is none. */
export type Cell = number | string;

export interface RunTable {
  readonly root: HTMLElement;
  /** Sets the cells of a row that have changed. */
  set(row: number, cells: readonly Cell[]): void;
  /** The rows whose boxes are checked. */
  readonly shown: readonly boolean[];
  /** The numbers of the others. */
  readonly hidden: readonly number[];
  /** Unchecks these boxes and checks the others. */
  hide(hidden: readonly number[]): void;
}

/** A table with one row a run: a box that shows or hides its curve, what it is, and one cell for each of `columns`. */
export function runTable(
  id: string,
  caption: string,
  heads: readonly RowHead[],
  columns: readonly string[],
  onShow: () => void,
): RunTable {
  const shown = heads.map(() => true);
  const cells = heads.map(() => columns.map(() => element("data", { value: "" }, "–")));
  const boxes: HTMLInputElement[] = [];
  const rows = heads.map(({ stroke, optimizer, coordinates }, row) => {
    const box = element("input", {
      type: "checkbox",
      "aria-label": `Show ${optimizer}, ${coordinates}`,
      checked: true,
    });
    boxes.push(box);
    box.addEventListener("change", () => {
      shown[row] = box.checked;
      onShow();
    });
    return element(
      "tr",
      {},
      element("td", {}, box),
      element(
        "th",
        { scope: "row" },
        swatch(stroke),
        element("span", {}, `${optimizer}, `),
        element("small", {}, coordinates),
      ),
      ...cells[row].map((cell) => element("td", { class: "number" }, cell)),
    );
  });
  const head = element(
    "tr",
    {},
    element("th", { scope: "col" }, element("span", { class: "unseen" }, "Shown")),
    element("th", { scope: "col" }, "Run"),
    ...columns.map((column) => element("th", { scope: "col", class: "number" }, column)),
  );
  const table = element(
    "table",
    { id },
    element("caption", {}, caption),
    element("thead", {}, head),
    element("tbody", {}, ...rows),
  );
  return {
    root: element("div", { class: "scroll", role: "region", "aria-label": caption, tabindex: 0 }, table),
    shown,
    get hidden() {
      return [...shown.keys()].filter((row) => !shown[row]);
    },
    hide(hidden) {
      boxes.forEach((box, row) => (box.checked = shown[row] = !hidden.includes(row)));
    },
    set(row, values) {
      values.forEach((value, column) => setCell(cells[row][column], value));
    },
  };
}

/** A number is shown short and kept whole: the shortest decimals that give the same double. */
export function setCell(cell: HTMLDataElement, value: Cell): void {
  const whole = String(value);
  if (cell.value === whole) return;
  cell.value = whole;
  cell.textContent = typeof value === "number" ? shortNumber(value) : value;
}
