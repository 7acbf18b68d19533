/** All values of curves, at steps spread evenly over them, as a table that opens; and all of them as a file. */
import { button, element } from "./element.ts";
import { setCell } from "./table.ts";

interface ValueColumn {
  readonly title: string;
  /** values[t] after t steps; only the first `count` are there. */
  readonly values: Float64Array;
  readonly count: number;
}

export interface ValueTable {
  readonly root: HTMLDetailsElement;
  /** Shows columns; rows are steps, at most 21. `now` shows them even while the table is closed. */
  show(columns: readonly ValueColumn[], steps: number, now: boolean): void;
}

const mostRows = 20;

export function valueTable(id: string, caption: string, fileName: string): ValueTable {
  const table = element("table", { id });
  let shape = "";
  let cells: HTMLDataElement[][] = [];
  let last: readonly ValueColumn[] = [];
  const save = button("Save all steps as CSV", () => saveCsv(fileName, last));
  const root = element(
    "details",
    {},
    element("summary", {}, "Values, with all digits"),
    element("div", { class: "scroll", role: "region", "aria-label": caption, tabindex: 0 }, table),
    save,
  );

  function build(columns: readonly ValueColumn[], rows: readonly number[]): void {
    cells = rows.map(() => columns.map(() => element("data", { value: "" }, "–")));
    const head = ["Step", ...columns.map(({ title }) => title)];
    table.replaceChildren(
      element("caption", {}, caption),
      element(
        "thead",
        {},
        element("tr", {}, ...head.map((text) => element("th", { scope: "col", class: "number" }, text))),
      ),
      element(
        "tbody",
        {},
        ...rows.map((step, row) =>
          element(
            "tr",
            {},
            element("th", { scope: "row", class: "number" }, String(step)),
            ...cells[row].map((cell) => element("td", { class: "number" }, cell)),
          ),
        ),
      ),
    );
  }

  return {
    root,
    show(columns, steps, now) {
      last = columns;
      if (!root.open && !now) return;
      const count = Math.min(mostRows, steps);
      const rows = [...new Set(Array.from({ length: count + 1 }, (_value, k) => Math.round((k * steps) / count)))];
      const wanted = JSON.stringify([rows, columns.map(({ title }) => title)]);
      if (wanted !== shape) build(columns, rows);
      shape = wanted;
      rows.forEach((step, row) =>
        columns.forEach(({ values, count: known }, column) => {
          const cell = cells[row][column];
          setCell(cell, step < known ? values[step] : "–");
          if (step < known) cell.textContent = String(values[step]);
        }),
      );
    },
  };
}

/** One line a step, all digits. */
function saveCsv(fileName: string, columns: readonly ValueColumn[]): void {
  const length = Math.max(0, ...columns.map(({ count }) => count));
  const lines = Array.from({ length }, (_value, step) =>
    [step, ...columns.map(({ values, count }) => (step < count ? String(values[step]) : ""))].join(","),
  );
  const head = ["step", ...columns.map(({ title }) => title.replaceAll(",", ""))].join(",");
  const address = URL.createObjectURL(new Blob([`${[head, ...lines].join("\n")}\n`], { type: "text/csv" }));
  element("a", { href: address, download: fileName }).click();
  URL.revokeObjectURL(address);
}
