// `info registers`, as x86_cpu_dump_state of QEMU 7.2 (target/i386/cpu-dump.c) prints it for a 32-bit processor.
//
// Simplified: the lines of what the processor does not have are left out: EFER, the floating-point unit and SSE.

import {registersOf, segmentsOf} from '../../model/hypervisor/guest-snapshot.js';
import type {GuestMachine} from '../../model/hypervisor/guest-machine.js';
import type {SegmentRow} from '../../model/hypervisor/guest-schema.js';
import {attribute, dplOf, isCode, isConforming, isExpandDown, isPresent, isReadable, isSystem, isWritableData, typeOf} from '../../model/machine/descriptor.js';

const hex = (value: number, digits = 8): string => (value >>> 0).toString(16).padStart(digits, '0');

const systemNames = [
	'Reserved', 'TSS16-avl', 'LDT', 'TSS16-busy', 'CallGate16', 'TaskGate', 'IntGate16', 'TrapGate16',
	'Reserved', 'TSS32-avl', 'Reserved', 'TSS32-busy', 'CallGate32', 'Reserved', 'IntGate32', 'TrapGate32',
];

const order: ReadonlyArray<readonly [shown: string, name: SegmentRow['name']]> = [['ES ', 'ES'], ['CS ', 'CS'], ['SS ', 'SS'], ['DS ', 'DS'], ['FS ', 'FS'], ['GS ', 'GS'], ['LDT', 'LDTR'], ['TR ', 'TR']];

export function showRegisters(guest: GuestMachine): string {
	const {cpu} = guest;
	const {EAX, EBX, ECX, EDX, ESI, EDI, EBP, ESP, EIP, EFLAGS, CR0, CR2, CR3, CR4} = registersOf(guest);
	const segments = segmentsOf(guest);
	return [
		'', 'CPU#0',
		`EAX=${hex(EAX)} EBX=${hex(EBX)} ECX=${hex(ECX)} EDX=${hex(EDX)}`,
		`ESI=${hex(ESI)} EDI=${hex(EDI)} EBP=${hex(EBP)} ESP=${hex(ESP)}`,
		`EIP=${hex(EIP)} EFL=${hex(EFLAGS)} [${flagLetters(EFLAGS)}] CPL=${cpu.cpl} II=${Number(cpu.shadow)} A20=1 SMM=0 HLT=${Number(guest.isHalted)}`,
		...order.map(([shown, wanted]) => `${shown}=${segmentLine(segments.find(({name}) => name === wanted)!, cpu.protectedMode)}`),
		`GDT=     ${hex(cpu.gdtr.base)} ${hex(cpu.gdtr.limit)}`,
		`IDT=     ${hex(cpu.idtr.base)} ${hex(cpu.idtr.limit)}`,
		`CR0=${hex(CR0)} CR2=${hex(CR2)} CR3=${hex(CR3)} CR4=${hex(CR4)}`,
		[0, 1, 2, 3].map(index => `DR${index}=${hex(cpu.dr[index]!)} `).join(''),
		`DR6=${hex(cpu.dr[6]!)} DR7=${hex(cpu.dr[7]!)}`,
	].map(line => `${line}\n`).join('');
}

function flagLetters(eflags: number): string {
	return ([[10, 'D'], [11, 'O'], [7, 'S'], [6, 'Z'], [4, 'A'], [2, 'P'], [0, 'C']] as const).map(([bit, letter]) => (eflags >> bit & 1) === 1 ? letter : '-').join('');
}

function segmentLine({selector, base, limit, attributes}: SegmentRow, isProtected: boolean): string {
	const values = `${hex(selector, 4)} ${hex(base)} ${hex(limit)} ${hex(attributes)}`;
	return isProtected && isPresent(attributes) ? `${values} DPL=${dplOf(attributes)} ${kindOf(attributes)}` : values;
}

function kindOf(attributes: number): string {
	if (isSystem(attributes)) {
		return systemNames[typeOf(attributes)]!;
	}

	const isBig = (attributes & attribute.big) !== 0;
	const accessed = (attributes & attribute.accessed) === 0 ? '-' : 'A';
	return isCode(attributes)
		? `${isBig ? 'CS32' : 'CS16'} [${isConforming(attributes) ? 'C' : '-'}${isReadable(attributes) ? 'R' : '-'}${accessed}]`
		: `${isBig ? 'DS  ' : 'DS16'} [${isExpandDown(attributes) ? 'E' : '-'}${isWritableData(attributes) ? 'W' : '-'}${accessed}]`;
}
