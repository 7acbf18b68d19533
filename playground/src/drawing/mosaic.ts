/**
 * The first layer's weights as images: what each of the sixteen hidden units sees, as a square of 8 × 8 pixels, four in a
 * row. Zero is the ground; the colors tell the sign, and full strength is three times the root mean square of all.
 */
import { element } from "../page/element.ts";
import { pictureIn } from "../page/frames.ts";
import { onPaletteChange, palette } from "./palette.ts";

const units = 16;
const inRow = 4;
const side = 8;
const pitch = side + 1;
const length = inRow * pitch - 1;

export interface Mosaic {
  readonly canvas: HTMLCanvasElement;
  /** Shows weights[pixel · 16 + unit]; kept, not copied. */
  readonly show: (weights: Float64Array) => void;
}

export function mosaic(label: string): Mosaic {
  const canvas = element("canvas", {
    class: "mosaic",
    role: "img",
    "aria-label": label,
    width: length,
    height: length,
  });
  const context = canvas.getContext("2d");
  if (context === null) throw new TypeError("This browser has no canvas.");
  const image = context.createImageData(length, length);
  let shown: Float64Array | undefined;
  const picture = pictureIn(canvas, () => {
    if (shown !== undefined) paint(shown);
  });
  onPaletteChange(picture.changed);

  function paint(weights: Float64Array): void {
    const [negative, zero, positive] = palette().diverging;
    const count = units * side * side;
    let squares = 0;
    for (let k = 0; k < count; k++) squares += weights[k] * weights[k];
    const strongest = 3 * Math.sqrt(squares / count);
    for (let unit = 0; unit < units; unit++)
      for (let pixel = 0; pixel < side * side; pixel++) {
        const x = (unit % inRow) * pitch + (pixel % side);
        const y = Math.floor(unit / inRow) * pitch + Math.floor(pixel / side);
        const weight = weights[pixel * units + unit];
        const share = strongest > 0 ? Math.max(-1, Math.min(1, weight / strongest)) : 0;
        const to = share < 0 ? negative : positive;
        const at = 4 * (y * length + x);
        for (let c = 0; c < 3; c++) image.data[at + c] = zero[c] + (to[c] - zero[c]) * Math.abs(share);
        image.data[at + 3] = 255;
      }
    context?.putImageData(image, 0, 0);
  }

  return {
    canvas,
    show(weights) {
      shown = weights;
      picture.changed();
    },
  };
}
