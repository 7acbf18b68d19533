/** The page: tabs, panels, and the address that says what is on screen. */
import { fragmentOf, LinkError, viewOf, type PanelName, type View } from "./link.ts";
import { byId } from "./page/element.ts";
import { tabs } from "./page/tabs.ts";
import { digitsPanel } from "./panels/digits-panel.ts";
import { functionPanel } from "./panels/function-panel.ts";
import type { Panel } from "./panels/panel.ts";
import { surfacePanel } from "./panels/surface-panel.ts";
import { digitsSettings, examples, ownSettings, surfaceSettings } from "./settings.ts";

/** Addresses are changed no more often than this: browsers refuse a page that does so all the time. */
const addressMilliseconds = 300;

const notice = byId("notice", HTMLElement);
const link = byId("share-link", HTMLInputElement);
const said = byId("share-said", HTMLElement);
/** Each opens views of its own kind alone, which is what it is given. */
interface OpenedPanel {
  open(view: never): void;
  view(): View;
}
const opened = new Map<PanelName, OpenedPanel>();
let waiting = false;

function tell(message: string): void {
  notice.textContent = message;
  notice.hidden = message === "";
}

const usualViews: { readonly [Name in PanelName]: Extract<View, { panel: Name }> } = {
  surface: { panel: "surface", settings: surfaceSettings("valley"), step: surfaceSettings("valley").steps, hidden: [] },
  digits: { panel: "digits", settings: digitsSettings, running: false, hidden: [] },
  function: { panel: "function", settings: ownSettings(examples[0]), hidden: [] },
};

const around = { onChange: rememberSoon, onProblem: tell };
const makers: { readonly [Name in PanelName]: (root: HTMLElement) => Panel<Extract<View, { panel: Name }>> } = {
  surface: (root) => surfacePanel(root, around),
  digits: (root) => digitsPanel(root, around),
  function: (root) => functionPanel(root, around),
};

/** Makes a panel when it is first looked at. */
function panelOf(name: PanelName): { readonly panel: OpenedPanel; readonly isNew: boolean } {
  const known = opened.get(name);
  if (known !== undefined) return { panel: known, isNew: false };
  const panel: OpenedPanel = makers[name](byId(`panel-${name}`, HTMLElement));
  opened.set(name, panel);
  return { panel, isNew: true };
}

const bar = tabs((name) => {
  const { panel, isNew } = panelOf(name);
  if (isNew) panel.open(usualViews[name] as never);
  rememberSoon();
});

function show(view: View): void {
  panelOf(view.panel).panel.open(view as never);
  bar.select(view.panel);
}

/** Opens what the address says; says so, and opens the usual, where it says nothing that can be opened. */
function openAddress(): void {
  try {
    const view = viewOf(location.hash);
    tell("");
    show(view ?? usualViews.surface);
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    tell(`This link cannot be opened: ${error.message}. The page has opened with its usual settings instead.`);
    show(usualViews.surface);
  }
}

function rememberSoon(): void {
  if (waiting) return;
  waiting = true;
  setTimeout(() => {
    waiting = false;
    const view = opened.get(bar.selected)?.view();
    if (view === undefined) return;
    const fragment = fragmentOf(view);
    history.replaceState(null, "", fragment);
    link.value = location.href;
  }, addressMilliseconds);
}

byId("share-copy", HTMLButtonElement).addEventListener("click", () => {
  link.select();
  const copied = (): void => {
    said.textContent = "Copied.";
  };
  const notCopied = (): void => {
    said.textContent = "It is selected; copy it with your keyboard.";
  };
  // Absent where the page does not come over a secure connection.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard === undefined) notCopied();
  else clipboard.writeText(link.value).then(copied, notCopied);
});
addEventListener("hashchange", openAddress);
openAddress();
