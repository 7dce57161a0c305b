// Builds a program for screen tests as the real one is built: one file, production React.

import {mkdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build, type Plugin} from 'esbuild';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const emptyDevtools: Plugin = {
	name: 'empty-devtools',
	setup(builder) {
		builder.onResolve({filter: /^react-devtools-core$/}, () => ({path: 'react-devtools-core', namespace: 'empty'}));
		builder.onLoad({filter: /.*/, namespace: 'empty'}, () => ({contents: 'export default {initialize() {}, connectToDevTools() {}};'}));
	},
};

/** The path of the built program. */
export async function buildProgram(source: string): Promise<string> {
	const folder = join(root, 'node_modules', '.cache', 'virtlab-screen-tests');
	mkdirSync(folder, {recursive: true});
	const outfile = join(folder, `${source.replace(/\.tsx?$/v, '')}.mjs`);
	await build({
		absWorkingDir: root,
		entryPoints: [join(root, 'test', 'tui', source)],
		outfile,
		bundle: true,
		format: 'esm',
		platform: 'node',
		target: 'node22',
		jsx: 'automatic',
		define: {'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"'},
		banner: {js: 'import {createRequire as __createRequire} from \'node:module\'; const require = __createRequire(import.meta.url);'},
		plugins: [emptyDevtools],
		logLevel: 'error',
	});
	return outfile;
}
