// `virtlab machine`: an image in, the state in which it ended out.

import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeAll, beforeEach, expect, test} from 'vitest';
import {assemble} from '../../source/model/machine/assembler/assemble.js';
import {builtCli} from '../support/built-cli.js';

const golden = join(import.meta.dirname, '..', 'golden', 'machine');
let cli: string;
let folder: string;

beforeAll(() => {
	cli = builtCli();
});

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'virtlab-machine-'));
});

afterEach(() => {
	rmSync(folder, {recursive: true, force: true});
});

function virtlab(...args: readonly string[]): {readonly status: number | null; readonly out: string; readonly error: string} {
	const {status, stdout, stderr} = spawnSync(process.execPath, [cli, 'machine', ...args], {encoding: 'utf8', maxBuffer: 2 ** 23});
	return {status, out: stdout, error: stderr};
}

/** A firmware image whose reset vector jumps to `source`, 16-bit code at F000:0000. */
function image(source: string): string {
	const result = assemble(`bits 16\norg 0\n${source}\ntimes 0xfff0 - ($ - $$) db 0\njmp 0xf000:0\ntimes 0x10000 - ($ - $$) db 0\n`);
	if ('errors' in result) {
		throw new Error(JSON.stringify(result.errors));
	}

	const file = join(folder, 'image.bin');
	writeFileSync(file, result.bytes);
	return file;
}

test('a program of the judges, as JSON: the same shape and the same values', () => {
	const {status, out} = virtlab(join(golden, 't09-int80.bin'), '--json');
	const state = JSON.parse(out) as Record<string, unknown>;
	expect(status).toBe(0);
	expect(state).toMatchObject({
		file: 't09-int80.bin', end: 'halted', finished: true,
		regs: {EAX: '0x10', EIP: '0x100c3', EFL: '0x46', DS: {sel: 16, base: 0, limit: 0xFFFF_FFFF, attr: 0xCF_9300}, flags: '---Z-P-'},
		mem: {'0x6000': ['0x0000002a', '0x0000001b', '0x00009fe8', '0x00011302', '0x0000001b', '0x00000002', '0x0000c000', '0x00000023', '0x00000008', ...Array.from({length: 7}, () => '0x00000000')]},
	});
	expect((state['faults'] as unknown[])[0]).toMatchObject({vec: 13, err: '0x8', ip: '0x11321', cs: '0x1b', name: '#GP', cpl: 3});
});

test('in words, with memory that was asked for', () => {
	const {status, out} = virtlab(join(golden, 't10-io.bin'), '--mem', '0x6000:8', '--mem', '20480:4');
	expect(status).toBe(0);
	expect(out).toMatch(/^end: halted, \d+ instructions\nEAX=0xdead /v);
	expect(out).toContain('\nfault 0: #GP error 0x0 at 0x1b:0x112fb ring 3\n');
	expect(out).toContain('\nmemory 0x5000: 0x00000003\n');
	expect(out).toContain('\nport 0xe9: "KU"');
});

test.each(['binary-translation', 'hardware-shadow', 'hardware-nested'])('under %s a program sees what it sees on the bare machine', technique => {
	const ended = (name: string): Record<string, unknown> => {
		const {technique: _, instructions: __, ...state} = JSON.parse(virtlab(join(golden, 't06-accessed-dirty.bin'), '--technique', name, '--json').out) as Record<string, unknown>;
		return state;
	};
	expect(ended(technique)).toEqual(ended('bare'));
});

test('under trap-and-emulate POPF does not change the interrupt flag', () => {
	const words = (name: string): unknown => (JSON.parse(virtlab(join(golden, 't02-popf-cpl3.bin'), '--technique', name, '--json').out) as {mem: Record<string, string[]>}).mem['0x6000']!.slice(0, 2);
	expect([words('bare'), words('trap-and-emulate')]).toEqual([['0x00003202', '0x00000002'], ['0x00000202', '0x00000202']]);
});

test('a program without end ends after its budget', () => {
	const {status, out} = virtlab(image('.l: jmp .l'), '--budget', '1000');
	expect([status, out.split('\n')[0]]).toEqual([0, 'end: budget (the instructions it was given are used up), 1000 instructions']);
});

test('what is not modelled is said with its bytes', () => {
	expect(virtlab(image('nop\ndb 0xd9, 0xe8')).out.split('\n')[0]).toMatch(/^end: not-modelled \(not modelled: d9 e8(?: 00)+ at 0x1 \(FPU instruction\)\), 2 instructions$/v);
});

test('a flood of text is cut', () => {
	const {status, out} = virtlab(image('mov al, "x"\n.l: out 0xe9, al\njmp .l'), '--budget', '4000000', '--json');
	expect(status).toBe(0);
	const {port_e9: text, dropped} = JSON.parse(out) as {port_e9: string; dropped: number};
	expect([text.length, text.length + dropped]).toEqual([2 ** 20, 1_999_999]);
});

test.each([
	[['--technique', 'magic'], 'virtlab: machine: there is no technique "magic"; there are: bare, trap-and-emulate, binary-translation, hardware-shadow, hardware-nested, paravirtualization\n'],
	[['--budget', '0'], 'virtlab: machine: --budget must be a whole number from 1 to 1000000000000\n'],
	[['--mem', 'x'], 'virtlab: machine: --mem x: write ADDRESS:BYTES, for example 0x6000:64\n'],
])('%s is refused', (flags, message) => {
	expect(virtlab(join(golden, 't01-alu.bin'), ...flags)).toEqual({status: 2, out: '', error: message});
});

test('files that are no images are refused', () => {
	const file = join(folder, 'short.bin');
	writeFileSync(file, 'short');
	expect(virtlab(file)).toEqual({status: 2, out: '', error: `virtlab: machine: ${file} has 5 bytes; an image has 65536\n`});
	truncateSync(file, 2 ** 40);
	expect(virtlab(file).error).toBe(`virtlab: machine: ${file} has 1099511627776 bytes; an image has 65536\n`);
	expect(virtlab(folder).error).toBe(`virtlab: machine: ${folder} is not a file\n`);
	expect(virtlab(join(folder, 'none')).error).toBe(`virtlab: machine: there is no file ${join(folder, 'none')}\n`);
	expect(virtlab().error).toBe('virtlab: machine: name an image\n');
});
