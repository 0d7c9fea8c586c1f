import type { Vec3 } from "../api/types";
import { apply, compose, inverse, spacingOf, type Affine } from "./affine";
import type { Volume } from "./nifti";

/** The reference grid of a case: the CT's, or the PET's where there is no CT. All cursors are its voxels. */
export class Space {
  readonly size: Vec3;
  readonly affine: Affine;
  readonly inverse: Affine;
  readonly spacing: Vec3;

  constructor(volume: Volume) {
    this.size = volume.size;
    this.affine = volume.affine;
    this.inverse = inverse(volume.affine);
    this.spacing = spacingOf(volume.affine);
  }

  get count(): number {
    return this.size[0] * this.size[1] * this.size[2];
  }

  index(voxel: readonly number[]): number {
    return voxel[0]! + this.size[0] * (voxel[1]! + this.size[1] * voxel[2]!);
  }

  inside(voxel: readonly number[]): boolean {
    return voxel.every((at, axis) => at >= 0 && at < this.size[axis]!);
  }

  clamp(voxel: readonly number[]): Vec3 {
    return voxel.map((at, axis) => Math.max(0, Math.min(this.size[axis]! - 1, Math.round(at)))) as Vec3;
  }

  /** RAS millimetres of a voxel. */
  position(voxel: readonly number[]): Vec3 {
    return apply(this.affine, voxel);
  }

  /** From voxels of this grid to voxels of another image. */
  toVoxelsOf(volume: Volume): Affine {
    return compose(inverse(volume.affine), this.affine);
  }

  /** As people write a position: 12.3 L, 40.1 P, 55.0 S. */
  describe(voxel: readonly number[]): string {
    const letters = [
      ["R", "L"],
      ["A", "P"],
      ["S", "I"],
    ] as const;
    return this.position(voxel)
      .map((at, axis) => `${letters[axis]![at >= 0 ? 0 : 1]} ${Math.abs(at).toFixed(1)}`)
      .join("  ");
  }
}
