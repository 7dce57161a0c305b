// mknod(1): makes device files and named pipes.

import {failed} from '../model/kernel/errno.js';
import type {FileType} from '../model/kernel/file-types.js';
import type {Command} from './options.js';
import {specialFileMode} from './special-file-mode.js';
import type {Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	mode: {short: 'm', long: 'mode', value: 'MODE', help: 'set file permission bits to MODE, not a=rw - umask'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'mknod', usage: ['[OPTION]... NAME TYPE [MAJOR MINOR]'], summary: 'Create the special file NAME of the given TYPE.', options};

const types: Readonly<Record<string, FileType>> = {b: 'block', c: 'char', u: 'char', p: 'fifo'};

export const mknod = tool(command, function * (t) {
	const wrong = yield * countOperands(t);
	if (wrong !== undefined) {
		return wrong;
	}

	const [path = '', letter = '', majorText = '', minorText = ''] = t.operands;
	const type = types[letter];
	if (type === undefined) {
		return yield * t.usageError(`invalid device type ${t.quoted(letter)}`, undefined);
	}

	const major = deviceNumber(majorText, 0xF_FFFF_FFFF);
	const minor = deviceNumber(minorText, 0xFFFF_FFFF);
	if (type !== 'fifo' && (major === undefined || minor === undefined)) {
		return yield * t.complain(major === undefined ? t.says(`invalid major device number ${t.quoted(majorText)}`, `invalid number '${majorText}'`) : t.says(`invalid minor device number ${t.quoted(minorText)}`, `invalid number '${minorText}'`));
	}

	const mode = specialFileMode(t, t.value('mode'));
	if (mode === 'invalid' || mode === 'too special') {
		return yield * t.complain(t.says(mode === 'invalid' ? 'invalid mode' : 'mode must specify only file permission bits', `invalid mode '${t.value('mode')!}'`));
	}

	const refusal = t.sys.mknod(path, type, 0o666, type === 'fifo' ? undefined : {major: major!, minor: minor!});
	if (failed(refusal)) {
		return yield * t.complainOf(path, refusal);
	}

	if (mode !== undefined) {
		t.sys.chmod(path, mode);
	}

	return 0;
});

/** Decimal, octal after `0`, hexadecimal after `0x`. */
function deviceNumber(text: string, max: number): number | undefined {
	const value = /^0[xX][\da-fA-F]+$/v.test(text) ? Number.parseInt(text, 16) : (/^0[0-7]*$/v.test(text) ? Number.parseInt(text, 8) : (/^[1-9]\d*$/v.test(text) ? Number(text) : undefined));
	return value !== undefined && value <= max ? value : undefined;
}

/** A fifo has a name and a type, a device two numbers besides. */
function * countOperands(t: Tool<Name>): Blocking<number | undefined> {
	const {operands} = t;
	const expected = operands[1] === 'p' ? 2 : 4;
	if (operands.length === expected) {
		return undefined;
	}

	if (operands.length > expected) {
		const why = expected === 2 && operands.length === 4 ? '\nFifos do not have major and minor device numbers.' : '';
		return yield * t.usageError(`extra operand ${t.quoted(operands[expected]!)}${why}`, undefined);
	}

	const why = expected === 4 && operands.length === 2 ? '\nSpecial files require major and minor device numbers.' : '';
	return yield * t.usageError(operands.length === 0 ? 'missing operand' : `missing operand after ${t.quoted(operands.at(-1)!)}${why}`, undefined);
}
