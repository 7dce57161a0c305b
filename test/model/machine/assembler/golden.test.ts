// The assembler gives nasm's bytes and nasm's words (how they were recorded: test/golden/assembler/README.md).

import {existsSync, readFileSync, readdirSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {formSource} from '../../../support/assembler-forms.js';
import {assemblePlainly, withoutRepeats} from '../../../support/assembler-result.js';
import type {PlainResult} from '../../../support/assembler-result.js';

const goldens = new URL('../../../golden/assembler/', import.meta.url);
const machinePrograms = new URL('../../../golden/machine/', import.meta.url);
const text = (name: string, folder: URL) => readFileSync(new URL(name, folder), 'utf8');

function includesFrom(folder: URL): (name: string) => string | undefined {
	return name => existsSync(new URL(name, folder)) ? text(name, folder) : undefined;
}

describe('sources', () => {
	const folder = new URL('cases/', goldens);
	const recorded = JSON.parse(text('cases.json', goldens)) as Readonly<Record<string, PlainResult>>;

	test('every recorded case has its source', () => {
		expect(readdirSync(folder).filter(name => name.endsWith('.asm'))).toEqual(Object.keys(recorded));
	});

	test.each(Object.keys(recorded))('%s', name => {
		const ours = assemblePlainly(text(name, folder), {file: name, includes: includesFrom(folder)});
		const {bytes, messages} = recorded[name]!;
		expect({bytes: ours.bytes, messages: withoutRepeats(ours.messages)}).toEqual({bytes, messages: withoutRepeats(messages)});
	});
});

describe('programs of the machine', () => {
	const names = readdirSync(machinePrograms).filter(name => name.endsWith('.asm'));

	test.each(names)('%s', name => {
		const source = text(name, machinePrograms);
		// The images were made with a list of memory to print: see the README there.
		const ranges = [...source.matchAll(/^; @mem (\S+) (\S+)/gmv)].map(match => `,${match[1]},${match[2]}`);
		const dump = `dd 0x4f00,64,0x5000,0x1000${ranges.join('')}`;
		const ours = assemblePlainly(source, {file: name, includes: includesFrom(machinePrograms), defines: {DUMPLIST: dump}});
		expect(ours.messages).toEqual([]);
		expect(ours.bytes === readFileSync(new URL(name.replace('.asm', '.bin'), machinePrograms), 'hex')).toBe(true);
	});
});

test('thousands of instructions have the bytes, or the refusal, that nasm gave', () => {
	const different: string[] = [];
	const lines = text('forms.txt', goldens).trimEnd().split('\n');
	for (const line of lines) {
		const [bits, instruction] = line.split('|');
		const ours = formLine(bits!, instruction!);
		if (ours !== line) {
			different.push(`${line}\n\tours: ${ours}`);
		}
	}

	expect(different).toEqual([]);
	expect(lines.length).toBeGreaterThan(5000);
});

/** A line of forms.txt. */
function formLine(bits: string, instruction: string): string {
	const {bytes, messages} = assemblePlainly(formSource(bits, instruction), {file: 'form.asm'});
	const plain = [...new Set(messages.map(message => message.replace(/^form\.asm:\d+: (?:error|warning): /v, '')))].join('; ');
	return `${bits}|${instruction}|${bytes === null ? `!${plain}` : bytes.slice(2, -2) + (plain === '' ? '' : `?${plain}`)}`;
}
