// The kernels of labs/guests: under every technique that can, they end as on the bare machine; under naive trap-and-emulate two of them
// show what goes wrong there.

import {describe, expect, test} from 'vitest';
import {textFromBytes} from '../../../source/base/byte-text.js';
import {GuestMachine} from '../../../source/model/hypervisor/guest-machine.js';
import {registersOf} from '../../../source/model/hypervisor/guest-snapshot.js';
import type {RunnerName} from '../../../source/model/hypervisor/technique/techniques.js';
import {assemble} from '../../../source/model/machine/assembler/assemble.js';
import {guestSources} from '../../../source/model/world/guest-sources-table.js';

function image(name: string): Uint8Array {
	const result = assemble(guestSources[name]!, {file: name, includes: wanted => guestSources[wanted]});
	if ('errors' in result) {
		throw new Error(JSON.stringify(result.errors));
	}

	return result.bytes;
}

function ended(name: string, runner: RunnerName): {readonly why: string; readonly text: string; readonly registers: object} {
	const guest = new GuestMachine(runner, {ramBytes: 4 * 2 ** 20, image: {kind: 'kernel', bytes: image(`${name}.asm`)}});
	const {why} = guest.run(5_000_000);
	return {why, text: textFromBytes(guest.host.debugConsole.text.since(0)), registers: registersOf(guest)};
}

const texts: Readonly<Record<string, string>> = {
	hello: 'Hello from ring 0\n',
	syscall: 'kernel: into ring 3\nprogram: hello through INT 0x80\nkernel: #GP in ring 3\nkernel: the program has ended\n',
	processes: 'ABABABAB\nkernel: both have run\n',
	toucher: '00000100 pages touched\n',
	disk: 'a sector written, read and compared\n',
	virtio: 'a sector written, read and compared\n',
	popf: 'after POPF with IF set:   IF is set\nafter POPF with IF clear: IF is clear\n',
	sensitive: 'GDT at      001000e8\nIDT at      00008000\nmachine word 00000011\ntask register 00000028\nCS          00000008\n',
};

describe.each(Object.entries(texts))('%s', (name, text) => {
	test('on the bare machine', () => {
		expect(ended(name, 'bare')).toMatchObject({why: 'halted', text});
	});

	test.each(['binary-translation', 'hardware-shadow', 'hardware-nested'] as const)('under %s: the same text, the same registers', runner => {
		expect(ended(name, runner)).toEqual(ended(name, 'bare'));
	});
});

test('trap-and-emulate: POPF does not change the interrupt flag, which is always set in ring 1', () => {
	expect(ended('popf', 'trap-and-emulate').text).toBe('after POPF with IF set:   IF is set\nafter POPF with IF clear: IF is set\n');
});

test('trap-and-emulate: SGDT, SIDT, SMSW and STR show the hypervisor\'s, and CS the real ring', () => {
	expect(ended('sensitive', 'trap-and-emulate').text).toBe('GDT at      fc400000\nIDT at      fc410000\nmachine word 00000031\ntask register 00000000\nCS          00000009\n');
});
