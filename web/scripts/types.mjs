// Turns the schemas the server writes (schema/) into the TypeScript types the pages use (generated/).
import { readFile, writeFile } from "node:fs/promises";
import { compile } from "json-schema-to-typescript";

const web = new URL("../", import.meta.url);

await generate("widget", (document) => document.$defs);
await generate("console", (document) => document.components.schemas);

async function generate(name, models) {
  const document = JSON.parse(await readFile(new URL(`schema/${name}.json`, web), "utf8"));
  const root = { additionalProperties: false, $defs: clean(models(document)) };
  const text = await compile(root, "Root", {
    bannerComment: `// Generated from schema/${name}.json by \`npm run types\`. Do not edit.`,
    unreachableDefinitions: true,
    format: true,
  });
  await writeFile(new URL(`generated/${name}.ts`, web), withoutRoot(text));
}

/** The same models with one kind of reference, no field titles (each would become a type), and marks always there. */
function clean(models) {
  const text = JSON.stringify(models).replaceAll("#/components/schemas/", "#/$defs/");
  const cleaned = JSON.parse(text);
  for (const model of Object.values(cleaned)) {
    delete model.title;
    const properties = Object.entries(model.properties ?? {});
    for (const [, property] of properties) delete property.title;
    const marks = properties.filter(([, property]) => "const" in property).map(([key]) => key);
    model.required = [...new Set([...(model.required ?? []), ...marks])];
  }
  return cleaned;
}

/** The generator wants a root type; nobody else does. */
function withoutRoot(text) {
  return text.replace(/export interface Root \{\}\n/, "").replaceAll(/\/\*\*\n(?: \*.*\n)*? \* via the `definition`[\s\S]*?\*\/\n/g, describe);
}

function describe(comment) {
  const lines = comment.split("\n").filter((line) => !/This interface was referenced|via the `definition`/.test(line));
  const words = lines.slice(1, -2).filter((line, index, all) => line.trim() !== "*" || all[index + 1]);
  return words.some((line) => line.trim() !== "*") ? ["/**", ...words, " */", ""].join("\n") : "";
}
