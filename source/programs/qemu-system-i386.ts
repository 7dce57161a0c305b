// qemu-system-i386: the machine of this course run by the user's own hand, by one of the ways there are to run a guest.
//
// Simplified: a kernel of -kernel is a flat binary for 1 MiB, or a source that is assembled to one; QEMU takes Linux and Multiboot images.
// Of the debug console's port QEMU's -debugcon tells the same as here, 0xE9. The machine has no PCI bus and no screen.

import {firmwareBytes} from '../model/machine/physical-memory.js';
import {kernelAddress} from '../model/hypervisor/guest-loader.js';
import type {GuestImage} from '../model/hypervisor/guest-machine.js';
import {layout} from '../model/hypervisor/technique/paravirtualization/domain-builder.js';
import type {RunnerName} from '../model/hypervisor/technique/techniques.js';
import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {ExitStatus, Process, Running} from '../model/kernel/program.js';
import {mebibyte} from '../model/machine/machine.js';
import {type Accelerator, type CommandLine, readCommandLine} from './qemu-i386/command-line.js';
import {Emulator} from './qemu-i386/emulator.js';
import {banner, prompt} from './qemu-i386/monitor.js';
import {type Blocking, printTo} from './standard-io.js';
import {readFile, readImage} from './vmm/image.js';

/**
 * Simplified: QEMU's TCG translates the guest's code to the host's, whatever processor this has, and finds memory by a table of its own.
 * Here tcg is translation from the processor's own code to the same processor's, as VMware's first was.
 */
const runners: Readonly<Record<Accelerator, RunnerName>> = {kvm: 'hardware-nested', tcg: 'binary-translation', xen: 'paravirtualization'};

const version = 'QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)\nCopyright (c) 2003-2022 Fabrice Bellard and the QEMU Project developers\n';

export function * qemuSystemI386(process: Process): Running {
	const line = readCommandLine(process.argv.slice(1));
	if (line === 'version') {
		yield * printTo(process, 1, version);
		return 0;
	}

	const problem = typeof line === 'string' ? `qemu-system-i386: ${line}` : yield * hostRefusal(process, line);
	if (problem !== undefined || typeof line === 'string') {
		return yield * refuse(process, problem ?? '');
	}

	const image = yield * readGuest(process, line);
	if (typeof image === 'string') {
		return yield * refuse(process, image);
	}

	if (failed(process.sys.setMemory(line.memoryMib * mebibyte))) {
		return yield * refuse(process, 'qemu-system-i386: cannot set up guest memory \'pc.ram\': Cannot allocate memory');
	}

	return yield * new Emulator(process, line, {runner: runners[line.accelerator], image}).run();
}

function * refuse(process: Process, message: string): Blocking<ExitStatus> {
	yield * printTo(process, 2, `${message}\n`);
	return 1;
}

/** Why the devices cannot be connected, or the accelerator not be had. */
function * hostRefusal(process: Process, line: CommandLine): Blocking<string | undefined> {
	const {sys} = process;
	if (line.accelerator === 'kvm') {
		const device = sys.open('/dev/kvm', {read: true, write: true});
		// The device has no driver in the model, which the kernel says once it has found the caller's rights good enough.
		if (failed(device) && device.errno !== 'ENXIO') {
			return `Could not access KVM kernel module: ${errorTextOf(device)}\nqemu-system-i386: -accel kvm: failed to initialize kvm: ${errorTextOf(device)}`;
		}

		if (!failed(device)) {
			sys.close(device);
		}
	}

	if (line.hasMonitor && (line.hasDebugConsole || line.hasSerial)) {
		yield * printTo(process, 1, banner + prompt);
	}

	if (line.hasMonitor && line.hasSerial) {
		return 'qemu-system-i386: cannot use stdio by multiple character devices\nqemu-system-i386: could not connect serial device to character backend \'stdio\'';
	}

	return line.hasDebugConsole && (line.hasMonitor || line.hasSerial) ? 'qemu-system-i386: -debugcon stdio: cannot use stdio by multiple character devices\nqemu-system-i386: -debugcon stdio: invalid character backend \'stdio\'' : undefined;
}

/** The image, or why there is none. */
function * readGuest(process: Process, {kernel, bios, memoryMib, accelerator}: CommandLine): Blocking<GuestImage | string> {
	if (bios !== undefined) {
		const bytes = yield * readFile(process, bios, 2 ** 24);
		if ('refused' in bytes || bytes.length % firmwareBytes !== 0) {
			return `qemu: could not load PC BIOS '${bios}'`;
		}

		return bytes.length === firmwareBytes ? {kind: 'firmware', bytes} : `qemu-system-i386: virtlab: a -bios of more than ${firmwareBytes} bytes is not modelled`;
	}

	const path = kernel!;
	const found = process.sys.open(path, {read: true});
	if (failed(found)) {
		return `qemu: could not open kernel file '${path}': ${errorTextOf(found)}`;
	}

	process.sys.close(found);
	const bytes = yield * readImage(process, path);
	if ('refused' in bytes) {
		return bytes.refused.map(line => `qemu-system-i386: virtlab: ${line}`).join('\n');
	}

	const isXen = accelerator === 'xen';
	if (kernelAddress + bytes.length > memoryMib * mebibyte || (isXen && (memoryMib < layout.mappedBytes / mebibyte || bytes.length > layout.mappedBytes - layout.kernel))) {
		return `qemu-system-i386: virtlab: ${path}: ${bytes.length} bytes do not fit into a guest of ${memoryMib} MiB`;
	}

	return {kind: 'kernel', bytes};
}
