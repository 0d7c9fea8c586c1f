/** A set of labels on the reference grid and how it is shown. */
export type LayerStyle = "outline" | "fill" | "both";

export interface Layer {
  id: string;
  title: string;
  labels: Uint8Array;
  visible: boolean;
  opacity: number;
  style: LayerStyle;
  /** Line pattern in pixels; layers differ by it, labels by colour. */
  dash: number[];
  width: number;
  /** Grows with every change of the labels, so that outlines are traced again. */
  revision: number;
  /** Colour and name of each label value. */
  palette: { value: number; name: string; color: string }[];
}

/** Blue and gold stay apart for every common kind of colour blindness, and on CT as on PET. */
export const LABELS = [
  { value: 1, name: "GTVp", color: "#4fc3ff" },
  { value: 2, name: "GTVn", color: "#ffc233" },
];

export const DIFFERENCE = [
  { value: 1, name: "both", color: "#c8d0d8" },
  { value: 2, name: "only the first", color: "#4fc3ff" },
  { value: 3, name: "only the second", color: "#ff8a3d" },
  { value: 4, name: "labels differ", color: "#d68bff" },
];

const LOOKS: Record<string, Pick<Layer, "dash" | "width" | "style">> = {
  expert: { dash: [], width: 2, style: "outline" },
  predicted: { dash: [7, 4], width: 2, style: "outline" },
  annotated: { dash: [], width: 3, style: "both" },
};

export function makeLayer(id: string, title: string, labels: Uint8Array): Layer {
  const look = LOOKS[id] ?? { dash: [2, 3], width: 2, style: "outline" as const };
  return { id, title, labels, visible: true, opacity: 1, revision: 0, palette: LABELS, ...look };
}
