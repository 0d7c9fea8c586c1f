import { h, number, svg } from "../ui/dom";
import type { CasePanel } from "../api/types";

const WIDTH = 340;
const HEIGHT = 210;
const PAD = { left: 42, right: 10, top: 10, bottom: 34 };

/** The patient's survival function over the cohort's Kaplan-Meier estimate with its interval. */
export function survivalPlot(rfs: NonNullable<CasePanel["rfs"]>): HTMLElement {
  const last = Math.max(365, ...rfs.survival.map((p) => p.days), ...rfs.cohort.map((p) => p.days));
  const x = (days: number) => PAD.left + (days / last) * (WIDTH - PAD.left - PAD.right);
  const y = (probability: number) => PAD.top + (1 - probability) * (HEIGHT - PAD.top - PAD.bottom);
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "survival" });
  picture.append(svg("title", {}, describe(rfs)));
  axes(picture, last, x, y);
  const band = rfs.cohort.filter((p) => typeof p.low === "number" && typeof p.high === "number");
  if (band.length) {
    const upper = steps(
      band.map((p) => [p.days, p.high!]),
      x,
      y,
    );
    const lower = steps(
      band.map((p) => [p.days, p.low!]),
      x,
      y,
    ).reverse();
    picture.append(svg("polygon", { points: [...upper, ...lower].join(" "), class: "band" }));
  }
  if (rfs.cohort.length) {
    const points = steps([[0, 1], ...rfs.cohort.map((p): [number, number] => [p.days, p.probability])], x, y);
    picture.append(svg("polyline", { points: points.join(" "), class: "cohort" }));
  }
  if (rfs.survival.length) {
    const own: [number, number][] = [[0, 1], ...rfs.survival.map((p): [number, number] => [p.days, p.probability])];
    picture.append(svg("polyline", { points: own.map(([d, p]) => `${x(d)},${y(p)}`).join(" "), class: "own" }));
    for (const [days, probability] of own.slice(1)) {
      picture.append(
        svg(
          "circle",
          { cx: x(days), cy: y(probability), r: 3, class: "own-point" },
          svg("title", {}, `${Math.round(days)} days: ${number(100 * probability, 0)} %`),
        ),
      );
    }
  }
  return h(
    "figure",
    {},
    picture,
    h(
      "figcaption",
      {},
      h("span", { class: "key own" }, "this patient"),
      h("span", { class: "key cohort" }, "cohort (Kaplan-Meier)"),
    ),
  );
}

function steps(points: [number, number][], x: (d: number) => number, y: (p: number) => number): string[] {
  const out: string[] = [];
  let before: number | null = null;
  for (const [days, probability] of points) {
    if (before !== null) out.push(`${x(days)},${y(before)}`);
    out.push(`${x(days)},${y(probability)}`);
    before = probability;
  }
  return out;
}

function axes(picture: SVGElement, last: number, x: (d: number) => number, y: (p: number) => number): void {
  for (const probability of [0, 0.25, 0.5, 0.75, 1]) {
    picture.append(
      svg("line", { x1: x(0), x2: x(last), y1: y(probability), y2: y(probability), class: "grid" }),
      svg("text", { x: PAD.left - 6, y: y(probability) + 4, "text-anchor": "end" }, `${100 * probability} %`),
    );
  }
  const years = Math.ceil(last / 365.25 / 5);
  for (let year = 0; year * 365.25 <= last + 15; year += years) {
    picture.append(svg("text", { x: x(year * 365.25), y: HEIGHT - PAD.bottom + 16, "text-anchor": "middle" }, year));
  }
  picture.append(svg("text", { x: (x(0) + x(last)) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, "years"));
}

function describe(rfs: NonNullable<CasePanel["rfs"]>): string {
  const end = rfs.survival[rfs.survival.length - 1];
  const own = end
    ? `This patient: ${number(100 * end.probability, 0)} % free of recurrence after ${Math.round(end.days)} days.`
    : "";
  return `Recurrence-free survival. ${own}`;
}
