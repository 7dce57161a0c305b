// vmm: runs 32-bit kernels under a hypervisor's technique of one's choice, and looks into them while they run.
//
// Each guest is a process of the host (vmm/machine-process.ts); the subcommands that look into one ask it over its socket.
//
// Simplified: the guest's processor, its hypervisor and the host's hardware are virtlab's 32-bit machine; a real host would be a 64-bit one.

import type {Process, Running} from '../model/kernel/program.js';
import {printTo} from './standard-io.js';
import {subcommands} from './vmm/subcommands.js';

function usage(): string {
	const rows = Object.entries(subcommands).map(([name, {usage: how, summary}]) => `  ${`${name} ${how}`.trim().padEnd(44)} ${summary}\n`);
	return `Usage: vmm COMMAND [OPTION]... [ARGUMENT]...\nRun 32-bit kernels under a hypervisor and look into them. Kernels to begin with are in /usr/share/vmm.\n\n${rows.join('')}\nCommands that look into a machine take --name NAME; without it they mean the one that was started last.\n`;
}

export function * vmm(process: Process): Running {
	const [name, ...rest] = process.argv.slice(1);
	if (name === undefined || name === '--help' || name === 'help') {
		yield * printTo(process, name === undefined ? 2 : 1, usage());
		return name === undefined ? 2 : 0;
	}

	const command = Object.hasOwn(subcommands, name) ? subcommands[name as keyof typeof subcommands] : undefined;
	if (command === undefined) {
		yield * printTo(process, 2, `vmm: there is no command "${name}"; vmm --help lists them\n`);
		return 2;
	}

	return yield * command.run(process, rest);
}
