import type { Vec3 } from "../api/types";

/** Affine maps as 12 numbers, rows of a 3x4 matrix. */
export type Affine = readonly number[];

export function apply(m: Affine, p: readonly number[]): Vec3 {
  const [x, y, z] = p as Vec3;
  return [
    m[0]! * x + m[1]! * y + m[2]! * z + m[3]!,
    m[4]! * x + m[5]! * y + m[6]! * z + m[7]!,
    m[8]! * x + m[9]! * y + m[10]! * z + m[11]!,
  ];
}

/** First `b`, then `a`. */
export function compose(a: Affine, b: Affine): Affine {
  const out: number[] = [];
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 4; column++) {
      let sum = column === 3 ? a[4 * row + 3]! : 0;
      for (let k = 0; k < 3; k++) sum += a[4 * row + k]! * b[4 * k + column]!;
      out.push(sum);
    }
  }
  return out;
}

export function inverse(m: Affine): Affine {
  const [a, b, c, x, d, e, f, y, g, h, i, z] = m as number[] as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (!(Math.abs(determinant) > 1e-12)) throw new Error("This image's axes do not span space.");
  const n = [
    [(e * i - f * h) / determinant, (c * h - b * i) / determinant, (b * f - c * e) / determinant],
    [(f * g - d * i) / determinant, (a * i - c * g) / determinant, (c * d - a * f) / determinant],
    [(d * h - e * g) / determinant, (b * g - a * h) / determinant, (a * e - b * d) / determinant],
  ] as [Vec3, Vec3, Vec3];
  return n.flatMap((row) => [...row, -(row[0] * x + row[1] * y + row[2] * z)]);
}

/** Length of a step along each voxel axis, mm. */
export function spacingOf(m: Affine): Vec3 {
  return [0, 1, 2].map((axis) => Math.hypot(m[axis]!, m[4 + axis]!, m[8 + axis]!)) as Vec3;
}
