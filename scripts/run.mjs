// `npm start` and `npm run -s virtlab -- ARGS`: builds if a source is newer than the build, then runs it in this process. Prints
// nothing of its own but errors, because what runs may be a filter.

import {spawn} from 'node:child_process';
import {existsSync, readdirSync, statSync} from 'node:fs';
import {constants} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const entry = join(root, 'dist', 'cli.js');
const pinnedNode = join(root, 'node_modules', 'node', 'bin', 'node');
const oldestMajor = 22;

if (Number(process.versions.node.split('.')[0]) < oldestMajor && existsSync(pinnedNode)) {
	runWithPinnedNode();
} else {
	if (isStale()) {
		const {build} = await import('./build.mjs');
		await build().catch(error => {
			// esbuild has printed where and what.
			console.error(error.errors === undefined ? error : 'virtlab: the sources do not build');
			process.exit(1);
		});
	}

	await import(entry);
}

function isStale() {
	if (!existsSync(entry)) {
		return true;
	}

	const builtMs = statSync(entry).mtimeMs;
	return ['package-lock.json', 'scripts/build.mjs', 'source'].some(path => newestMs(join(root, path)) > builtMs);
}

/** The time of the newest file or folder under `path`; a folder's own time tells of files that were removed. */
function newestMs(path) {
	const {mtimeMs} = statSync(path, {throwIfNoEntry: false}) ?? {mtimeMs: 0};
	if (/\.[a-z]+$/.test(path)) {
		return mtimeMs;
	}

	return readdirSync(path).reduce((newest, name) => Math.max(newest, newestMs(join(path, name))), mtimeMs);
}

function runWithPinnedNode() {
	const child = spawn(pinnedNode, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {stdio: 'inherit'});
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) {
		// The terminal sends these to the child as well; it decides when to end.
		process.on(signal, () => child.kill(signal));
	}

	child.on('exit', (status, signal) => {
		process.exitCode = status ?? 128 + constants.signals[signal];
	});
}
