import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { defineConfig } from "vite";

const out = "../src/hyoid/app/page";

/** Files that decide what is built; tests/app/page/test_built.py makes the same list. */
function sources() {
  const found = ["index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.mjs"];
  const walk = (folder) => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) walk(path);
      else found.push(relative(".", path).replaceAll("\\", "/"));
    }
  };
  for (const folder of ["src", "public"]) walk(folder);
  return found.sort();
}

function hashOf(paths, folder) {
  const whole = createHash("sha256");
  for (const path of paths) {
    const digest = createHash("sha256").update(readFileSync(join(folder, path))).digest("hex");
    whole.update(`${path} ${digest}\n`);
  }
  return whole.digest("hex");
}

/** Writes build.json: the hash of the sources and of what was built of them. */
function record() {
  return {
    name: "record-hashes",
    closeBundle() {
      const built = readdirSync(out).filter((name) => name !== "build.json" && name !== "__init__.py").sort();
      const hashes = { sources: hashOf(sources(), "."), built: hashOf(built, out) };
      writeFileSync(join(out, "build.json"), `${JSON.stringify(hashes, null, 2)}\n`);
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [record()],
  resolve: { alias: [{ find: /^numcodecs\/(blosc|lz4|zstd)$/, replacement: resolve("src/view/no_codec.ts") }] },
  server: { proxy: { "/api": "http://127.0.0.1:8080" } },
  build: {
    outDir: out,
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 4000,
    assetsInlineLimit: 0,
    rollupOptions: {
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "[name].js",
        assetFileNames: "[name][extname]",
      },
    },
  },
});
