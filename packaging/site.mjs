// Post-processes the site of cargo-leptos before it is embedded in the server: names depend on contents only, whatever the order
// of the splitter's output; unused files are deleted; every file is compressed.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const SITE = 'target/site';
const PACKAGE = join(SITE, 'pkg');

// These files contain each other's names. cargo-leptos hashes them before it inserts the names, so two builds that differ only in a
// chunk would give two scripts one name, and browsers cache a name for a year.
const MUTUAL = /^(hallpass|__wasm_split)\.([\w-]{22})\.(js|wasm)$/;

// The splitter writes these in the order of a hash map: `{ memory, __indirect_function_table,  }`.
const NAMES = /(?<=\{ )(?:\w+, )+(?= \})/g;

// Bytes as characters, so that WebAssembly can be searched like a script.
const BYTES = 'latin1';

// Type declarations, and a manifest for preloading that is not used.
const UNUSED = /\.ts$|^__wasm_split_manifest\..*json$/;

for (const name of readdirSync(PACKAGE)) if (UNUSED.test(name)) rmSync(join(PACKAGE, name));
nameTogether();
compress();

// Gives the three files one hash, of their contents without their names.
function nameTogether() {
  const names = readdirSync(PACKAGE).filter((name) => MUTUAL.test(name)).sort();
  if (names.length !== 3) {
    throw new Error(`${PACKAGE} must contain two scripts and their WebAssembly, and contains: ${names.join(', ')}`);
  }
  const hashes = names.map((name) => MUTUAL.exec(name)[2]);
  const rename = (text, hash) => hashes.reduce((text, old) => text.replaceAll(old, hash), text);
  const sort = (list) => list.match(/\w+, /g).sort().join('');
  const contents = names.map((name) => {
    const text = readFileSync(join(PACKAGE, name), BYTES);
    return name.startsWith('__wasm_split') ? text.replace(NAMES, sort) : text;
  });
  const digest = createHash('sha256');
  for (const text of contents) digest.update(rename(text, ''), BYTES);
  const hash = digest.digest('base64url').slice(0, hashes[0].length);
  names.forEach((name, at) => {
    writeFileSync(join(PACKAGE, name), rename(contents[at], hash), BYTES);
    renameSync(join(PACKAGE, name), join(PACKAGE, rename(name, hash)));
  });
}

// gzip at the highest level and without a timestamp; brotli uses its highest level by default.
function compress() {
  for (const entry of readdirSync(SITE, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || /\.(br|gz)$/.test(entry.name)) continue;
    const file = join(entry.parentPath ?? entry.path, entry.name);
    const content = readFileSync(file);
    writeFileSync(`${file}.br`, brotliCompressSync(content));
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  }
}
