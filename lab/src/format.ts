/** Numbers as people read them in tables, sentences and labels. */

/** Two digits: 2.3, 0.29, 7.5e-2, 1.7e-3. */
export function formatLoss(loss: number): string {
  if (loss === 0) return "0";
  return Math.abs(loss) >= 0.1 && Math.abs(loss) < 1000
    ? loss.toPrecision(2).replace(/e\+(\d)/, "e$1")
    : loss.toExponential(1);
}

/** As it would be typed: 0.003, 1e-7. */
export function formatRate(rate: number): string {
  return String(rate);
}

/** 0.71 s, 12.3 s. */
export function formatSeconds(seconds: number): string {
  return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
}

/** 97.2 %. */
export function formatShare(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** A factor with two digits: 4.3, 22, 120. */
export function formatFactor(factor: number): string {
  if (factor >= 1e6) return factor.toExponential(1);
  return factor < 10 ? factor.toFixed(1) : String(Number(factor.toPrecision(2)));
}

/** 1.2 kB, 35 MB; nothing for nothing. */
export function formatBytes(bytes: number): string {
  if (bytes === 0) return "";
  const [size, unit] = bytes < 1e6 ? [bytes / 1e3, "kB"] : [bytes / 1e6, "MB"];
  return `${size < 10 ? size.toFixed(1) : size.toFixed(0)} ${unit}`;
}
