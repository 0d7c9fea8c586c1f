/** The server's answers, as its routes send them. Voxels are (i, j, k) of the canonical (RAS) order. */

export type Vec3 = [number, number, number];
export type State = "draft" | "submitted" | "reviewed" | "accepted";
export type Image = "ct" | "pet" | "dose";

export interface Me {
  name: string | null;
  role: "reader" | "annotator" | "admin";
  csrf: string;
  cohort: string;
  predictions?: boolean;
  annotations?: boolean;
  version: string;
  accounts: boolean;
  disclaimer: string;
}

export interface Saved {
  author: string;
  state: State;
  version: number;
  saved_at: string;
}

export interface CaseRow {
  id: string;
  center: string | number | null;
  has: Record<"ct" | "pet" | "dose" | "expert" | "predicted", boolean>;
  findings: { error: number; warning: number };
  lesions: number | null;
  hpv_probability: number | null;
  rfs_risk: number | null;
  flags: string[];
  annotations: Saved[];
  editing: string[];
  checked?: boolean;
}

export interface Lesion {
  label: string | number;
  index: number;
  volume_ml: number | null;
  suv_max: number | null;
  suv_peak: number | null;
  tlg_g: number | null;
  uncertainty: number | null;
  center_voxel: Vec3 | null;
  center_mm: Vec3 | null;
}

export interface CasePanel {
  id: string;
  center: string | number | null;
  clinical: { name: string; value: unknown; missing: boolean }[];
  images: { name: string; unit: string; low: number; high: number }[];
  layers: string[];
  findings: { code: string; severity: string; text: string }[];
  lesions: Record<string, Lesion[]>;
  hpv: { probability: number; threshold: number | null; decision: boolean | null; note: string | null } | null;
  rfs: {
    risk: number;
    survival: { days: number; probability: number }[];
    cohort: { days: number; probability: number; low?: number | null; high?: number | null }[];
    note: string | null;
  } | null;
  missing: string[];
  jumps: { flag?: string; text: string; voxel: Vec3 }[];
  checking?: boolean;
}

export interface Operation {
  name: string;
  group: "semi-automatic" | "edit";
  title: string;
  source: string;
  parameters: Schema;
  needs_box: boolean;
}

/** The part of JSON schema that pydantic writes for parameters of operations. */
export interface Schema {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  allOf?: Schema[];
  $ref?: string;
  $defs?: Record<string, Schema>;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
}

export interface Check {
  lesions: Lesion[];
  rules: { lesion: string | number; rule: string; ok: boolean; text: string }[];
  touching: boolean;
  outside: number;
}

export interface HistoryEntry {
  author: string;
  version: number;
  state: State;
  hash: string;
  saved_at: string;
  event: string;
  who?: string;
  reason: string | null;
}

export interface AnnotationStatus {
  mine: { version: number; hash: string; state: State; saved_at: string } | null;
  others: Saved[];
  history: HistoryEntry[];
  editing: { name: string; since: string }[];
}

export type Dsc = Record<string, Record<string, number | null>>;

export interface Agreement {
  observers: (string | { author: string })[];
  dsc: Record<string, Dsc>;
}

export interface Progress {
  total: number;
  annotators: { name: string; draft: number; submitted: number; reviewed: number; accepted: number }[];
}

export interface Exported {
  id: string;
  files: string[] | number;
  notes: string[];
}
