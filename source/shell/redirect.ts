// Redirections. For a builtin or a compound command the shell moves its own descriptors and moves them back afterwards; for a
// program they are moved in the child that becomes it. Source: bash manual 3.6.

import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Failure} from '../model/kernel/errno.js';
import type {Fd, OpenFlags} from '../model/kernel/program.js';
import {expandText, expandWords} from './expand.js';
import {forkShell} from './fork.js';
import {Abandoned, complain, stashSignals} from './shell.js';
import type {Doing, Shell} from './shell.js';
import type {FileOperator, Redirection, Word} from './syntax.js';
import {encodeShellText} from './text.js';

/** Descriptors as they were: from which copy to bring each back, or nothing if it was closed. */
export type Saved = {readonly fd: Fd; readonly copy: Fd | undefined}[];

/** Where the shell keeps copies of descriptors that are redirected for a while. */
const firstPrivateFd = 10;

/** Whether all could be done; if not, a message has been printed. `saved` gets what is needed to undo them, even after a failure. */
export function * redirect(shell: Shell, redirections: readonly Redirection[], saved?: Saved): Doing<boolean> {
	for (const redirection of redirections) {
		if (!(yield * redirectOne(shell, redirection, saved))) {
			return false;
		}
	}

	return true;
}

/** Runs the body with redirections in force. With `isTail` they stay: the process ends with the body. A special builtin of POSIX that cannot be redirected ends a script. */
export function * withRedirections(shell: Shell, redirections: readonly Redirection[], body: () => Doing, {isTail = false, isSpecial = false}: {readonly isTail?: boolean; readonly isSpecial?: boolean} = {}): Doing {
	if (redirections.length === 0) {
		return yield * body();
	}

	const saved: Saved = [];
	try {
		const isDone = yield * redirect(shell, redirections, isTail ? undefined : saved);
		if (!isDone && isSpecial && !shell.isInteractive) {
			throw new Abandoned(2, true);
		}

		const status = isDone ? yield * body() : redirectionStatus(shell);
		undoRedirections(shell, saved);
		return status;
	} catch (error) {
		if (error instanceof Abandoned || error instanceof RangeError) {
			undoRedirections(shell, saved);
		}

		throw error;
	}
}

export function redirectionStatus(shell: Shell): number {
	return shell.personality.kind === 'dash' ? 2 : 1;
}

export function undoRedirections(shell: Shell, saved: Saved): void {
	const {sys} = shell.process;
	for (const {fd, copy} of saved.toReversed()) {
		if (copy === undefined) {
			sys.close(fd);
		} else {
			sys.dup2(copy, fd);
			sys.close(copy);
		}
	}

	saved.length = 0;
}

function * redirectOne(shell: Shell, redirection: Redirection, saved: Saved | undefined): Doing<boolean> {
	switch (redirection.kind) {
		case 'here-document': {
			const text = redirection.literal ? redirection.body.text : yield * expandText(shell, redirection.body, 'here-document');
			return yield * provide(shell, redirection, {text, saved});
		}

		case 'here-string': {
			const text = yield * expandText(shell, redirection.target);
			return yield * provide(shell, redirection, {text: `${text}\n`, saved});
		}

		case 'file': {
			return yield * redirectToFile(shell, redirection, saved);
		}
	}
}

type FileRedirection = Redirection & {readonly kind: 'file'};

function * redirectToFile(shell: Shell, redirection: FileRedirection, saved: Saved | undefined): Doing<boolean> {
	const target = yield * expandTarget(shell, redirection.target);
	if (target === undefined) {
		return false;
	}

	const {operator} = redirection;
	if (operator === '<&' || operator === '>&') {
		const source = /^(?:-|(?<fd>\d+)(?<moves>-?))$/v.exec(target);
		if (source !== null) {
			return yield * duplicate(shell, redirection, {from: source.groups?.['fd'], moves: source.groups?.['moves'] === '-', saved});
		}

		if (operator === '<&' || (redirection.fd ?? 1) !== 1) {
			yield * complain(shell, `${target}: ambiguous redirect`);
			return false;
		}
	}

	const fd = yield * openTarget(shell, operator, target);
	if (fd === undefined) {
		return false;
	}

	if (operator === '&>' || operator === '&>>' || operator === '>&') {
		save(shell, 1, saved);
		save(shell, 2, saved);
		shell.process.sys.dup2(fd, 1);
		shell.process.sys.dup2(fd, 2);
		shell.process.sys.close(fd);
		return true;
	}

	return yield * place(shell, redirection, {opened: fd, standard: operator === '<' || operator === '<>' ? 0 : 1, saved});
}

function * expandTarget(shell: Shell, word: Word): Doing<string | undefined> {
	if (shell.personality.kind !== 'bash') {
		return yield * expandText(shell, word);
	}

	const words = yield * expandWords(shell, [word]);
	if (words.length !== 1) {
		yield * complain(shell, `${word.text}: ambiguous redirect`);
		return undefined;
	}

	return words[0];
}

const openFlags: Readonly<Record<FileOperator, OpenFlags>> = {
	'<': {read: true},
	'<>': {read: true, write: true, create: true},
	'>': {write: true, create: true, truncate: true},
	'>|': {write: true, create: true, truncate: true},
	'>>': {write: true, create: true, append: true},
	'&>': {write: true, create: true, truncate: true},
	'&>>': {write: true, create: true, append: true},
	'>&': {write: true, create: true, truncate: true},
	'<&': {read: true},
};

function * openTarget(shell: Shell, operator: FileOperator, path: string): Doing<Fd | undefined> {
	const {sys} = shell.process;
	if ((operator === '>' || operator === '&>') && shell.isSet('noclobber')) {
		const existing = sys.stat(path);
		if (!failed(existing) && existing.type === 'file') {
			yield * complain(shell, shell.personality.kind === 'bash' ? `${path}: cannot overwrite existing file` : `cannot create ${path}: File exists`);
			return undefined;
		}
	}

	const fd = yield * openAndMeet(shell, path, openFlags[operator]);
	if (!failed(fd)) {
		return fd;
	}

	if (shell.flow?.kind === 'interrupt') {
		return undefined;
	}

	yield * complain(shell, openMessage(shell, {path, isInput: operator === '<', failure: fd}));
	return undefined;
}

/** Opens a file; who opens one end of a named pipe waits until somebody has the other, fifo(7). */
function * openAndMeet(shell: Shell, path: string, flags: OpenFlags): Doing<Fd | Failure> {
	const {sys} = shell.process;
	const fd = sys.open(path, flags, 0o666);
	while (!failed(fd) && !sys.isMet(fd)) {
		if ((yield {kind: 'sleep', channels: [flags.write === true ? sys.writeChannel(fd) : sys.readChannel(fd)]}) === 'signal') {
			stashSignals(shell);
		}

		if (shell.flow?.kind === 'interrupt') {
			sys.close(fd);
			return {errno: 'EINTR'};
		}
	}

	return fd;
}

function openMessage(shell: Shell, {path, isInput, failure}: {readonly path: string; readonly isInput: boolean; readonly failure: Failure}): string {
	const isMissing = failure.errno === 'ENOENT' || failure.errno === 'ENOTDIR';
	switch (shell.personality.kind) {
		case 'bash': {
			return `${path}: ${errorTextOf(failure)}`;
		}

		case 'dash': {
			const text = isMissing ? (isInput ? 'No such file' : 'Directory nonexistent') : errorTextOf(failure);
			return `cannot ${isInput ? 'open' : 'create'} ${path}: ${text}`;
		}

		case 'busybox': {
			const text = isMissing ? (isInput ? 'no such file' : 'nonexistent directory') : errorTextOf(failure);
			return `can't ${isInput ? 'open' : 'create'} ${path}: ${text}`;
		}
	}
}

function * duplicate(shell: Shell, redirection: FileRedirection, {from, moves, saved}: {readonly from: string | undefined; readonly moves: boolean; readonly saved: Saved | undefined}): Doing<boolean> {
	const {sys} = shell.process;
	if (from === undefined) {
		const name = redirection.variable;
		const fd = name === undefined ? redirection.fd ?? (redirection.operator === '<&' ? 0 : 1) : Number(shell.variables.get(name) ?? '-1');
		if (sys.descriptors().includes(fd)) {
			save(shell, fd, name === undefined ? saved : undefined);
			sys.close(fd);
		}

		return true;
	}

	const source = Number(from);
	const copy = sys.dup(source);
	if (failed(copy)) {
		yield * complain(shell, `${from}: ${errorTextOf(copy)}`);
		return false;
	}

	if (moves) {
		save(shell, source, saved);
		sys.close(source);
	}

	return yield * place(shell, redirection, {opened: copy, standard: redirection.operator === '<&' ? 0 : 1, saved});
}

/** Puts an opened descriptor where the redirection wants it. */
function * place(shell: Shell, redirection: Redirection, {opened, standard, saved}: {readonly opened: Fd; readonly standard: Fd; readonly saved: Saved | undefined}): Doing<boolean> {
	const {sys} = shell.process;
	if (redirection.variable !== undefined) {
		const fd = sys.dup(opened, firstPrivateFd);
		sys.close(opened);
		if (failed(fd)) {
			yield * complain(shell, `${redirection.variable}: ${errorTextOf(fd)}`);
			return false;
		}

		shell.variables.set(redirection.variable, String(fd));
		return true;
	}

	const fd = redirection.fd ?? standard;
	if (fd === opened) {
		saved?.push({fd, copy: undefined});
		return true;
	}

	save(shell, fd, saved);
	const moved = sys.dup2(opened, fd);
	sys.close(opened);
	if (failed(moved)) {
		yield * complain(shell, `${fd}: ${errorTextOf(moved)}`);
		return false;
	}

	return true;
}

function save(shell: Shell, fd: Fd, saved: Saved | undefined): void {
	if (saved === undefined || saved.some(other => other.fd === fd)) {
		return;
	}

	const copy = shell.process.sys.dup(fd, firstPrivateFd);
	if (failed(copy)) {
		saved.push({fd, copy: undefined});
		return;
	}

	shell.process.sys.setCloseOnExec(copy, true);
	saved.push({fd, copy});
}

/** Gives text to read: through a pipe, which a child fills if the text is longer than the pipe is. */
function * provide(shell: Shell, redirection: Redirection, {text, saved}: {readonly text: string; readonly saved: Saved | undefined}): Doing<boolean> {
	const {sys} = shell.process;
	const pipe = sys.pipe();
	if (failed(pipe)) {
		yield * complain(shell, `cannot create temp file for here-document: ${errorTextOf(pipe)}`);
		return false;
	}

	let rest = encodeShellText(text);
	while (rest.length > 0) {
		const taken = sys.write(pipe.writeEnd, rest);
		if (failed(taken)) {
			break;
		}

		rest = rest.subarray(taken);
	}

	if (rest.length > 0) {
		const remainder = rest;
		const pid = yield * forkShell(shell, {group: undefined}, child => fill(child, {pipe, remainder}));
		shell.strays.push(pid);
	}

	sys.close(pipe.writeEnd);
	return yield * place(shell, redirection, {opened: pipe.readEnd, standard: 0, saved});
}

function * fill(child: Shell, {pipe, remainder}: {readonly pipe: {readonly readEnd: Fd; readonly writeEnd: Fd}; readonly remainder: Uint8Array}): Doing {
	child.process.sys.close(pipe.readEnd);
	let rest = remainder;
	while (rest.length > 0) {
		const taken = child.process.sys.write(pipe.writeEnd, rest);
		if (!failed(taken)) {
			rest = rest.subarray(taken);
		} else if (taken.errno === 'EAGAIN') {
			yield {kind: 'sleep', channels: [child.process.sys.writeChannel(pipe.writeEnd)]};
		} else {
			return 1;
		}
	}

	return 0;
}
