import type { Vec3 } from "../api/types";
import { apply, type Affine } from "./affine";
import type { Volume } from "./nifti";

/** Linear interpolation at a fractional voxel; `outside` beyond half a voxel from the outermost centers. */
export function sampleAt(volume: Volume, at: readonly number[], outside: number): number {
  const [nx, ny, nz] = volume.size;
  const [x, y, z] = at as Vec3;
  if (!(x >= -0.5 && y >= -0.5 && z >= -0.5 && x <= nx - 0.5 && y <= ny - 0.5 && z <= nz - 0.5)) return outside;
  const cx = Math.min(Math.max(x, 0), nx - 1);
  const cy = Math.min(Math.max(y, 0), ny - 1);
  const cz = Math.min(Math.max(z, 0), nz - 1);
  const i = Math.min(Math.floor(cx), Math.max(nx - 2, 0));
  const j = Math.min(Math.floor(cy), Math.max(ny - 2, 0));
  const k = Math.min(Math.floor(cz), Math.max(nz - 2, 0));
  const fx = cx - i;
  const fy = cy - j;
  const fz = cz - k;
  const dx = nx > 1 ? 1 : 0;
  const dy = ny > 1 ? nx : 0;
  const dz = nz > 1 ? nx * ny : 0;
  const v = volume.values;
  const o = i + nx * (j + ny * k);
  const a = v[o]! + (v[o + dx]! - v[o]!) * fx;
  const b = v[o + dy]! + (v[o + dy + dx]! - v[o + dy]!) * fx;
  const c = v[o + dz]! + (v[o + dz + dx]! - v[o + dz]!) * fx;
  const d = v[o + dz + dy]! + (v[o + dz + dy + dx]! - v[o + dz + dy]!) * fx;
  const front = a + (b - a) * fy;
  const back = c + (d - c) * fy;
  return front + (back - front) * fz;
}

/** The value of another image at a voxel of the reference grid. */
export function sampleThrough(volume: Volume, map: Affine, voxel: readonly number[], outside: number): number {
  return sampleAt(volume, apply(map, voxel), outside);
}

/** Fills `out` (nu x nv, u fastest) with a slice of `volume`, taken where the reference grid's voxels lie. */
export function sampleSlice(
  volume: Volume,
  map: Affine,
  slice: { origin: Vec3; u: Vec3; v: Vec3; nu: number; nv: number },
  out: Float32Array,
  outside: number,
): void {
  const origin = apply(map, slice.origin);
  const step = (axis: Vec3): Vec3 => {
    const moved = apply(map, [slice.origin[0] + axis[0], slice.origin[1] + axis[1], slice.origin[2] + axis[2]]);
    return [moved[0] - origin[0], moved[1] - origin[1], moved[2] - origin[2]];
  };
  const du = step(slice.u);
  const dv = step(slice.v);
  const at: Vec3 = [0, 0, 0];
  let target = 0;
  for (let v = 0; v < slice.nv; v++) {
    for (let u = 0; u < slice.nu; u++) {
      at[0] = origin[0] + u * du[0] + v * dv[0];
      at[1] = origin[1] + u * du[1] + v * dv[1];
      at[2] = origin[2] + u * du[2] + v * dv[2];
      out[target++] = sampleAt(volume, at, outside);
    }
  }
}
