/** Lines where a slice passes a level, by marching squares; coordinates in voxels from the first voxel's corner. */
export function isoline(values: Float32Array, nu: number, nv: number, level: number): Path2D {
  const path = new Path2D();
  const segment = (points: number[]) => {
    path.moveTo(points[0]! + 0.5, points[1]! + 0.5);
    path.lineTo(points[2]! + 0.5, points[3]! + 0.5);
  };
  for (let v = 0; v + 1 < nv; v++) {
    for (let u = 0; u + 1 < nu; u++) {
      const at = u + nu * v;
      const a = values[at]! - level;
      const b = values[at + 1]! - level;
      const c = values[at + nu + 1]! - level;
      const d = values[at + nu]! - level;
      if (a < 0 === b < 0 && b < 0 === c < 0 && c < 0 === d < 0) continue;
      cross(u, v, a, b, c, d, segment);
    }
  }
  return path;
}

function cross(
  u: number,
  v: number,
  a: number,
  b: number,
  c: number,
  d: number,
  out: (points: number[]) => void,
): void {
  const points: number[] = [];
  if (a < 0 !== b < 0) points.push(u + a / (a - b), v);
  if (b < 0 !== c < 0) points.push(u + 1, v + b / (b - c));
  if (c < 0 !== d < 0) points.push(u + d / (d - c), v + 1);
  if (d < 0 !== a < 0) points.push(u, v + a / (a - d));
  if (points.length === 4) out(points);
  else if ((a + b + c + d) / 4 < 0 === a < 0) {
    out([points[0]!, points[1]!, points[2]!, points[3]!]);
    out([points[4]!, points[5]!, points[6]!, points[7]!]);
  } else {
    out([points[6]!, points[7]!, points[0]!, points[1]!]);
    out([points[2]!, points[3]!, points[4]!, points[5]!]);
  }
}
