// Builds the page into bayes_trace/explore/product/page.html; the same source gives the same bytes.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { build } from "esbuild";

const OUT = process.argv[2] ?? "../bayes_trace/explore/product/page.html";
const { outputFiles, metafile } = await build({
  entryPoints: ["src/main.tsx", "src/style.css"],
  outdir: "out",
  bundle: true,
  write: false,
  metafile: true,
  minify: true,
  charset: "ascii",
  format: "iife",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
});
const text = (ending) => outputFiles.find((file) => file.path.endsWith(ending)).text.trim();
const script = text(".js").replaceAll("</", "<\\/").replaceAll("<!--", "<\\!--");
const style = text(".css");
const hash = (content) => `'sha256-${createHash("sha256").update(content).digest("base64")}'`;
// nothing is fetched, nothing is sent; what runs is what stands here
const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`;

// whoever made a part of it is named, with the terms; equal terms stand once
const used = [...new Set(Object.keys(metafile.inputs).flatMap((path) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? []))].sort();
const terms = new Map();
for (const name of used) {
  const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
  const file = readdirSync(`node_modules/${name}`).find((each) => /^licen[cs]e/i.test(each));
  const text = file ? readFileSync(`node_modules/${name}/${file}`, "utf8").trim() : "";
  terms.set(text, [...(terms.get(text) ?? []), `${name} ${version} (${license})`]);
}
const licences = [...terms].map(([text, names]) => `${names.join(", ")}\n\n${text}`).join("\n\n\n");

const parts = { policy, style, script, licences: licences.replaceAll("--", "- -") };
const page = readFileSync("page.html", "utf8").replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
mkdirSync(dirname(OUT), { recursive: true });
writeFileSync(OUT, page);
console.log(`${OUT}: ${(page.length / 1024).toFixed(0)} kB`);
