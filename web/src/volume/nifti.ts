import type { Vec3 } from "../api/types";
import type { Affine } from "./affine";

export type Values = Int16Array | Float32Array | Uint8Array;

export interface Volume {
  /** Voxels along i, j, k; i is fastest. */
  size: Vec3;
  /** Voxel -> RAS millimetres. */
  affine: Affine;
  values: Values;
  /** The header of the file that it was read from. */
  header?: ArrayBuffer;
}

const HEADER_BYTES = 352;

/** Reads an uncompressed little-endian NIfTI-1 file of the types that the server sends. */
export function readNifti(buffer: ArrayBuffer): Volume {
  const header = new DataView(buffer);
  if (buffer.byteLength < 352 || header.getInt32(0, true) !== 348) throw new Error("This is not a NIfTI-1 image.");
  const size = [42, 44, 46].map((at) => header.getInt16(at, true)) as Vec3;
  const count = size[0] * size[1] * size[2];
  const values = readValues(buffer, header.getInt16(70, true), header.getFloat32(108, true), count);
  return { size, affine: readAffine(header), values: scaled(values, header), header: buffer.slice(0, HEADER_BYTES) };
}

/** Labels as a NIfTI-1 file on the grid of an image, with that image's header but for the kind of voxel. */
export function writeLabels(like: Volume, labels: Uint8Array): Uint8Array {
  if (!like.header || labels.length !== like.values.length) throw new Error("These labels have no image to lie on.");
  const file = new Uint8Array(HEADER_BYTES + labels.length);
  file.set(new Uint8Array(like.header));
  file.fill(0, 348, HEADER_BYTES); // no extension follows
  const header = new DataView(file.buffer);
  header.setInt16(70, 2, true); // unsigned bytes
  header.setInt16(72, 8, true);
  header.setFloat32(108, HEADER_BYTES, true);
  header.setFloat32(112, 1, true);
  header.setFloat32(116, 0, true);
  header.setFloat32(124, 0, true); // the range of grey values was the image's
  header.setFloat32(128, 0, true);
  file.set(labels, HEADER_BYTES);
  return file;
}

function readValues(buffer: ArrayBuffer, type: number, offset: number, count: number): Values {
  const kinds: Record<number, typeof Int16Array | typeof Float32Array | typeof Uint8Array> = {
    2: Uint8Array,
    4: Int16Array,
    16: Float32Array,
  };
  const kind = kinds[type];
  if (!kind) throw new Error(`NIfTI voxels of type ${type} are not read here.`);
  const end = offset + count * kind.BYTES_PER_ELEMENT;
  if (buffer.byteLength < end) throw new Error("The image is incomplete.");
  if (offset % kind.BYTES_PER_ELEMENT === 0) return new kind(buffer, offset, count);
  return new kind(buffer.slice(offset, end));
}

/** Stored values become real ones; with slope 1 and intercept 0 nothing is copied. */
function scaled(values: Values, header: DataView): Values {
  const slope = header.getFloat32(112, true) || 1;
  const intercept = header.getFloat32(116, true);
  if (slope === 1 && intercept === 0) return values;
  const real = new Float32Array(values.length);
  for (let at = 0; at < values.length; at++) real[at] = values[at]! * slope + intercept;
  return real;
}

function readAffine(header: DataView): Affine {
  if (header.getInt16(254, true) <= 0) throw new Error("The image carries no sform, so its place is not known.");
  return Array.from({ length: 12 }, (_, at) => header.getFloat32(280 + 4 * at, true));
}
