/** A file of its own in the build, so that NiiVue is fetched only when 3D is asked for. */
export { Niivue, NVImage } from "@niivue/niivue";
