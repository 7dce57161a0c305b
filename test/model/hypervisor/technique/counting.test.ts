// The same guest work under shadow and under nested tables: what real virtual hardware showed for twenty rounds of reading CR3, writing
// it and two INVLPG was 81 exits against one (AMD SVM in QEMU, each with one exit to end it).

import {expect, test} from 'vitest';
import {GuestMachine} from '../../../../source/model/hypervisor/guest-machine.js';
import type {TechniqueName} from '../../../../source/model/hypervisor/technique/techniques.js';
import {assemble} from '../../../../source/model/machine/assembler/assemble.js';
import {exitReason} from '../../../../source/model/machine/vm-exit.js';

const source = `
    bits 32
    org 0x100000
    mov edi, 0x201000               ; one page table, the first 4 MiB as they are
    mov eax, 7
    mov ecx, 1024
fill:
    stosd
    add eax, 4096
    loop fill
    mov dword [0x200000], 0x201007
    mov eax, 0x200000
    mov cr3, eax
    mov eax, cr0
    or eax, 0x80000000
    mov cr0, eax
    mov ecx, 20
work:
    mov eax, cr3
    mov cr3, eax
    invlpg [0x300000]
    invlpg [0x301000]
    loop work
    hlt
`;

/** Exits by reason, without those that only fill tables in. */
function exitsUnder(technique: TechniqueName): Readonly<Record<string, number>> {
	const assembled = assemble(source);
	if (!('bytes' in assembled)) {
		throw new Error(JSON.stringify(assembled.errors));
	}

	const guest = new GuestMachine(technique, {ramBytes: 8 * 2 ** 20, image: {kind: 'kernel', bytes: assembled.bytes}});
	expect(guest.run(1_000_000)).toEqual({why: 'halted'});
	const names = new Map<number, string>(Object.entries(exitReason).map(([name, reason]) => [reason, name]));
	return Object.fromEntries([...guest.vcpu!.counts.exits].map(([reason, count]) => [names.get(reason)!, count]));
}

test('shadow tables: every round is four exits; loading CR3 and CR0 to switch paging on is two more', () => {
	const {crAccess, invlpg, hlt} = exitsUnder('hardware-shadow');
	expect({crAccess, invlpg, hlt}).toEqual({crAccess: 20 * 2 + 2, invlpg: 20 * 2, hlt: 1});
});

test('nested tables: the guest does all of it by itself, and only its end exits; the rest fills EPT in', () => {
	const {eptViolation, ...others} = exitsUnder('hardware-nested');
	expect(others).toEqual({hlt: 1});
	expect(eptViolation).toBeLessThan(10);
});
