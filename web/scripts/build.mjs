// Builds everything the server serves, into ../bot/assets: each page under its own folder, the widget as two files.
// With names as arguments (widget, console, shop, start, photo) only those.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "vite";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const assets = path("../../bot/assets/");

const common = {
  configFile: false,
  logLevel: "warn",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
};

/** A page with hashed files; nothing is inlined, so that a strict content security policy holds. */
const page = (name) =>
  build({
    ...common,
    root: path(`../${name}`),
    base: `/${name}/`,
    build: {
      outDir: `${assets}${name}`,
      emptyOutDir: true,
      target: "es2022",
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  });

/** One file for shops' pages. The first is a classic script, loaded by a plain tag; it imports the second by itself. */
const widget = (entry, format, name) =>
  build({
    ...common,
    root: path("../widget"),
    build: {
      outDir: assets,
      emptyOutDir: false,
      target: "es2022",
      cssTarget: ["chrome123", "firefox128", "safari17.5"],
      rolldownOptions: { output: { minify: true } },
      lib: { entry: path(`../widget/${entry}`), name: "BatonWidget", formats: [format], fileName: () => name },
    },
  });

/** Compressed copies beside the files: the server sends them to browsers that take them. */
const compress = async () => {
  for (const entry of await readdir(assets, { recursive: true, withFileTypes: true })) {
    if (!/\.(js|css|svg|html)$/.test(entry.name)) continue;
    const file = `${entry.parentPath}/${entry.name}`;
    const content = await readFile(file);
    await writeFile(`${file}.gz`, gzipSync(content, { level: 9 }));
    await writeFile(`${file}.br`, brotliCompressSync(content));
  }
};

const all = ["widget", "console", "shop", "start", "photo"];
const named = process.argv.slice(2);
for (const name of named.length ? named : all) {
  if (name !== "widget") await page(name);
  else {
    await widget("main.ts", "iife", "widget.js");
    await widget("panel/main.ts", "es", "widget-panel.js");
    await widget("panel/rating.ts", "es", "widget-rating.js");
  }
}
await compress();
