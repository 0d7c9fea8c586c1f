import { colormap, type Colormap } from "./colormap";

export interface Range {
  low: number;
  high: number;
}

/** Gray values of a slice through a window, opaque. `inverted` shows high values dark, as PET is read. */
export function paintGray(values: ArrayLike<number>, window: Range, pixels: Uint32Array, inverted = false): void {
  const scale = 255 / Math.max(window.high - window.low, 1e-6);
  for (let at = 0; at < pixels.length; at++) {
    let gray = (values[at]! - window.low) * scale;
    gray = gray < 0 ? 0 : gray > 255 ? 255 : gray | 0;
    if (inverted) gray = 255 - gray;
    pixels[at] = 0xff000000 | (gray << 16) | (gray << 8) | gray;
  }
}

/** Opaque colours of a slice. */
export function paintColors(values: ArrayLike<number>, range: Range, name: Colormap, pixels: Uint32Array): void {
  const table = colormap(name);
  const scale = 255 / Math.max(range.high - range.low, 1e-6);
  for (let at = 0; at < pixels.length; at++) {
    let level = (values[at]! - range.low) * scale;
    level = level < 0 ? 0 : level > 255 ? 255 : level | 0;
    const o = 3 * level;
    pixels[at] = 0xff000000 | (table[o + 2]! << 16) | (table[o + 1]! << 8) | table[o]!;
  }
}

/**
 * Blends colours over what is painted. Below `low` nothing is added, and the first fifth of the range comes in
 * gradually, so that the CT stays readable where there is no uptake.
 */
export function blendColors(
  values: ArrayLike<number>,
  range: Range,
  name: Colormap,
  opacity: number,
  pixels: Uint32Array,
): void {
  const table = colormap(name);
  const scale = 255 / Math.max(range.high - range.low, 1e-6);
  const whole = opacity * 256;
  for (let at = 0; at < pixels.length; at++) {
    const level = (values[at]! - range.low) * scale;
    if (!(level > 0)) continue;
    const index = 3 * (level > 255 ? 255 : level | 0);
    const alpha = (level < 51 ? whole * (level / 51) : whole) | 0;
    const rest = 256 - alpha;
    const old = pixels[at]!;
    const red = ((old & 255) * rest + table[index]! * alpha) >> 8;
    const green = (((old >> 8) & 255) * rest + table[index + 1]! * alpha) >> 8;
    const blue = (((old >> 16) & 255) * rest + table[index + 2]! * alpha) >> 8;
    pixels[at] = 0xff000000 | (blue << 16) | (green << 8) | red;
  }
}
