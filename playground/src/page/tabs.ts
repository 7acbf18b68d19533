/** Tabs after the ARIA practices: one is in the tab order, arrows, Home and End go between them. */
import { panelNames, type PanelName } from "../link.ts";
import { byId } from "./element.ts";

export interface Tabs {
  readonly selected: PanelName;
  select(name: PanelName): void;
}

export function tabs(onSelect: (name: PanelName) => void): Tabs {
  const buttons = panelNames.map((name) => byId(`tab-${name}`, HTMLButtonElement));
  let selected: PanelName = panelNames[0];

  function select(name: PanelName): void {
    selected = name;
    panelNames.forEach((each, k) => {
      const own = each === name;
      buttons[k].setAttribute("aria-selected", String(own));
      buttons[k].tabIndex = own ? 0 : -1;
      byId(`panel-${each}`, HTMLElement).hidden = !own;
    });
    onSelect(name);
  }
  buttons.forEach((each, k) => {
    each.addEventListener("click", () => select(panelNames[k]));
    each.addEventListener("keydown", (event) => {
      const count = buttons.length;
      const moves: Readonly<Record<string, number>> = {
        ...{ ArrowRight: (k + 1) % count, ArrowLeft: (k + count - 1) % count, Home: 0, End: count - 1 },
      };
      if (!Object.hasOwn(moves, event.key)) return;
      event.preventDefault();
      const to = moves[event.key];
      buttons[to].focus();
      select(panelNames[to]);
    });
  });
  return {
    get selected() {
      return selected;
    },
    select,
  };
}
