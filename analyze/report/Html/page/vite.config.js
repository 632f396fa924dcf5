import { defineConfig } from "vite";
import { viteSingleFile } from "vite-plugin-singlefile";

// One file, nothing fetched: script and style go into the page, which the content policy in index.html insists on.
export default defineConfig({
  plugins: [viteSingleFile({ removeViteModuleLoader: true })],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: { target: "es2022", outDir: "dist", cssCodeSplit: false, assetsInlineLimit: 1 << 20, modulePreload: false, reportCompressedSize: false },
});
