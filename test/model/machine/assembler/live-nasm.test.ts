// Random instructions against the nasm of this computer, where there is one. The seed changes nothing between two runs; SEED=7 asks for others.

import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {expect, test} from 'vitest';
import {formSource, randomForms} from '../../../support/assembler-forms.js';
import {assemblePlainly, withoutRepeats} from '../../../support/assembler-result.js';

const version = spawnSync('nasm', ['-v'], {encoding: 'utf8'}).stdout ?? '';
const hasNasm = version.startsWith('NASM version 2.16');
const seed = Number(process.env['SEED'] ?? 2026);

test.skipIf(!hasNasm)('random instructions are assembled as nasm does (skipped without nasm 2.16)', () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'nasm-'));
	const different: unknown[] = [];
	for (const [index, instruction] of randomForms(seed, 150).entries()) {
		const source = formSource(index % 3 === 0 ? '16' : '32', instruction);
		writeFileSync(path.join(folder, 'form.asm'), source);
		rmSync(path.join(folder, 'form.bin'), {force: true});
		const run = spawnSync('nasm', ['-f', 'bin', 'form.asm', '-o', 'form.bin'], {cwd: folder, encoding: 'utf8'});
		const binary = path.join(folder, 'form.bin');
		const theirs = {bytes: existsSync(binary) ? readFileSync(binary, 'hex') : null, messages: withoutRepeats(run.stderr.split('\n').filter(line => line !== ''))};
		const {bytes, messages} = assemblePlainly(source, {file: 'form.asm'});
		const ours = {bytes, messages: withoutRepeats(messages)};
		if (JSON.stringify(ours) !== JSON.stringify(theirs)) {
			different.push({instruction, ours, theirs});
		}
	}

	rmSync(folder, {recursive: true});
	expect(different).toEqual([]);
}, 120_000);
