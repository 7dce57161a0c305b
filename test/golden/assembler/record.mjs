// Records what nasm says: see README.md.

import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';

const here = import.meta.dirname;
const scratch = mkdtempSync(path.join(tmpdir(), 'nasm-'));

function nasm(folder, file) {
	const output = path.join(scratch, 'out.bin');
	rmSync(output, {force: true});
	const run = spawnSync('nasm', ['-f', 'bin', file, '-o', output], {cwd: folder, encoding: 'utf8'});
	return {bytes: existsSync(output) ? readFileSync(output) : undefined, text: run.stderr.trim()};
}

function sources(folder) {
	return readdirSync(path.join(here, folder)).filter(name => name.endsWith('.asm')).sort();
}

const write = (name, value) => writeFileSync(path.join(here, name), JSON.stringify(value, undefined, '\t') + '\n');

write('cases.json', Object.fromEntries(sources('cases').map(name => {
	const {bytes, text} = nasm(path.join(here, 'cases'), name);
	return [name, {bytes: bytes?.toString('hex') ?? null, messages: text === '' ? [] : text.split('\n')}];
})));

if (process.argv[2] === 'forms') {
	// The forms of forms.txt that are there already are recorded again; new ones come from standard input, one `bits|instruction` a line.
	const lines = readFileSync(0, 'utf8').split('\n').filter(line => line !== '');
	const recorded = lines.map(line => {
		const [bits, instruction] = line.split('|');
		writeFileSync(path.join(scratch, 'form.asm'), `bits ${bits}\norg 0x1000\nlab: db 0\n${instruction}\nfwd: db 0\n`);
		const {bytes, text} = nasm(scratch, 'form.asm');
		const messages = [...new Set(text.split('\n').map(message => message.replace(/^form\.asm:\d+: (?:error|warning): /, '')))].join('; ');
		const hex = bytes?.subarray(1, -1).toString('hex');
		return `${bits}|${instruction}|${hex === undefined ? `!${messages}` : hex + (messages === '' ? '' : `?${messages}`)}`;
	});
	writeFileSync(path.join(here, 'forms.txt'), recorded.join('\n') + '\n');
}

rmSync(scratch, {recursive: true});
