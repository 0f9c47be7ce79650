// Makes a client from stream.json with @hey-api/openapi-ts, as JavaScript that Node runs.
// Usage: node generate.mjs PACKAGES DOCUMENT FOLDER
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';

const [packages, input, output] = process.argv.slice(2);
const load = createRequire(`${packages}/package.json`);
const main = `${packages}/node_modules/@hey-api/openapi-ts/dist/index.mjs`;
const {createClient} = await import(pathToFileURL(main));
await createClient({
  input,
  output,
  plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
  logs: {level: 'silent', file: false},
});

const ts = load('typescript');
const compilerOptions = {module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022};
for (const entry of readdirSync(output, {recursive: true})) {
  if (!entry.endsWith('.ts'))
    continue;
  const text = readFileSync(join(output, entry), 'utf8');
  const {outputText} = ts.transpileModule(text, {compilerOptions});
  writeFileSync(join(output, entry.replace(/\.ts$/, '.js')), outputText);
}
writeFileSync(join(output, 'package.json'), '{"type": "commonjs"}\n');
