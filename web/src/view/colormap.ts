/** Tables of 256 colours, as RGBA in the byte order of ImageData on little-endian machines. */
export type Colormap = "hot" | "inverse gray" | "gray" | "viridis" | "rainbow";

const STOPS: Record<Colormap, [number, number, number][]> = {
  hot: [
    [0, 0, 0],
    [128, 0, 0],
    [230, 40, 0],
    [255, 130, 0],
    [255, 215, 30],
    [255, 255, 255],
  ],
  "inverse gray": [
    [255, 255, 255],
    [0, 0, 0],
  ],
  gray: [
    [0, 0, 0],
    [255, 255, 255],
  ],
  viridis: [
    [68, 1, 84],
    [65, 68, 135],
    [42, 120, 142],
    [34, 168, 132],
    [122, 209, 81],
    [253, 231, 37],
  ],
  rainbow: [
    [48, 18, 150],
    [40, 110, 240],
    [25, 190, 200],
    [120, 235, 80],
    [245, 215, 50],
    [250, 120, 25],
    [180, 20, 10],
  ],
};

export function colorsOf(name: Colormap): Uint8Array {
  const stops = STOPS[name];
  const table = new Uint8Array(768);
  for (let at = 0; at < 256; at++) {
    const place = (at / 255) * (stops.length - 1);
    const lower = Math.min(Math.floor(place), stops.length - 2);
    const part = place - lower;
    for (let channel = 0; channel < 3; channel++) {
      const from = stops[lower]![channel]!;
      table[3 * at + channel] = Math.round(from + (stops[lower + 1]![channel]! - from) * part);
    }
  }
  return table;
}

const made = new Map<Colormap, Uint8Array>();

export function colormap(name: Colormap): Uint8Array {
  let table = made.get(name);
  if (!table) {
    table = colorsOf(name);
    made.set(name, table);
  }
  return table;
}

/** The same as a CSS gradient, bottom to top. */
export function gradient(name: Colormap): string {
  const stops = STOPS[name].map((stop) => `rgb(${stop.join(",")})`);
  return `linear-gradient(to top, ${stops.join(", ")})`;
}
