// Terminals: a line discipline between somebody who types and programs that read. In cooked mode it echoes, collects lines and turns Ctrl-C,
// Ctrl-\, Ctrl-Z and Ctrl-D into signals and the end of input; in raw mode every byte goes through. A pseudo-terminal has a
// program at the other side (docker's -t); the learner's own has the session. Source: termios(3), pty(7).

import {must} from '../../base/assert.js';
import {concatBytes, encodeText} from '../../base/bytes.js';
import {takeNumber} from './counter.js';
import {type Failure, failure} from './errno.js';
import {takeBytes} from './pipe.js';
import type {RunLoop} from './run-loop.js';
import type {KernelId, Task, Terminal} from './schema.js';
import {leaveDevpts} from './devpts.js';
import type {SignalName} from './signal.js';
import {postSignal, postToGroup} from './signal-delivery.js';
import {allTasks} from './tasks.js';

export function terminalChannel(id: number, event: 'input' | 'output'): string {
	return `terminal:${id}:${event}`;
}

export function makeTerminal(loop: RunLoop, options: {readonly columns: number; readonly rows: number; readonly isPseudo: boolean}): number {
	const number = takeNumber(loop.tx, 'terminal');
	loop.tx.put('terminal', number, {
		id: number, path: `/dev/pts/${number}`, ...options, raw: false, input: [], editing: new Uint8Array(0), foreground: undefined, session: undefined, hungUp: false, output: [], devpts: undefined,
	});
	return number;
}

export function getTerminal(loop: RunLoop, id: number): Terminal {
	return must(loop.tx.get('terminal', id), `getTerminal: no terminal ${id}`);
}

export function changeTerminal(loop: RunLoop, id: number, changes: Partial<Terminal>): void {
	loop.tx.put('terminal', id, {...getTerminal(loop, id), ...changes});
}

/** Reads as a program does. A background process of the terminal's session is stopped by SIGTTIN instead. */
export function readTerminal(loop: RunLoop, id: number, count: number, reader: Task): Uint8Array | Failure {
	const terminal = getTerminal(loop, id);
	if (terminal.foreground !== undefined && terminal.session === reader.session && terminal.foreground !== reader.group) {
		if (reader.dispositions.TTIN === 'ignore') {
			return failure('EIO');
		}

		postToGroup(loop, reader.kernel, reader.group, 'TTIN', reader.namespaces.pid);
		// It asks again when it goes on.
		return failure('EAGAIN');
	}

	const [first] = terminal.input;
	if (first === undefined) {
		return terminal.hungUp ? new Uint8Array(0) : failure('EAGAIN');
	}

	if (first.length === 0) {
		changeTerminal(loop, id, {input: terminal.input.slice(1)});
		return first;
	}

	// Cooked mode hands out one line a read, even when more are there.
	const {taken, rest} = takeBytes([first], count);
	changeTerminal(loop, id, {input: [...rest, ...terminal.input.slice(1)]});
	return taken;
}

/** Writes as a program does; newlines become carriage return and newline except in raw mode. */
export function writeTerminal(loop: RunLoop, id: number, bytes: Uint8Array): number | Failure {
	const terminal = getTerminal(loop, id);
	if (terminal.hungUp) {
		return failure('EIO');
	}

	put(loop, terminal, terminal.raw ? bytes.slice() : withCarriageReturns(bytes));
	return bytes.length;
}

function put(loop: RunLoop, terminal: Terminal, bytes: Uint8Array): void {
	if (bytes.length === 0) {
		return;
	}

	if (terminal.isPseudo) {
		changeTerminal(loop, terminal.id, {output: [...getTerminal(loop, terminal.id).output, bytes]});
		loop.wake(terminalChannel(terminal.id, 'output'));
	} else {
		loop.tx.emit({kind: 'terminal-output', terminal: terminal.id, bytes});
	}
}

const newline = 10;
const carriageReturn = 13;

function withCarriageReturns(bytes: Uint8Array): Uint8Array {
	let count = 0;
	for (const byte of bytes) {
		count += byte === newline ? 1 : 0;
	}

	const result = new Uint8Array(bytes.length + count);
	let at = 0;
	for (const byte of bytes) {
		if (byte === newline) {
			result[at++] = carriageReturn;
		}

		result[at++] = byte;
	}

	return result;
}

/** Keys that cooked mode turns into signals. */
const signalKeys: Readonly<Record<number, SignalName>> = {3: 'INT', 28: 'QUIT', 26: 'TSTP'};
const endOfFileKey = 4;
const eraseKey = 127;

/** Bytes arrive from the typing side: the learner's keyboard, or the program that holds a pseudo-terminal's master. */
export function typeAtTerminal(loop: RunLoop, id: number, bytes: Uint8Array): void {
	const {raw} = getTerminal(loop, id);
	if (raw) {
		changeTerminal(loop, id, {input: [...getTerminal(loop, id).input, bytes.slice()]});
	} else {
		for (let at = 0; at < bytes.length;) {
			at = typeCooked(loop, id, bytes, at);
		}
	}

	loop.wake(terminalChannel(id, 'input'));
}

/** Handles a run of plain bytes or one special key; returns where to go on. */
function typeCooked(loop: RunLoop, id: number, bytes: Uint8Array, from: number): number {
	const terminal = getTerminal(loop, id);
	const byte = bytes[from]!;
	const signal = signalKeys[byte];
	if (signal !== undefined) {
		put(loop, terminal, encodeText(`^${String.fromCodePoint(byte + 64)}`));
		changeTerminal(loop, id, {editing: new Uint8Array(0), input: []});
		signalForeground(loop, terminal, signal);
		return from + 1;
	}

	switch (byte) {
		case endOfFileKey: {
			changeTerminal(loop, id, {input: [...terminal.input, terminal.editing], editing: new Uint8Array(0)});
			return from + 1;
		}

		case eraseKey: {
			changeTerminal(loop, id, {editing: terminal.editing.subarray(0, -1)});
			put(loop, terminal, encodeText('\b \b'));
			return from + 1;
		}

		case newline:
		case carriageReturn: {
			put(loop, terminal, encodeText('\r\n'));
			changeTerminal(loop, id, {input: [...terminal.input, concatBytes([terminal.editing, Uint8Array.of(newline)])], editing: new Uint8Array(0)});
			return from + 1;
		}

		default: {
			let to = from + 1;
			while (to < bytes.length && signalKeys[bytes[to]!] === undefined && ![endOfFileKey, eraseKey, newline, carriageReturn].includes(bytes[to]!)) {
				to++;
			}

			const run = bytes.subarray(from, to);
			put(loop, terminal, run.slice());
			changeTerminal(loop, id, {editing: concatBytes([terminal.editing, run])});
			return to;
		}
	}
}

function signalForeground(loop: RunLoop, terminal: Terminal, signal: SignalName): void {
	const kernel = terminalKernel(loop, terminal);
	if (kernel === undefined || terminal.foreground === undefined) {
		return;
	}

	// A job that has ended while its shell has not yet taken the terminal back gets nothing: the shell does, so that no Ctrl-C is lost.
	const reached = postToGroup(loop, kernel, terminal.foreground, signal);
	if (!reached && terminal.session !== undefined) {
		postToGroup(loop, kernel, terminal.session, signal);
	}
}

/** The kernel whose session a terminal belongs to. */
export function terminalKernel(loop: RunLoop, terminal: Terminal): KernelId | undefined {
	for (const kernel of loop.tx.table('kernel').values()) {
		const leader = terminal.session === undefined ? undefined : loop.tx.get(`task:${kernel.id}`, terminal.session);
		if (leader?.terminal === terminal.id) {
			return kernel.id;
		}
	}

	return undefined;
}

/** What programs wrote to a pseudo-terminal since the last read of its master. */
export function readMaster(loop: RunLoop, id: number, count: number): Uint8Array | Failure {
	const terminal = getTerminal(loop, id);
	if (terminal.output.length === 0) {
		// Linux answers EIO once the last program has closed the terminal; its reader takes that as the end.
		return isHeld(loop, id) ? failure('EAGAIN') : failure('EIO');
	}

	const {taken, rest} = takeBytes(terminal.output, count);
	changeTerminal(loop, id, {output: rest});
	return taken;
}

/** Whether any program still has the terminal open. */
function isHeld(loop: RunLoop, id: number): boolean {
	for (const file of loop.tx.table('file').values()) {
		if (file.what.kind === 'terminal' && file.what.terminal === id) {
			return true;
		}
	}

	return false;
}

/** The last descriptor of a pseudo-terminal's program side was closed: its master reads the end. */
export function closeTerminalSide(loop: RunLoop, id: number): void {
	if (!isHeld(loop, id)) {
		loop.wake(terminalChannel(id, 'output'));
		removeIfClosed(loop, id);
	}
}

/** With both sides closed a pseudo-terminal is gone, and its number free for the next. */
function removeIfClosed(loop: RunLoop, id: number): void {
	const terminal = getTerminal(loop, id);
	if (terminal.isPseudo && terminal.hungUp && !isHeld(loop, id)) {
		leaveDevpts(loop, terminal);
		loop.tx.delete('terminal', id);
	}
}

/** The other side is gone: SIGHUP and SIGCONT to the foreground, and reads end. */
export function hangUp(loop: RunLoop, id: number): void {
	const terminal = getTerminal(loop, id);
	const kernel = terminalKernel(loop, terminal);
	changeTerminal(loop, id, {hungUp: true});
	if (kernel !== undefined && terminal.session !== undefined) {
		postSignal(loop, kernel, terminal.session, 'HUP');
		postSignal(loop, kernel, terminal.session, 'CONT');
	}

	loop.wake(terminalChannel(id, 'input'));
	removeIfClosed(loop, id);
}

export function resizeTerminal(loop: RunLoop, id: number, size: {readonly columns: number; readonly rows: number}): void {
	const terminal = getTerminal(loop, id);
	changeTerminal(loop, id, size);
	signalForeground(loop, terminal, 'WINCH');
}

/** The session leader is gone: its terminal may become another session's. */
export function leaveTerminal(loop: RunLoop, leader: Task): void {
	if (leader.terminal === undefined || leader.session !== leader.id) {
		return;
	}

	const terminal = loop.tx.get('terminal', leader.terminal);
	if (terminal?.session === leader.id) {
		for (const task of [...allTasks(loop.tx, leader.kernel)]) {
			if (task.group === terminal.foreground && task.id !== leader.id) {
				postSignal(loop, leader.kernel, task.id, 'HUP');
			}
		}

		changeTerminal(loop, terminal.id, {session: undefined, foreground: undefined});
	}
}
