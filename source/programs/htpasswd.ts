// htpasswd(1) of the Apache HTTP server: makes the files of names and passwords that registries read.
//
// Simplified: of the kinds of hashes only bcrypt's (-B), which is the one that registries accept; passwords come as an argument (-b) or
// on standard input (-i), not from a prompt.

import {decodeText, encodeText} from '../base/bytes.js';
import {bcryptHash, maxCost} from '../base/bcrypt.js';
import {readAll, write} from '../model/kernel/blocking.js';
import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Process, Running} from '../model/kernel/program.js';
import {type Blocking, printTo} from './standard-io.js';

const usage = `Usage:
\thtpasswd [-cimB25dpsDv] [-C cost] [-r rounds] passwordfile username
\thtpasswd -b[cmB25dpsDv] [-C cost] [-r rounds] passwordfile username password

\thtpasswd -n[imB25dps] [-C cost] [-r rounds] username
\thtpasswd -nb[mB25dps] [-C cost] [-r rounds] username password
`;
const defaultCost = 5;
const maxFileBytes = 1024 * 1024;
/** Exit statuses of the manual page. */
const status = {cannotOpen: 1, syntax: 2, badUser: 6} as const;

type Parsed = {readonly flags: ReadonlySet<string>; readonly cost: number; readonly operands: readonly string[]};

export function * htpasswd(process: Process): Running {
	const parsed = parse(process.argv.slice(1));
	if (typeof parsed === 'string') {
		yield * printTo(process, 2, parsed);
		return status.syntax;
	}

	const {flags, cost, operands} = parsed;
	const isPrinted = flags.has('n');
	const [file, user = '', argument] = isPrinted ? [undefined, ...operands] : operands;
	if (user === '' || user.includes(':')) {
		yield * printTo(process, 2, 'htpasswd: username contains illegal character \':\'\n');
		return status.badUser;
	}

	const password = flags.has('D') ? '' : argument ?? firstLine(yield * readAll(process, 0));
	const line = flags.has('D') ? undefined : `${user}:${bcryptHash(password, process.sys.getrandom(16), cost)}`;
	if (file === undefined) {
		yield * printTo(process, 1, `${line}\n\n`);
		return 0;
	}

	return yield * change(process, {file, user, line, isNew: flags.has('c')});
}

function firstLine(bytes: Uint8Array | {readonly errno: string}): string {
	return bytes instanceof Uint8Array ? decodeText(bytes).split('\n', 1)[0]! : '';
}

function parse(words: readonly string[]): Parsed | string {
	const flags = new Set<string>();
	let cost = defaultCost;
	let at = 0;
	for (; words[at]?.startsWith('-') === true; at++) {
		for (const flag of words[at]!.slice(1)) {
			if (flag === 'C') {
				cost = Number(words[++at]);
			} else if ('cinbBD'.includes(flag)) {
				flags.add(flag);
			} else {
				return 'm2sdpvr5'.includes(flag) ? `virtlab: htpasswd -${flag} is not modelled: use -B\n` : usage;
			}
		}
	}

	const operands = words.slice(at);
	if (operands.length !== (flags.has('n') ? 1 : 2) + (flags.has('b') ? 1 : 0) || (flags.has('n') && flags.has('c'))) {
		return usage;
	}

	if (!flags.has('D') && (!flags.has('B') || !(flags.has('b') || flags.has('i')))) {
		return `virtlab: htpasswd without ${flags.has('B') ? '-b or -i, which asks for the password,' : '-B'} is not modelled\n`;
	}

	return cost >= 4 && cost <= maxCost ? {flags, cost, operands} : `virtlab: htpasswd -C takes a cost from 4 to ${maxCost}\n`;
}

type Change = {readonly file: string; readonly user: string; readonly line: string | undefined; readonly isNew: boolean};

/** Puts a line into the file, in place of the one that the user has. */
function * change(process: Process, {file, user, line, isNew}: Change): Blocking<number> {
	const {sys} = process;
	const input = isNew ? undefined : sys.open(file, {read: true});
	if (input !== undefined && failed(input)) {
		yield * printTo(process, 2, `htpasswd: cannot modify file ${file}; use '-c' to create it\n`);
		return status.cannotOpen;
	}

	const bytes = input === undefined ? undefined : yield * readAll(process, input, maxFileBytes);
	const lines = bytes === undefined || failed(bytes) ? [] : decodeText(bytes).split('\n').filter(each => each !== '');
	const isThere = lines.some(each => each.startsWith(`${user}:`));
	const after = isThere ? lines.flatMap(each => each.startsWith(`${user}:`) ? line ?? [] : [each]) : [...lines, ...line === undefined ? [] : [line]];
	const output = sys.open(file, {write: true, create: true, truncate: true}, 0o644);
	if (failed(output)) {
		yield * printTo(process, 2, `htpasswd: cannot create file ${file}: ${errorTextOf(output)}\n`);
		return status.cannotOpen;
	}

	yield * write(process, output, encodeText(after.map(each => `${each}\n`).join('')));
	sys.close(output);
	const verb = line === undefined ? (isThere ? 'Deleting' : undefined) : (isThere ? 'Updating' : 'Adding');
	yield * printTo(process, 2, verb === undefined ? `User ${user} not found\n` : `${verb} password for user ${user}\n`);
	return 0;
}
