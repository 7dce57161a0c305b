// date(1): shows the time, or another one that -d names. Setting the clock is not modelled.

import {parseDate, strftime, type Moment} from '../base/calendar.js';
import {failed} from '../model/kernel/errno.js';
import {LineReader, type Blocking} from './standard-io.js';
import type {Command} from './options.js';
import {tool, type Tool} from './tool.js';

const options = {
	date: {short: 'd', long: 'date', value: 'STRING', help: 'display time described by STRING, not \'now\''},
	file: {short: 'f', long: 'file', value: 'DATEFILE', help: 'like --date; once for each line of DATEFILE', only: 'gnu'},
	iso: {short: 'I', long: 'iso-8601', value: 'FMT', optional: true, help: 'output date/time in ISO 8601 format: date, hours, minutes, seconds, or ns'},
	email: {short: 'R', long: 'rfc-email,rfc-2822', help: 'output date and time in RFC 5322 format'},
	rfc3339: {long: 'rfc-3339', value: 'FMT', help: 'output date/time in RFC 3339 format: date, seconds, or ns', only: 'gnu'},
	reference: {short: 'r', long: 'reference', value: 'FILE', help: 'display the last modification time of FILE'},
	utc: {short: 'u', long: 'utc,universal', help: 'print Coordinated Universal Time (UTC)'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'date', usage: ['[OPTION]... [+FORMAT]'], summary: 'Display date and time in the given FORMAT.', options};

const isoFormats: Readonly<Record<string, string>> = {date: '%Y-%m-%d', hours: '%Y-%m-%dT%H%:z', minutes: '%Y-%m-%dT%H:%M%:z', seconds: '%Y-%m-%dT%H:%M:%S%:z', ns: '%Y-%m-%dT%H:%M:%S,%N%:z'};
const rfcFormats: Readonly<Record<string, string>> = {date: '%Y-%m-%d', seconds: '%Y-%m-%d %H:%M:%S%:z', ns: '%Y-%m-%d %H:%M:%S.%N%:z'};

export const date = tool(command, function * (t) {
	const format = yield * chooseFormat(t);
	if (typeof format === 'number') {
		return format;
	}

	const path = t.value('file');
	if (path !== undefined) {
		return yield * datesOfFile(t, path, format);
	}

	const moment = yield * chooseMoment(t);
	if (typeof moment === 'number') {
		return moment;
	}

	yield * t.print(`${strftime(format, moment)}\n`);
	return 0;
});

function * chooseFormat(t: Tool<Name>): Blocking<string | number> {
	const [operand, surplus] = t.operands;
	if (surplus !== undefined) {
		return yield * t.usageError(`extra operand '${surplus}'`, undefined);
	}

	if (operand !== undefined && !operand.startsWith('+')) {
		// What is left is a time to set the clock to.
		return yield * t.complain(/^\d{8,12}(?:\.\d\d)?$/v.test(operand) ? 'cannot set date: Operation not permitted' : `invalid date '${operand}'`);
	}

	if (operand !== undefined) {
		return operand.slice(1);
	}

	const which = t.last('iso', 'rfc3339', 'email');
	const word = t.value('iso', 'rfc3339') ?? 'date';
	const table = which === 'iso' ? isoFormats : rfcFormats;
	if (which === 'email') {
		return '%a, %d %b %Y %H:%M:%S %z';
	}

	if (which === undefined) {
		return '%a %b %e %H:%M:%S %Z %Y';
	}

	const found = Object.keys(table).filter(name => name.startsWith(word));
	return found.length > 0 ? table[found[0]!]! : yield * t.complain(`invalid argument '${word}' for '--${which === 'iso' ? 'iso-8601' : 'rfc-3339'}'\nValid arguments are:\n${Object.keys(table).map(name => `  - '${name}'`).join('\n')}\nTry '${t.name} --help' for more information.`);
}

function * chooseMoment(t: Tool<Name>): Blocking<Moment | number> {
	const now = t.sys.realTime();
	const text = t.value('date');
	const reference = t.value('reference');
	if (reference !== undefined) {
		const attributes = t.sys.stat(reference);
		if (failed(attributes)) {
			return yield * t.complainOf(reference, attributes);
		}

		const seconds = Math.floor(attributes.mtimeUs / 1e6);
		return {seconds, nanoseconds: (attributes.mtimeUs - seconds * 1e6) * 1000};
	}

	if (text === undefined) {
		return now;
	}

	return parseDate(text, now) ?? (yield * t.complain(`invalid date '${text}'`));
}

function * datesOfFile(t: Tool<Name>, path: string, format: string): Blocking<number> {
	const fd = t.openInput(path);
	const lines = failed(fd) ? fd : yield * new LineReader(t.process, fd).all();
	if (failed(lines)) {
		return yield * t.complainOf(path, lines);
	}

	let status = 0;
	for (const {text} of lines) {
		const moment = parseDate(text, t.sys.realTime());
		if (moment === undefined) {
			status = yield * t.complain(`invalid date '${text}'`);
		} else {
			yield * t.print(`${strftime(format, moment)}\n`);
		}
	}

	return status;
}
