/**
 * Heights as a map: tints from the floor to the heights, light from the upper left, and lines of equal height. Heights
 * are shown on a scale that spreads out the floor, log(1 + h/h₀), since that is where runs end.
 */
import type { Palette, Rgb } from "./palette.ts";

const lines = 16;
/** The share of the highest height at which the scale turns from linear to logarithmic. */
const floorShare = 1e-3;

/** Paints size × size heights, row by row from the top, into a canvas of that size. Heights that are not finite stay clear. */
export function paintRelief(heights: Float64Array, size: number, colors: Palette): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d");
  if (context === null) throw new TypeError("This browser has no canvas.");
  const image = context.createImageData(size, size);
  const levels = levelsOf(heights);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const at = row * size + column;
      const level = levels[at];
      if (Number.isNaN(level)) continue;
      const left = levels[column > 0 ? at - 1 : at];
      const right = levels[column < size - 1 ? at + 1 : at];
      const above = levels[row > 0 ? at - size : at];
      const below = levels[row < size - 1 ? at + size : at];
      const across = (right - left) / 2;
      const down = (below - above) / 2;
      const slope = Math.sqrt(across * across + down * down);
      const tint = mixed(colors.relief, level);
      // Light comes from the upper left: a slope that falls toward it is bright.
      const light = slope > 0 ? ((across + down) / (slope + 0.004)) * 9 : 0;
      // How many pixels off the nearest line of equal height.
      const phase = level * lines;
      const off = slope > 0 ? Math.abs(phase - Math.round(phase)) / (slope * lines) : 1;
      const ink = Math.max(0, 1 - 1.1 * off) * 0.5;
      for (let c = 0; c < 3; c++) {
        const lit = tint[c] + light;
        image.data[4 * at + c] = lit + (colors.contour[c] - lit) * ink;
      }
      image.data[4 * at + 3] = 255;
    }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Heights as levels from 0 to 1; NaN where a height is not finite. */
function levelsOf(heights: Float64Array): Float64Array {
  let low = Infinity;
  let high = -Infinity;
  for (const height of heights)
    if (Number.isFinite(height)) {
      low = Math.min(low, height);
      high = Math.max(high, height);
    }
  const scale = floorShare * (high - low);
  const most = Math.log1p(1 / floorShare);
  return heights.map((height) => {
    if (!Number.isFinite(height)) return NaN;
    return scale > 0 ? Math.log1p((height - low) / scale) / most : 0;
  });
}

function mixed(ramp: readonly Rgb[], level: number): Rgb {
  const place = Math.min(level, 1) * (ramp.length - 1);
  const k = Math.min(Math.floor(place), ramp.length - 2);
  const [from, to, t] = [ramp[k], ramp[k + 1], place - k];
  return [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t, from[2] + (to[2] - from[2]) * t];
}
