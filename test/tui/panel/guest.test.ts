// What the panels about guests show of a record that a guest published, and of what changed since the one before.

import {expect, test} from 'vitest';
import type {GuestRecord} from '../../../source/model/hypervisor/guest-schema.js';
import {panels, panelOrder, type PanelName} from '../../../source/tui/panel/panels.js';
import {lineText} from '../../../source/tui/text/styled-line.js';
import {changed, task, worldOf} from './small-world.js';

const counts = {clock: 120, idle: 0, direct: 100, emulated: 20, exits: 9, shadowFills: 3, nestedFills: 0, hypercalls: 0, translatedBlocks: 2, callouts: 5, tlbHits: 80, tlbMisses: 4, walkReads: 8};
const registers = {EAX: 0xFFFF_FFFF, EBX: 0, ECX: 0, EDX: 0, ESI: 0, EDI: 0, EBP: 0, ESP: 0x9000, EIP: 0x10_0000, EFLAGS: 2, CR0: 0x8000_0011, CR2: 0, CR3: 0x1000, CR4: 0};

const guest: GuestRecord = {
	name: 'hello', task: 9, uid: 1000, file: '/usr/share/vmm/hello.asm', technique: 'binary-translation', memoryBytes: 2 ** 24, state: 'paused', detail: undefined, version: 1,
	registers, ring: {guest: 0, real: 1},
	segments: [
		{name: 'CS', selector: 8, base: 0, limit: 0xFFFF_FFFF, dpl: 0, attributes: 0}, {name: 'SS', selector: 16, base: 0, limit: 0xFFFF_FFFF, dpl: 0, attributes: 0},
		{name: 'DS', selector: 16, base: 0, limit: 0xFFFF_FFFF, dpl: 0, attributes: 0}, {name: 'LDTR', selector: 0, base: 0, limit: 0, dpl: 0, attributes: 0},
	],
	gdtr: {base: 0x500, limit: 0x2F}, idtr: {base: 0, limit: 0x7FF},
	code: [{address: 0x10_0000, bytes: 'fa', text: 'cli'}],
	walks: [{what: 'EIP', walk: {
		gva: 0x10_0000, access: 'fetch', gpa: 0x10_0000, hva: 0x7F00_0010_0000, hpa: 0x1FF_0000, failed: undefined, references: 1,
		steps: [{tables: 'shadow', asked: 0x10_0000, level: 1, index: 0, entryAddress: 0x5000, entry: 0x6067}, {tables: 'shadow', asked: 0x10_0000, level: 0, index: 256, entryAddress: 0x6400, entry: 0x1FF_0025}],
	}}],
	tlb: [{linear: 0x10_0000, physical: 0x1FF_0000, vpid: 1, writable: false, user: true, dirty: false, global: false}],
	counts, exits: [{reason: 0, name: 'EXCEPTION_NMI', count: 9}], exceptions: [{vector: 3, name: '#BP', count: 5}],
	blocks: [{guestAddress: 0x10_0000, cacheAddress: 0xFFC0_1000, guest: [{address: 0x10_0000, bytes: 'fa', text: 'cli'}], translation: [{address: 0xFFC0_1000, bytes: '', text: 'mov dword [gs:0x0], 0x0'}, {address: 0xFFC0_100B, bytes: 'cc', text: 'int3'}], identical: 0}],
	memory: {slots: [{slot: 0, gpa: 0, bytes: 2 ** 24, hva: 0x7F00_0000_0000, residentPages: 3}], resident: [{gpa: 0x10_0000, hpa: 0x1FF_0000}], tableFrames: [0x5000, 0x6000], freeFrames: 8000},
	console: {tail: '', bytes: 0},
};

const world = worldOf({'guest:1': [['hello', guest]], 'task:1': [[9, task({id: 9})]]});
const later = changed(world, {'guest:1': [['hello', {...guest, version: 2, registers: {...registers, EAX: 7}, counts: {...counts, exits: 10}, exits: [{reason: 0, name: 'EXCEPTION_NMI', count: 10}]}]]});

function shown(name: PanelName, now = world, before: typeof world | undefined = undefined): string {
	return panels[name].lines({world: now, before, trace: []}, {locale: 'en', width: 100}).map(line => lineText(line)).join('\n');
}

test('registers, with the ring that is believed and the one that is', () => {
	expect(shown('registers')).toBe(`hello  binary-translation  paused
  ring 0 to the guest, ring 1 to the processor
  EAX    ffffffff  EBX    00000000  ECX    00000000  EDX    00000000  
  ESI    00000000  EDI    00000000  EBP    00000000  ESP    00009000  
  EIP    00100000  EFLAGS 00000002  CR0    80000011  CR2    00000000  
  CR3    00001000  CR4    00000000  
  CS             0008 00000000+ffffffff DPL 0
  SS DS          0010 00000000+ffffffff DPL 0
  GDTR 00000500+2f  IDTR 00000000+7ff
▸ 00100000  fa                      cli`);
});

test('on a narrow panel there are fewer registers in a row, and no bytes of code', () => {
	const lines = panels.registers.lines({world, before: undefined, trace: []}, {locale: 'en', width: 40}).map(line => lineText(line));
	expect([lines[2], lines.at(-1)]).toEqual(['  EAX    ffffffff  EBX    00000000  ', '▸ 00100000  cli']);
});

test('the walk of an address, entry by entry', () => {
	expect(shown('page-tables')).toBe(`hello  binary-translation  paused
  EIP GVA 0x100000  2 table entries read
    shadow  L2 [   0] 0x5000 = 00006067 PWUAD--
    shadow  L1 [ 256] 0x6400 = 01ff0025 P-UA---
    → GPA 0x100000 → HVA 0x7f0000100000 → HPA 0x1ff0000`);
});

test('the TLB, the exits, the translation cache and the memory', () => {
	expect(shown('tlb')).toBe('hello  binary-translation  paused\n  80 hits, 4 misses, 8 table entries read\n  VPID  LINEAR    PHYSICAL     FLAGS\n     1  00100000  0x1ff0000    -U--');
	expect(shown('exits')).toBe(`hello  binary-translation  paused
  100 instructions ran directly (83 %)
  20 were emulated
   0 EXCEPTION_NMI                           9
     #BP                                     5
  shadow entries filled in                   3
  blocks translated                          2
  callouts from translated code              5`);
	expect(shown('translation-cache')).toBe(`hello  binary-translation  paused
  2 blocks translated, 5 callouts
  00100000 → ffc01000  0 instructions copied as they are
    cli                           mov dword [gs:0x0], 0x0
                                  int3`);
	expect(shown('guest-memory')).toBe(`hello  binary-translation  paused
  slot 0  GPA 0x0+0x1000000 → HVA 0x7f0000000000
  3 of 4096 pages have frames
  2 frames of tables, 8000 frames free
    00100000 → 01ff0000`);
});

test('what the last command changed is marked', () => {
	expect(shown('registers', later, world).split('\n').filter(line => line.startsWith('*'))).toEqual(['* EAX    00000007  EBX    00000000  ECX    00000000  EDX    00000000  ']);
	expect(shown('exits', later, world).split('\n').filter(line => line.startsWith('*'))).toEqual(['*  0 EXCEPTION_NMI                          10 +1']);
});

test('a guest whose process is gone is not shown, and without guests the panels say what to try', () => {
	const gone = changed(world, {'task:1': []});
	expect(shown('registers', gone)).toBe('No guest is running. Try vmm run.');
});

test('panels of guests come first while there are guests', () => {
	expect(panelOrder(world, undefined).slice(0, 3)).toEqual(['registers', 'exits', 'page-tables']);
	expect(panelOrder(worldOf({}), 'tlb').slice(0, 2)).toEqual(['tlb', 'layer-stack']);
});
