// SPDX-License-Identifier: MIT
// Makes one file of the page: node bundle.mjs SOURCES BUILD. BUILD has the node_modules,
// and gets page.html.
import {createHash} from 'node:crypto';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join, resolve} from 'node:path';

const [sources, build] = process.argv.slice(2).map((path) => resolve(path));
const modules = join(build, 'node_modules');
const esbuild = createRequire(join(build, 'package.json'))('esbuild');

function bundle(file) {
    return esbuild.buildSync({
        entryPoints: [join(sources, file)],
        absWorkingDir: build,
        nodePaths: [modules],
        bundle: true,
        minify: true,
        format: 'esm',
        target: 'es2022',
        charset: 'utf8',
        legalComments: 'none',  // licences() has them
        metafile: true,
        write: false,
    });
}

// The licences of the packages whose code is in the bundle ask for their text.
function licences(metafile) {
    const names = Object.keys(metafile.inputs)
                      .map((path) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1])
                      .filter(Boolean);
    const by_text = new Map();
    for (const name of [...new Set(names)].sort()) {
        const file = ['LICENSE', 'LICENSE.md', 'LICENSE.txt']
                         .map((each) => join(modules, name, each))
                         .find(existsSync);
        if (!file) throw new Error(`no licence: ${name}`);
        const text = readFileSync(file, 'utf8').trim();
        by_text.set(text, [...(by_text.get(text) ?? []), name]);
    }
    return [...by_text].map(([text, of]) => `${of.join(', ')}:\n\n${text}\n`).join('\n');
}

const {outputFiles: [script], metafile} = bundle('page.js');
const {outputFiles: [style]} = bundle('page.css');
if (/<\/script|<!--/i.test(script.text)) throw new Error('the bundle would end its own element');

const parts = {
    licences: licences(metafile).replaceAll('--', '- -'),  // within a comment
    script: script.text,
    'script-hash': createHash('sha256').update(script.text).digest('base64'),
    style: style.text,
};
const html = readFileSync(join(sources, 'page.html'), 'utf8');
writeFileSync(
    join(build, 'page.html'), html.replace(/\{\{([\w-]+)\}\}/g, (_, name) => parts[name]));
