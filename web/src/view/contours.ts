/**
 * Outlines of labels along voxel edges, exact as the labels themselves: closed loops of corners, in voxels with
 * (0, 0) at the lower corner of the first voxel.
 */
export type Loop = number[];

/** Loops around the voxels that hold `label`; inside is always on the same hand, so holes come out by themselves. */
export function outline(labels: Uint8Array, nu: number, nv: number, label: number): Loop[] {
  const [low, high] = rows(labels, nu, nv, label);
  if (low > high) return [];
  const next = new Map<number, number[]>();
  const width = nu + 1;
  const add = (fromU: number, fromV: number, toU: number, toV: number) => {
    const from = fromU + width * fromV;
    const old = next.get(from);
    if (old) old.push(toU + width * toV);
    else next.set(from, [toU + width * toV]);
  };
  for (let v = low; v <= high; v++) {
    for (let u = 0; u < nu; u++) {
      if (labels[u + nu * v] !== label) continue;
      if (v === 0 || labels[u + nu * (v - 1)] !== label) add(u, v, u + 1, v);
      if (u === nu - 1 || labels[u + 1 + nu * v] !== label) add(u + 1, v, u + 1, v + 1);
      if (v === nv - 1 || labels[u + nu * (v + 1)] !== label) add(u + 1, v + 1, u, v + 1);
      if (u === 0 || labels[u - 1 + nu * v] !== label) add(u, v + 1, u, v);
    }
  }
  return chain(next, width);
}

function rows(labels: Uint8Array, nu: number, nv: number, label: number): [number, number] {
  const first = labels.indexOf(label);
  if (first < 0) return [0, -1];
  return [Math.floor(first / nu), Math.min(nv - 1, Math.floor(labels.lastIndexOf(label) / nu))];
}

function chain(next: Map<number, number[]>, width: number): Loop[] {
  const loops: Loop[] = [];
  for (const start of next.keys()) {
    while (next.get(start)?.length) {
      const loop: Loop = [];
      let at = start;
      let before = -1;
      do {
        const ways: number[] = next.get(at) ?? [];
        const way: number | undefined = pick(ways, before, at);
        if (way === undefined) break;
        const straight = before >= 0 && way - at === at - before;
        if (!straight) loop.push(at % width, Math.floor(at / width));
        before = at;
        at = way;
      } while (at !== start);
      if (loop.length) loops.push(loop);
    }
  }
  return loops;
}

/** Where two voxels meet at a corner two edges leave it; turning towards the inside keeps them two loops. */
function pick(ways: number[], before: number, at: number): number | undefined {
  if (ways.length <= 1 || before < 0) return ways.shift();
  const left = ways.findIndex((way) => way - at !== at - before && turnsInside(before, at, way));
  return ways.splice(Math.max(left, 0), 1)[0];
}

function turnsInside(before: number, at: number, way: number): boolean {
  const step = at - before;
  const turn = way - at;
  const horizontal = Math.abs(step) === 1;
  return horizontal ? Math.sign(turn) === Math.sign(step) : Math.sign(turn) === -Math.sign(step);
}

export function pathOf(loops: Loop[]): Path2D {
  const path = new Path2D();
  for (const loop of loops) {
    path.moveTo(loop[0]!, loop[1]!);
    for (let at = 2; at < loop.length; at += 2) path.lineTo(loop[at]!, loop[at + 1]!);
    path.closePath();
  }
  return path;
}
