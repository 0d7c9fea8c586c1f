import { getBytes, getJson, getVoxels, part } from "../api/client";
import type { CasePanel, CaseRow } from "../api/types";
import { readNifti, type Volume } from "../volume/nifti";
import { Space } from "../volume/space";
import { makeLayer } from "../view/layer";
import { View } from "../view/view";

type Progress = (text: string, done: number) => void;

/** What stands for the panel while its lesions are being measured. */
function emptyPanel(id: string): CasePanel {
  return {
    id,
    center: null,
    clinical: [],
    images: [],
    layers: [],
    findings: [],
    lesions: {},
    hpv: null,
    rfs: null,
    missing: [],
    jumps: [],
  };
}

export function loadPanel(id: string): Promise<CasePanel> {
  return getJson<CasePanel>(`cases/${part(id)}`);
}

/** Fetches a case's images, which is all that the planes need; panel and label maps follow while one reads. */
export async function loadCase(id: string, row: CaseRow | undefined, progress: Progress): Promise<View> {
  const has = (name: "ct" | "pet" | "dose") => row?.has[name] ?? false;
  const names = row
    ? (["ct", "pet", "dose"] as const).filter(has)
    : (await loadPanel(id)).images.map((image) => image.name);
  const images: { ct?: Volume; pet?: Volume; dose?: Volume } = {};
  const done: Record<string, number> = {};
  await Promise.all(
    (["ct", "pet", "dose"] as const)
      .filter((name) => (names as string[]).includes(name))
      .map(async (name) => {
        const bytes = await getBytes(`cases/${part(id)}/volumes/${name}.nii`, (at) => {
          done[name] = at;
          const whole = Object.values(done);
          progress(`${name.toUpperCase()} ${Math.round(at * 100)} %`, whole.reduce((a, b) => a + b, 0) / whole.length);
        });
        images[name] = readNifti(bytes);
      }),
  );
  const reference = images.ct ?? images.pet;
  if (!reference) throw new Error("This case has neither CT nor PET, so there is nothing to show.");
  const space = new Space(reference);
  const maps: View["maps"] = {};
  for (const name of ["ct", "pet", "dose"] as const) {
    const image = images[name];
    if (image) maps[name] = space.toVoxelsOf(image);
  }
  const view = new View(emptyPanel(id), space, images, maps);
  startDisplay(view);
  return view;
}

function startDisplay(view: View): void {
  const { ct, pet, dose } = view.images;
  if (!ct) view.display.pet.map = "inverse gray";
  if (pet) {
    let high = 0;
    for (const value of pet.values) if (value > high) high = value;
    view.display.pet.range.high = Math.min(10, Math.max(2, Math.ceil(high)));
  }
  if (dose) {
    let high = 0;
    for (const value of dose.values) if (value > high) high = value;
    const top = Math.max(1, Math.ceil(high));
    view.display.dose.range.high = top;
    view.display.dose.levels = [0.95, 0.8, 0.65, 0.5, 0.35, 0.2].map((each) => Number((each * top).toPrecision(2)));
    view.display.dose.visible = true;
    view.display.dose.wash = !pet;
  }
}

/** Expert and predicted label maps. */
export async function loadLayers(view: View): Promise<void> {
  for (const name of view.panel.layers) {
    const labels = await getVoxels(`cases/${part(view.panel.id)}/layers/${part(name)}/voxels`);
    if (labels.length !== view.space.count) throw new Error(`The ${name} contours do not lie on this case's grid.`);
    view.put(makeLayer(name, name, labels));
  }
}
