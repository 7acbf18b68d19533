/** Fields of a form with their labels and limits. A wrong number is named below its field, and changes nothing. */
import { rangeInWords, readNumber, type Limits } from "../settings.ts";
import { element } from "./element.ts";

/** A field for a value. */
export interface Field<Value> {
  readonly root: HTMLElement;
  readonly value: Value;
  /** Shows another value, without telling anyone. */
  set(value: Value): void;
}

/** A field for a number, written as text. `onChange` hears of right numbers only. */
export function numberField(
  id: string,
  label: string,
  range: Limits,
  initial: number,
  onChange: (value: number) => void,
): Field<number> {
  const input = element("input", { id, type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false" });
  const problem = element("p", { id: `${id}-problem`, class: "problem", role: "alert" });
  let value = initial;
  const show = (wrong: boolean): void => {
    problem.textContent = wrong ? `${label}: expected ${rangeInWords(range)}.` : "";
    if (wrong) {
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", problem.id);
    } else {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
    }
  };
  input.value = String(initial);
  input.addEventListener("change", () => {
    const read = readNumber(input.value, range);
    show(read === undefined);
    if (read === undefined || read === value) return;
    value = read;
    onChange(read);
  });
  return {
    root: element("div", { class: "field" }, element("label", { for: id }, label), input, problem),
    get value() {
      return value;
    },
    set(next) {
      value = next;
      input.value = String(next);
      show(false);
    },
  };
}

/** A choice among a few, by name and title. */
export function choiceField<Name extends string>(
  id: string,
  label: string,
  choices: readonly (readonly [name: Name, title: string])[],
  initial: Name,
  onChange: (value: Name) => void,
): Field<Name> {
  const select = element(
    "select",
    { id },
    ...choices.map(([name, title]) => element("option", { value: name }, title)),
  );
  let value = initial;
  select.value = initial;
  select.addEventListener("change", () => {
    const chosen = choices.find(([name]) => name === select.value);
    if (chosen === undefined) return;
    [value] = chosen;
    onChange(value);
  });
  return {
    root: element("div", { class: "field" }, element("label", { for: id }, label), select),
    get value() {
      return value;
    },
    set(next) {
      value = next;
      select.value = next;
    },
  };
}

/** A slider over whole numbers, with its value written beside the label. */
export interface Slider extends Field<number> {
  setHigh(high: number): void;
}

export function slider(
  id: string,
  label: string,
  { low, high }: { readonly low: number; readonly high: number },
  initial: number,
  inWords: (value: number) => string,
  onInput: (value: number) => void,
): Slider {
  const input = element("input", { id, type: "range", min: low, max: high, step: 1 });
  const output = element("output", { for: id });
  const show = (): void => {
    output.textContent = inWords(Number(input.value));
    input.setAttribute("aria-valuetext", output.textContent);
  };
  input.value = String(initial);
  show();
  input.addEventListener("input", () => {
    show();
    onInput(Number(input.value));
  });
  return {
    root: element("div", { class: "field slider" }, element("label", { for: id }, label), output, input),
    get value() {
      return Number(input.value);
    },
    set(next) {
      input.value = String(next);
      show();
    },
    setHigh(next) {
      input.max = String(next);
      show();
    },
  };
}
