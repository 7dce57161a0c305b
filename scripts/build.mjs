// Bundles source/cli.tsx into dist/. The full-screen program is a chunk of its own, so that `virtlab shell` never loads Ink.
//
// Files are put in place one by one, chunks (whose names contain the hash of their content) before the entry, and old chunks
// stay for a day: a virtlab that is running while another one builds still finds the chunks that it has not loaded yet.

import {existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const outdir = join(root, 'dist');
const oldChunkSeconds = 86_400;

/** React's development tools are loaded by Ink only when DEV=true; they are not installed and not wanted. */
const emptyDevtools = {
	name: 'empty-devtools',
	setup(build) {
		build.onResolve({filter: /^react-devtools-core$/}, () => ({path: 'react-devtools-core', namespace: 'empty'}));
		build.onLoad({filter: /.*/, namespace: 'empty'}, () => ({contents: 'export default {initialize() {}, connectToDevTools() {}};'}));
	},
};

const options = {
	absWorkingDir: root,
	entryPoints: {cli: 'source/cli.tsx', 'grade-worker': 'source/cli/grade-worker.ts'},
	outdir,
	bundle: true,
	splitting: true,
	format: 'esm',
	platform: 'node',
	target: 'node22',
	jsx: 'automatic',
	chunkNames: 'chunks/[name]-[hash]',
	// Names stay, for stack traces; without the rest there is a third less to read at every start.
	minifyWhitespace: true,
	minifySyntax: true,
	legalComments: 'external',
	logLevel: 'error',
	write: false,
	// `ws` looks for two optional accelerators that nobody installs.
	// Piscina begins its threads with a file of its own folder, so it stays one.
	external: ['bufferutil', 'utf-8-validate', 'piscina'],
	// Yoga looks whether there is a fetch for its WebAssembly, which it has in itself: to look alone makes Node load all of undici, 27 ms.
	define: {fetch: 'undefined', 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"'},
	banner: {js: 'import {createRequire as __createRequire} from \'node:module\'; const require = __createRequire(import.meta.url);'},
	plugins: [emptyDevtools],
};

export async function build() {
	const started = new Date();
	const {build: bundle} = await import('esbuild');
	const {outputFiles} = await bundle(options);
	const entry = join(outdir, 'cli.js');
	for (const file of outputFiles.toSorted((a, b) => Number(a.path === entry) - Number(b.path === entry))) {
		putInPlace(file.path, file.contents);
	}

	// The entry's time says which sources are in it: those that were there when the build began.
	utimesSync(entry, started, started);
	removeOldChunks(new Set(outputFiles.map(file => basename(file.path))));
}

function putInPlace(path, contents) {
	mkdirSync(dirname(path), {recursive: true});
	const partial = `${path}.${process.pid}`;
	writeFileSync(partial, contents);
	renameSync(partial, path);
}

function removeOldChunks(current) {
	const oldMs = Date.now() - (oldChunkSeconds * 1000);
	for (const path of [...filesIn(join(outdir, 'chunks'), {depth: 0}), ...filesIn(join(outdir, 'compile-cache'), {depth: 1})]) {
		if (!current.has(basename(path)) && statSync(path, {throwIfNoEntry: false})?.mtimeMs < oldMs) {
			rmSync(path, {force: true});
		}
	}
}

/** The compile cache (source/cli.tsx) has a folder for each version of Node. */
function filesIn(folder, {depth}) {
	const entries = existsSync(folder) ? readdirSync(folder, {withFileTypes: true}) : [];
	return entries.flatMap(entry => entry.isDirectory() ? (depth > 0 ? filesIn(join(folder, entry.name), {depth: depth - 1}) : []) : [join(folder, entry.name)]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	if (existsSync(join(root, 'source', 'cli.tsx')) && existsSync(join(root, 'node_modules', 'esbuild'))) {
		await build();
	} else {
		console.error('virtlab: nothing built: source/cli.tsx or esbuild (a development dependency) is missing');
	}
}
