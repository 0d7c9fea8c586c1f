import type { Vec3 } from "../api/types";
import type { Values } from "../volume/nifti";

export type PlaneName = "axial" | "coronal" | "sagittal";

/** Axes of the canonical voxels that run across, along and through a plane. */
export interface Plane {
  name: PlaneName;
  u: 0 | 1;
  v: 1 | 2;
  w: 0 | 1 | 2;
  /** Letters at left, right, top, bottom: the patient's right on the left, anterior up or left. */
  letters: [string, string, string, string];
}

export const PLANES: Record<PlaneName, Plane> = {
  axial: { name: "axial", u: 0, v: 1, w: 2, letters: ["R", "L", "A", "P"] },
  coronal: { name: "coronal", u: 0, v: 2, w: 1, letters: ["R", "L", "S", "I"] },
  sagittal: { name: "sagittal", u: 1, v: 2, w: 0, letters: ["A", "P", "S", "I"] },
};

export function sliceGeometry(plane: Plane, size: Vec3, index: number) {
  const origin: Vec3 = [0, 0, 0];
  origin[plane.w] = index;
  const u: Vec3 = [0, 0, 0];
  u[plane.u] = 1;
  const v: Vec3 = [0, 0, 0];
  v[plane.v] = 1;
  return { origin, u, v, nu: size[plane.u], nv: size[plane.v] };
}

/** Copies a slice of an array on the reference grid into `out` (u fastest). */
export function copySlice(
  values: Values,
  size: Vec3,
  plane: Plane,
  index: number,
  out: { [at: number]: number },
): void {
  const strides = [1, size[0], size[0] * size[1]] as const;
  const nu = size[plane.u];
  const nv = size[plane.v];
  const step = strides[plane.u];
  let target = 0;
  for (let v = 0; v < nv; v++) {
    let source = index * strides[plane.w] + v * strides[plane.v];
    for (let u = 0; u < nu; u++) {
      out[target++] = values[source]!;
      source += step;
    }
  }
}

/** The voxel of a point of a plane's slice. */
export function voxelOf(plane: Plane, u: number, v: number, index: number): Vec3 {
  const voxel: Vec3 = [0, 0, 0];
  voxel[plane.u] = u;
  voxel[plane.v] = v;
  voxel[plane.w] = index;
  return voxel;
}
