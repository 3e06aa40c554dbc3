// Runs in Node beside nlp.js' packages: reads {"language", "train", "texts"}, prints what it took to learn and then the
// likeliest intent in scope of each text. Everything is as nlp.js comes, but that it stores and loads nothing.

const { readFileSync } = require("node:fs");
const { containerBootstrap } = require("@nlpjs/core");
const { LangEn } = require("@nlpjs/lang-en");
const { LangZh } = require("@nlpjs/lang-zh");
const { Nlp } = require("@nlpjs/nlp");

const OUT_OF_SCOPE = "out_of_scope";
const NONE = "None"; // nlp.js' own name for what belongs to no intent
const TELL_EVERY = 500;

async function main() {
  const task = JSON.parse(readFileSync(0, "utf8"));
  console.log = tellEpochs; // nlp.js prints a line a pass
  const container = await containerBootstrap();
  container.use(Nlp);
  container.use(task.language === "zh" ? LangZh : LangEn);
  const nlp = container.get("nlp");
  nlp.settings.autoSave = false;
  nlp.settings.autoLoad = false;
  nlp.addLanguage(task.language);
  const began = performance.now();
  for (const [text, label] of task.train) {
    nlp.addDocument(task.language, text, label === OUT_OF_SCOPE ? NONE : label);
  }
  await nlp.train();
  print({ train_s: (performance.now() - began) / 1000 });
  for (const [at, text] of task.texts.entries()) {
    const { classifications } = await nlp.process(task.language, text);
    const best = classifications.find((one) => one.intent !== NONE) ?? { intent: "", score: 0 };
    print([best.intent, best.score]);
    if ((at + 1) % TELL_EVERY === 0) console.error(`    nlp.js read ${at + 1} of ${task.texts.length}`);
  }
}

function print(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function tellEpochs(line) {
  if (/^Epoch \d*0 /.test(line)) console.error(`    nlp.js: ${line}`);
}

main();
