/** Stands for NiiVue's decoders of zarr images, which this page never opens: 1.4 MB and WebAssembly less. */
export default undefined;
