// Writes what Telegram's Bot API takes and gives as one JSON schema, from the types in @grammyjs/types:
// node scripts/bot-api.mjs OUTPUT. Its definitions `Requests` and `Results` have a property for each method.
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createGenerator } from "ts-json-schema-generator";

const require = createRequire(import.meta.url);
// The generator's own compiler: ours has no stable interface for programs.
const ts = createRequire(require.resolve("ts-json-schema-generator"))("typescript");
const types = dirname(require.resolve("@grammyjs/types/package.json"));
const folder = await mkdtemp(join(tmpdir(), "bot-api-"));

try {
  await cp(types, folder, { recursive: true });
  await rewrite("message.d.ts", spelledOut);
  await rewrite("methods.d.ts", flattened);
  const tsconfig = join(folder, "tsconfig.json");
  await writeFile(tsconfig, JSON.stringify({ compilerOptions: { strict: true, types: [] }, files: ["methods.d.ts"] }));
  const path = join(folder, "methods.d.ts");
  const generator = createGenerator({ path, tsconfig, type: "BotApi", expose: "all", jsDoc: "none", skipTypeCheck: true });
  await writeFile(process.argv[2], JSON.stringify(generator.createSchema("BotApi")));
} finally {
  await rm(folder, { recursive: true });
}

async function rewrite(name, change) {
  await writeFile(join(folder, name), change(await readFile(join(folder, name), "utf8")));
}

/** `MsgWith<"text">` makes a field of a message a required one, which the generator does not see. */
function spelledOut(source) {
  const { members } = declared(source, "Message");
  const field = (name) => members.find((member) => member.name.text === name).type.getText();
  return source.replaceAll(/MsgWith<"(\w+)">/g, (_all, name) => `{ ${name}: ${field(name)} }`);
}

/** Nor does it see through `Parameters<…>` and `ReturnType<…>`, so each method becomes two properties; and it has no
 * names for what is generic, so the type of a file, `F`, is put in. */
function flattened(generic) {
  const source = generic.replaceAll("<F>", "").replaceAll(/\bF\b/g, "Upload");
  // What is no signature is an old name of another method.
  const methods = declared(source, "ApiMethods").type.members.filter(ts.isMethodSignature);
  const requests = methods.map((m) => `${m.name.getText()}: ${m.parameters[0]?.type.getText() ?? "{}"};`);
  const results = methods.map((m) => `${m.name.getText()}: ${m.type.getText()};`);
  return `${source}
import type { ApiError } from "./api.js";
/** As it stands here after it was read. */
export interface Upload { name: string; size: number }
export interface Requests { ${requests.join("\n")} }
export interface Results { ${results.join("\n")} }
export interface BotApi { requests: Requests; results: Results; update: Update; refusal: ApiError }`;
}

function declared(source, name) {
  const file = ts.createSourceFile("x.d.ts", source, ts.ScriptTarget.Latest, true);
  return file.statements.find((statement) => statement.name?.text === name && !ts.isModuleDeclaration(statement));
}
