// Command substitution and process substitution: a forked shell whose output is read through a pipe.

import {concatBytes} from '../base/bytes.js';
import {step} from '../model/kernel/blocking.js';
import {errorTextOf, failed, type Failure} from '../model/kernel/errno.js';
import {programMemoryBytes} from '../model/kernel/limits.js';
import type {Fd} from '../model/kernel/program.js';
import {signalNumbers} from '../model/kernel/signal.js';
import {forkShell} from './fork.js';
import {abandon, stashSignals} from './shell.js';
import type {Doing, Shell} from './shell.js';
import {decodeShellText} from './text.js';

/** The longest text a substitution may leave in a word. */
export const wordBytesMax = 1_048_576;

/** How much of a longer text is read, and charged as the shell's memory, before it is given up: a control group with less kills it first. */
const chargedBytesMax = 256 * 1024 * 1024;

/** The output of the commands, without newlines at its end. */
export function * substituteCommand(shell: Shell, source: string): Doing<string> {
	const pipe = shell.process.sys.pipe();
	if (failed(pipe)) {
		return yield * abandon(shell, `command substitution: cannot make pipe: ${errorTextOf(pipe)}`);
	}

	const pid = yield * forkShell(shell, {group: undefined}, child => {
		const {sys} = child.process;
		if (!child.hasShopt('inherit_errexit') && child.personality.kind === 'bash') {
			child.options.set.delete('errexit');
		}

		sys.close(pipe.readEnd);
		moveTo(child, pipe.writeEnd, 1);
		return child.engine.runText(child, source, 'substitution');
	});
	shell.process.sys.close(pipe.writeEnd);
	const output = yield * readToEnd(shell, pipe.readEnd);
	shell.process.sys.close(pipe.readEnd);
	shell.substitutionStatus = yield * awaitChild(shell, pid);
	shell.status = shell.substitutionStatus;
	if (failed(output) || output.size > wordBytesMax) {
		return yield * abandon(shell, failed(output) ? 'out of memory' : `command substitution: output is longer than ${wordBytesMax} bytes`);
	}

	return decodeShellText(concatBytes(output.parts).filter(byte => byte !== 0)).replace(/\n+$/v, '');
}

/** Answers the path under which the other end of the pipe can be opened. */
export function * substituteProcess(shell: Shell, direction: '<' | '>', source: string): Doing<string> {
	const {sys} = shell.process;
	const pipe = sys.pipe();
	if (failed(pipe)) {
		return yield * abandon(shell, `process substitution: cannot make pipe: ${errorTextOf(pipe)}`);
	}

	const [ours, theirs] = direction === '<' ? [pipe.readEnd, pipe.writeEnd] : [pipe.writeEnd, pipe.readEnd];
	const pid = yield * forkShell(shell, {group: undefined}, child => {
		child.process.sys.close(ours);
		moveTo(child, theirs, direction === '<' ? 1 : 0);
		return child.engine.runText(child, source, 'substitution');
	});
	shell.strays.push(pid);
	sys.close(theirs);
	let fd = 63;
	while (sys.descriptors().includes(fd)) {
		fd--;
	}

	sys.dup2(ours, fd);
	sys.close(ours);
	shell.substitutionFds.push(fd);
	return `/dev/fd/${fd}`;
}

function moveTo(child: Shell, from: Fd, to: Fd): void {
	if (from !== to) {
		child.process.sys.dup2(from, to);
		child.process.sys.close(from);
	}
}

type Output = {readonly parts: readonly Uint8Array[]; readonly size: number};

/** Reads a pipe to its end into memory. What is longer than any word may be is counted, no longer kept. */
function * readToEnd(shell: Shell, fd: Fd): Doing<Output | Failure> {
	const parts: Uint8Array[] = [];
	let size = 0;
	while (size <= chargedBytesMax) {
		const bytes = shell.process.sys.read(fd, 65_536);
		if (failed(bytes)) {
			if (bytes.errno !== 'EAGAIN') {
				break;
			}

			if ((yield {kind: 'sleep', channels: [shell.process.sys.readChannel(fd)]}) === 'signal') {
				stashSignals(shell);
			}

			if (shell.flow?.kind === 'interrupt') {
				break;
			}

			continue;
		}

		if (bytes.length === 0) {
			break;
		}

		size += bytes.length;
		if (size <= wordBytesMax) {
			parts.push(bytes);
			continue;
		}

		const refusal = shell.process.sys.setMemory(programMemoryBytes + size);
		if (failed(refusal)) {
			return refusal;
		}

		yield step;
	}

	if (size > wordBytesMax) {
		shell.process.sys.setMemory(programMemoryBytes);
	}

	return {parts, size};
}

/** Waits for a child that is no job. */
export function * awaitChild(shell: Shell, pid: number): Doing {
	for (;;) {
		const status = shell.process.sys.wait(pid);
		if (!failed(status)) {
			return status.kind === 'exited' ? status.status : (status.kind === 'killed' ? 128 + signalNumbers[status.signal] : 0);
		}

		if (status.errno !== 'EAGAIN') {
			return 127;
		}

		if ((yield {kind: 'sleep', channels: [shell.process.sys.childChannel()]}) === 'signal') {
			stashSignals(shell);
		}
	}
}
