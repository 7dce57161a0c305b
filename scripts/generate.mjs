// Writes the files that are made from the sources; with --check it only says which are not fresh. `npm test` runs the check.
//
// A generator that has nothing to read yet answers undefined, and its file is left alone.

import {existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const doNotEdit = '<!-- Made by `npm run generate`; edit the sources instead. -->';

const generated = {
	'docs/scope.md': scope,
	'docs/programs.md': programs,
	'docs/lab.schema.json': labSchema,
	'docs/keys.md': keys,
	'source/model/world/guest-sources-table.ts': guestSources,
};

const check = process.argv.includes('--check');
const stale = [];
for (const [path, generate] of Object.entries(generated)) {
	const text = await generate();
	const file = join(root, path);
	if (text === undefined || (existsSync(file) && readFileSync(file, 'utf8') === text)) {
		continue;
	}

	stale.push(path);
	if (!check) {
		writeFileSync(file, text);
	}
}

if (check && stale.length > 0) {
	console.error(`Not fresh: ${stale.join(', ')}. Run \`npm run generate\` and commit the result.`);
	process.exitCode = 1;
}

/** Where the model is simpler than reality: every comment of source/ that begins with `Simplified:`, by folder and file. */
function scope() {
	const byFolder = new Map();
	for (const file of sourceFiles()) {
		for (const text of simplifications(readFileSync(join(root, file), 'utf8'))) {
			const folder = dirname(file).replace(/^source\/?/, '') || 'source';
			byFolder.set(folder, [...byFolder.get(folder) ?? [], `- \`${file.split('/').at(-1)}\`: ${text}`]);
		}
	}

	const sections = [...byFolder].map(([folder, lines]) => `## ${folder}\n\n${lines.join('\n')}\n`);
	return `${doNotEdit}\n# Where the model is simpler than reality\n\nFrom the comments that begin with \`Simplified:\`, so that the list and the code cannot disagree.\n\n${sections.join('\n')}`;
}

function simplifications(text) {
	const found = [];
	const lines = text.split('\n');
	for (let index = 0; index < lines.length; index++) {
		const [, first] = /^\s*(?:\/\/|\/?\*+|.*?\s\/\/)\s*Simplified:\s*(.*)$/.exec(lines[index]) ?? [];
		if (first === undefined) {
			continue;
		}

		const parts = [first];
		if (!first.endsWith('*/')) {
			for (let next; (next = /^\s*(?:\/\/|\*(?!\/))\s?(\S.*)$/.exec(lines[index + 1] ?? '')) !== null && !/^(?:Simplified:|@)/.test(next[1]); index++) {
				parts.push(next[1].trim());
			}
		}

		found.push(parts.join(' ').replace(/\s*\*\/$/, ''));
	}

	return found;
}

/** The executables of the model, from the table that the kernel is given. */
function programs() {
	const file = join(root, 'source/programs/table.ts');
	if (!existsSync(file)) {
		return undefined;
	}

	const text = readFileSync(file, 'utf8');
	const modules = new Map([...text.matchAll(/^import \{([^\}]+)\} from '(\.[^']+)\.js';$/gm)].flatMap(([, names, module]) => names.split(',').map(name => [name.trim().split(/\s+as\s+/).at(-1), module])));
	const [, body] = /=\s*\{\n([\s\S]*?)^\};?/m.exec(text) ?? [];
	const rows = [...(body ?? '').matchAll(/^\t(?:'([^']+)'|([\w]+))(?::\s*(\w+))?[^\n]*,$/gm)].map(([, quoted, plain, value]) => {
		const name = quoted ?? plain;
		const module = modules.get(value ?? name);
		const path = module === undefined ? 'source/programs/table.ts' : join('source/programs', `${module}.ts`);
		return `| \`${name}\` | \`${path}\` | ${headline(path)} |`;
	});
	rows.sort();
	return `${doNotEdit}\n# Programs\n\nWhat the simulated hosts and images can execute. Options that a program does not know are refused with the real tool's message.\n\n| program | file | |\n|---|---|---|\n${rows.join('\n')}\n`;
}

/** The first sentence of a file's head comment. */
function headline(path) {
	const lines = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8').split('\n') : [];
	const end = lines.findIndex(line => !line.startsWith('//'));
	const text = lines.slice(0, Math.max(end, 0)).map(line => line.replace(/^\/\/\s?/, '')).join(' ');
	return (/^.*?\.(?=\s|$)/.exec(text)?.[0] ?? text).replaceAll('|', '\\|');
}

/** The kernels of labs/guests as a module: the model reads no files. */
function guestSources() {
	const folder = join(root, 'labs/guests');
	const rows = readdirSync(folder).sort().map(name => {
		const text = readFileSync(join(folder, name), 'utf8').replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${');
		return `\t'${name}': \`${text}\`,\n`;
	});
	return `// Made by \`npm run generate\` from labs/guests; edit the kernels there.\n\nexport const guestSources: Readonly<Record<string, string>> = {\n${rows.join('')}};\n`;
}

async function labSchema() {
	const module = await load('source/lab/schema.ts');
	return module === undefined ? undefined : `${JSON.stringify(module.labJsonSchema(), undefined, '\t')}\n`;
}

async function keys() {
	const module = await load('source/tui/keys-document.ts');
	return module?.keysDocument();
}

/** A module of the sources, bundled so that plain Node can run it; undefined if there is no such file. */
async function load(path) {
	if (!existsSync(join(root, path))) {
		return undefined;
	}

	const {build} = await import('esbuild');
	const outfile = join(root, 'node_modules/.cache/generate', `${process.pid}-${path.replaceAll('/', '-')}.mjs`);
	mkdirSync(dirname(outfile), {recursive: true});
	await build({absWorkingDir: root, entryPoints: [path], outfile, bundle: true, format: 'esm', platform: 'node', target: 'node22', packages: 'external', logLevel: 'error'});
	try {
		return await import(pathToFileURL(outfile).href);
	} finally {
		rmSync(outfile, {force: true});
	}
}

function sourceFiles() {
	return readdirSync(join(root, 'source'), {recursive: true, withFileTypes: true})
		.filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name))
		.map(entry => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
		.sort();
}
