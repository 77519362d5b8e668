// Finishes what cargo-leptos made for the browser, before the server takes it in: names that change with what is
// in a file, in whatever order the splitter happened to write; nothing that no browser asks for; and every file
// compressed.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const SITE = 'target/site';
const PACKAGE = join(SITE, 'pkg');

// These name each other. cargo-leptos calls them by what they were before they did, so that two builds which
// differ only in a chunk would give one name to two scripts; and browsers keep what has a name for a year.
const MUTUAL = /^(hallpass|__wasm_split)\.([\w-]{22})\.(js|wasm)$/;

// The splitter takes these out of a hash map: `{ memory, __indirect_function_table,  }`.
const NAMES = /(?<=\{ )(?:\w+, )+(?= \})/g;

// Bytes as characters: WebAssembly is searched as a script is.
const BYTES = 'latin1';

// Types, and what another kind of page would load ahead.
const UNUSED = /\.ts$|^__wasm_split_manifest\..*json$/;

for (const name of readdirSync(PACKAGE)) if (UNUSED.test(name)) rmSync(join(PACKAGE, name));
nameTogether();
compress();

// Gives the three one hash, of all that is in them but their names.
function nameTogether() {
  const names = readdirSync(PACKAGE).filter((name) => MUTUAL.test(name)).sort();
  if (names.length !== 3) {
    throw new Error(`${PACKAGE} has to have two scripts and their WebAssembly, and has: ${names.join(', ')}`);
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

// gzip at its best, without the time at which it was done; brotli does its best unasked.
function compress() {
  for (const entry of readdirSync(SITE, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || /\.(br|gz)$/.test(entry.name)) continue;
    const file = join(entry.parentPath ?? entry.path, entry.name);
    const content = readFileSync(file);
    writeFileSync(`${file}.br`, brotliCompressSync(content));
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  }
}
