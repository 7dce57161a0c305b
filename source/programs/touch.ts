// touch(1): sets the times of files and makes the ones that are missing.

import {civilFromSeconds, parseDate, secondsFromCivil, type Moment} from '../base/calendar.js';
import {step} from '../model/kernel/blocking.js';
import {failed} from '../model/kernel/errno.js';
import type {Command} from './options.js';
import {tool, type Tool} from './tool.js';

const options = {
	access: {short: 'a', help: 'change only the access time'},
	noCreate: {short: 'c', long: 'no-create', help: 'do not create any files'},
	date: {short: 'd', long: 'date', value: 'STRING', help: 'parse STRING and use it instead of current time'},
	ignored: {short: 'f', help: '(ignored)', only: 'gnu'},
	noDereference: {short: 'h', long: 'no-dereference', help: 'affect each symbolic link instead of any referenced file'},
	modification: {short: 'm', help: 'change only the modification time'},
	reference: {short: 'r', long: 'reference', value: 'FILE', help: 'use this file\'s times instead of current time'},
	stamp: {short: 't', value: 'STAMP', help: 'use [[CC]YY]MMDDhhmm[.ss] instead of current time'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'touch', usage: ['[OPTION]... FILE...'], summary: 'Update the access and modification times of each FILE to the current time.', options};

type Times = {readonly atimeUs: number; readonly mtimeUs: number};

export const touch = tool(command, function * (t) {
	if (t.operands.length === 0) {
		return yield * t.usageError('missing file operand', undefined);
	}

	const times = timesOf(t);
	if (typeof times === 'string') {
		return yield * t.complain(times);
	}

	const atimeUs = t.has('modification') && !t.has('access') ? undefined : times.atimeUs;
	const mtimeUs = t.has('access') && !t.has('modification') ? undefined : times.mtimeUs;
	const noFollow = t.has('noDereference');
	let status = 0;
	for (const path of t.operands) {
		yield step;
		const existing = noFollow ? t.sys.lstat(path) : t.sys.stat(path);
		if (t.has('noCreate') || noFollow) {
			if (failed(existing)) {
				continue;
			}
		} else {
			// GNU's opens what exists too, for writing: on an overlay that alone copies a file up with its data.
			const fd = failed(existing) || (t.isGnu && existing.type === 'file') ? t.sys.open(path, {write: true, create: true}, 0o666) : undefined;
			if (failed(fd) && failed(existing)) {
				status = yield * t.complainCannot(`cannot touch ${t.quoted(path)}`, path, fd);
				continue;
			}

			if (fd !== undefined && !failed(fd)) {
				t.sys.close(fd);
			}
		}

		const refusal = t.sys.utimes(path, atimeUs, mtimeUs, {noFollow});
		if (failed(refusal)) {
			status = yield * t.complainCannot(`${refusal.errno === 'EPERM' ? 'setting times of' : 'cannot touch'} ${t.quoted(path)}`, path, refusal);
		}
	}

	return status;
});

function microseconds({seconds, nanoseconds}: Moment): number {
	return seconds * 1e6 + Math.floor(nanoseconds / 1000);
}

function timesOf(t: Tool<Name>): Times | string {
	const now = t.sys.realTime();
	const both = (moment: Moment): Times => ({atimeUs: microseconds(moment), mtimeUs: microseconds(moment)});
	const reference = t.value('reference');
	if (reference !== undefined) {
		const attributes = t.sys.stat(reference);
		return failed(attributes) ? t.says(`failed to get attributes of ${t.quoted(reference)}: No such file or directory`, `${reference}: No such file or directory`) : attributes;
	}

	const date = t.value('date');
	if (date !== undefined) {
		const moment = parseDate(date, now);
		return moment === undefined ? t.says(`invalid date format '${date}'`, `invalid date '${date}'`) : both(moment);
	}

	const stamp = t.value('stamp');
	if (stamp === undefined) {
		return both(now);
	}

	const seconds = parseStamp(stamp, now.seconds);
	return seconds === undefined ? t.says(`invalid date format '${stamp}'`, `invalid date '${stamp}'`) : both({seconds, nanoseconds: 0});
}

/** `[[CC]YY]MMDDhhmm[.ss]`. */
function parseStamp(stamp: string, nowSeconds: number): number | undefined {
	const match = /^(\d{2})?(\d{2})?(\d{2})(\d{2})(\d{2})(\d{2})(?:\.(\d{2}))?$/v.exec(stamp);
	if (match === null) {
		return undefined;
	}

	const [, century, shortYear, month, day, hour, minute, second] = match;
	const two = shortYear ?? century;
	const year = two === undefined ? civilFromSeconds(nowSeconds).year : (shortYear === undefined || century === undefined ? Number(two) + (Number(two) < 69 ? 2000 : 1900) : Number(century) * 100 + Number(shortYear));
	return secondsFromCivil({year, month: Number(month), day: Number(day), hour: Number(hour), minute: Number(minute), second: Number(second ?? 0)});
}
