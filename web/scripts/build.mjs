// Builds everything the server serves, into ../bot/assets: each page under its own folder, the widget as one file.
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

/** One classic script without exports: shops load it with a plain script tag. */
const widget = () =>
  build({
    ...common,
    root: path("../widget"),
    build: {
      outDir: assets,
      emptyOutDir: false,
      target: "es2022",
      lib: { entry: path("../widget/main.ts"), name: "Baton", formats: ["iife"], fileName: () => "widget.js" },
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

await widget();
await page("console");
await page("shop");
await compress();
