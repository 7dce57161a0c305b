// Paravirtualization's equivalence: a kernel that was ported to Xen says what the unmodified one says on the bare machine, where both have
// the same to say.

import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {GuestMachine} from '../../../../source/model/hypervisor/guest-machine.js';
import {Xen} from '../../../../source/model/hypervisor/technique/paravirtualization/xen.js';
import {assemble} from '../../../../source/model/machine/assembler/assemble.js';

const folder = new URL('../../../../labs/guests/', import.meta.url);
const source = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

function kernel(name: string): Uint8Array {
	const result = assemble(source(name), {file: name, includes: source});
	if (!('bytes' in result)) {
		throw new Error(JSON.stringify(result.errors));
	}

	return result.bytes;
}

const text = (bytes: Iterable<number>): string => String.fromCharCode(...bytes);

function onBareMachine(name: string): string {
	const machine = new GuestMachine('bare', {ramBytes: 8 * 2 ** 20, image: {kind: 'kernel', bytes: kernel(name)}});
	expect(machine.run(1_000_000)).toEqual({why: 'halted'});
	return text(machine.host.debugConsole.text.bytes);
}

function onXen(name: string): string {
	const xen = new Xen(32 * 2 ** 20);
	const domain = xen.addDomain({kernel: kernel(name)});
	xen.run(1_000_000);
	expect(domain.status).toEqual({shutdown: 'poweroff'});
	return text(domain.console);
}

test('hello says in which ring it is, which is the difference', () => {
	expect([onBareMachine('hello.asm'), onXen('hello-xen.asm')]).toEqual(['Hello from ring 0\n', 'Hello from ring 1\n']);
});

test('system calls and a fault in ring 3: the ported kernel and the unmodified one say the same', () => {
	expect(onXen('syscall-xen.asm')).toBe(onBareMachine('syscall.asm'));
	expect(onXen('syscall-xen.asm')).toBe('kernel: into ring 3\nprogram: hello through INT 0x80\nkernel: #GP in ring 3\nkernel: the program has ended\n');
});
