// Guests without end: somebody presses Ctrl-C, or their instructions are used up.

import {expect, test} from 'vitest';
import {decodeText} from '../../../source/base/bytes.js';
import {GuestMachine} from '../../../source/model/hypervisor/guest-machine.js';
import {assemble} from '../../../source/model/machine/assembler/assemble.js';
import type {Action} from '../../../source/session/action.js';
import {apply, startSession} from '../../../source/session/apply.js';

test('Ctrl-C gives the prompt back, and the machine is paused where it was', () => {
	let {session} = startSession({lab: undefined, scenario: 'default', seed: 1, learner: 'test', interactive: true, columns: 80, rows: 24});
	let shown = '';
	const actions: readonly Action[] = [
		{type: 'line', text: 'printf "bits 32\\norg 0x100000\\njmp \\$\\n" > loop.asm'},
		{type: 'line', text: 'vmm run --budget 1000000000 loop.asm', waitNs: 1_000_000},
		{type: 'interrupt'},
		{type: 'line', text: 'echo $?; vmm list | tail -n 1'},
	];
	for (const action of actions) {
		const applied = apply(session, action);
		({session} = applied);
		shown += applied.output.map(({bytes}) => decodeText(bytes)).join('');
	}

	expect(shown.replaceAll('\r\n', '\n')).toMatch(/vmm: loop: paused \(\d+ instructions\)\nlearner@lab:~\$ echo .*\n130\nloop .* paused\n/v);
});

test.each(['bare', 'hardware-nested', 'hardware-shadow', 'binary-translation'] as const)('a handler that faults itself comes to an end under %s', runner => {
	// The table is above the stack, so that nothing that is pushed destroys it; #UD leads to UD2.
	const result = assemble('bits 32\norg 0x100000\nmov word [0x200030], h\nmov dword [0x200032], 0x8E000008\nmov word [0x200036], h >> 16\nlidt [r]\nh: ud2\nr: dw 0x7ff\ndd 0x200000\n'.replace('mov word [0x200030], h\n', 'mov word [0x200030], (h - $$) & 0xffff\n').replace('h >> 16', '0x10'));
	const bytes = 'errors' in result ? new Uint8Array() : result.bytes;
	expect(bytes.length).toBeGreaterThan(0);
	const guest = new GuestMachine(runner, {ramBytes: 4 * 2 ** 20, image: {kind: 'kernel', bytes}});
	expect(guest.run(20_000).why).toBe('budget');
});
