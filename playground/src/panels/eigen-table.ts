/** The eigenvalues of an EGOP with their eigenvectors, entry by entry, tinted by size. */
import { element } from "../page/element.ts";
import { percent } from "../page/format.ts";
import { setCell } from "../page/table.ts";

export interface EigenTable {
  readonly root: HTMLElement;
  /** `vectors` are the columns of a square matrix, row by row. */
  show(variables: readonly string[], values: Float64Array, vectors: Float64Array): void;
}

export function eigenTable(id: string): EigenTable {
  const table = element("table", { id });
  const caption = "The EGOP’s eigenvalues and eigenvectors";
  return {
    root: element("div", { class: "scroll", role: "region", "aria-label": caption, tabindex: 0 }, table),
    show(variables, values, vectors) {
      const size = variables.length;
      const trace = values.reduce((sum, value) => sum + value, 0);
      const head = ["", "Eigenvalue", "Share", ...variables];
      const rows = Array.from(values, (value, k) => {
        const entries = variables.map((_name, i) => {
          const entry = vectors[i * size + k];
          const cell = element("td", { class: "number tinted" }, number(entry));
          cell.style.setProperty("--size", percent(Math.min(1, Math.abs(entry))).replace(" ", ""));
          return cell;
        });
        return element(
          "tr",
          {},
          element("th", { scope: "row" }, "v", element("sub", {}, String(k + 1))),
          element("td", { class: "number" }, number(value)),
          element("td", { class: "number" }, trace > 0 ? percent(value / trace) : "–"),
          ...entries,
        );
      });
      table.replaceChildren(
        element("caption", {}, caption),
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            ...head.map((text, k) =>
              k === 0
                ? element("th", { scope: "col" }, element("span", { class: "unseen" }, "Vector"))
                : element("th", { scope: "col", class: "number" }, text),
            ),
          ),
        ),
        element("tbody", {}, ...rows),
      );
    },
  };
}

function number(value: number): HTMLDataElement {
  const cell = element("data", { value: "" });
  setCell(cell, value);
  return cell;
}
