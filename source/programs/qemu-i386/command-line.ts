// The command line of qemu-system-i386, read from left to right: the first thing that is wrong is what it complains of.

import {unmodelledOptions} from './unmodelled-options.js';

export type Accelerator = 'kvm' | 'tcg' | 'xen';

export type CommandLine = {
	readonly accelerator: Accelerator;
	readonly memoryMib: number;
	readonly kernel: string | undefined;
	readonly bios: string | undefined;
	readonly hasMonitor: boolean;
	readonly hasDebugConsole: boolean;
	/** The first serial port is on standard output: -nographic. */
	readonly hasSerial: boolean;
	readonly isPaused: boolean;
	readonly noReboot: boolean;
	readonly noShutdown: boolean;
};

/** Simplified: QEMU gives 128 MiB where nothing is said, and as much as the host has. */
const memory = {usual: 16, least: 2, most: 64} as const;
const valued = ['accel', 'm', 'kernel', 'bios', 'monitor', 'display', 'debugcon'] as const;
const plain = ['nographic', 'S', 'no-reboot', 'no-shutdown'] as const;
type Given = {readonly values: ReadonlyMap<Valued, string>; readonly flags: ReadonlySet<string>};
type Valued = typeof valued[number];

/** What is asked for; or the complaint, without the program's name. */
export function readCommandLine(args: readonly string[]): CommandLine | 'version' | string {
	const values = new Map<Valued, string>();
	const flags = new Set<string>();
	for (let at = 0; at < args.length; at++) {
		const arg = args[at]!;
		const name = arg.replace(/^--?/v, '');
		const option = valued.find(known => known === name);
		if (!arg.startsWith('-')) {
			return `virtlab: ${arg}: a disk image is not modelled`;
		}

		if (name === 'version') {
			return 'version';
		}

		if (option !== undefined) {
			at++;
			const value = args[at];
			if (value === undefined) {
				return `${arg}: requires an argument`;
			}

			values.set(option, value);
		} else if (plain.some(known => known === name)) {
			flags.add(name);
		} else {
			return unmodelledOptions.has(name) ? `virtlab: ${arg} is not modelled` : `${arg}: invalid option`;
		}
	}

	return refusal({values, flags}) ?? wanted({values, flags});
}

function refusal({values, flags}: Given): string | undefined {
	const accelerator = values.get('accel') ?? 'tcg';
	for (const name of ['monitor', 'debugcon'] as const) {
		const device = values.get(name) ?? 'none';
		if (device !== 'stdio' && device !== 'none') {
			return `virtlab: -${name} ${device} is not modelled: stdio and none are`;
		}
	}

	if ((values.get('display') ?? 'none') !== 'none') {
		return `virtlab: -display ${values.get('display')!} is not modelled: none is`;
	}

	if (!flags.has('nographic') && !values.has('display')) {
		return 'virtlab: a screen is not modelled: give -nographic or -display none';
	}

	if (!['kvm', 'tcg', 'xen'].includes(accelerator)) {
		return /^(?:hax|hvf|nvmm|whpx|qtest)$|[,:]/v.test(accelerator) ? `virtlab: -accel ${accelerator} is not modelled` : `-accel ${accelerator}: invalid accelerator ${accelerator}`;
	}

	if (values.has('kernel') === values.has('bios')) {
		return values.has('kernel') ? 'virtlab: -kernel together with -bios is not modelled' : 'virtlab: SeaBIOS is not modelled: give -kernel FILE or -bios FILE';
	}

	return accelerator === 'xen' && values.has('bios') ? 'virtlab: -accel xen with -bios is not modelled: a paravirtual guest has no firmware' : memoryRefusal(values.get('m'));
}

function memoryRefusal(size: string | undefined): string | undefined {
	if (size === undefined) {
		return undefined;
	}

	if (!/^\d+[kKmMgG]?$/v.test(size)) {
		return /^[\d.,=a-zA-Z]*[,=.]/v.test(size) ? `virtlab: -m ${size} is not modelled: a number with k, M or G is`
			: `-m ${size}: Parameter 'size' expects a non-negative number below 2^64\nOptional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, peta-\nand exabytes, respectively.`;
	}

	const mib = mebibytes(size);
	return Number.isInteger(mib) && mib >= memory.least && mib <= memory.most ? undefined : `virtlab: -m ${size} is not modelled: whole MiB from ${memory.least} to ${memory.most} are`;
}

function mebibytes(size: string): number {
	return Number.parseInt(size, 10) * ({k: 1 / 1024, g: 1024}[size.at(-1)!.toLowerCase()] ?? 1);
}

function wanted({values, flags}: Given): CommandLine {
	const size = values.get('m');
	return {
		accelerator: (values.get('accel') ?? 'tcg') as Accelerator,
		memoryMib: size === undefined ? memory.usual : mebibytes(size),
		kernel: values.get('kernel'), bios: values.get('bios'),
		hasMonitor: values.get('monitor') === 'stdio', hasDebugConsole: values.get('debugcon') === 'stdio', hasSerial: flags.has('nographic'),
		isPaused: flags.has('S'), noReboot: flags.has('no-reboot'), noShutdown: flags.has('no-shutdown'),
	};
}
