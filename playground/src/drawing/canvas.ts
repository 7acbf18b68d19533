/** A canvas as sharp as the screen, which tells when its size changes. */
import { element } from "../page/element.ts";

export interface Surface2d {
  readonly canvas: HTMLCanvasElement;
  /** The context, in units of the page's pixels. */
  readonly context: CanvasRenderingContext2D;
  /** In the page's pixels. */
  readonly width: number;
  readonly height: number;
}

/** Sharper than this is not seen, but is paid for. */
const sharpest = 2;

/** A canvas that is an image to screen readers, with a text that says what it shows. */
export function sharpCanvas(label: string, className: string, onResize: () => void): Surface2d {
  const canvas = element("canvas", { class: className, role: "img", "aria-label": label });
  const context = canvas.getContext("2d");
  if (context === null) throw new TypeError("This browser has no canvas.");
  const size = { width: 0, height: 0 };
  new ResizeObserver(() => {
    const { clientWidth, clientHeight } = canvas;
    if (clientWidth === size.width && clientHeight === size.height) return;
    Object.assign(size, { width: clientWidth, height: clientHeight });
    const ratio = Math.min(devicePixelRatio, sharpest);
    canvas.width = Math.round(clientWidth * ratio);
    canvas.height = Math.round(clientHeight * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    onResize();
  }).observe(canvas);
  return {
    canvas,
    context,
    get width() {
      return size.width;
    },
    get height() {
      return size.height;
    },
  };
}
