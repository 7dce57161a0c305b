// The numbers and words that control files take. Source: Linux lib/cmdline.c (memparse), mm/page_counter.c (page_counter_memparse),
// kernel/cgroup/cpuset.c (cpulist_parse).

import {pageBytes} from '../file-content.js';
import {type Failure, failure} from '../errno.js';
import type {Limit} from './cgroup-schema.js';

const suffixes: Readonly<Record<string, number>> = {'': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40, p: 2 ** 50};

/** `max`, or bytes with an optional suffix, rounded down to whole pages. */
export function parseBytes(text: string): Limit | Failure {
	const word = text.trim();
	if (word === 'max') {
		return 'max';
	}

	const match = /^(?<digits>0x[\da-f]+|\d+)(?<unit>[kmgtp]?)$/iv.exec(word);
	if (match === null) {
		return failure('EINVAL');
	}

	const bytes = Number(match.groups?.['digits']) * suffixes[match.groups?.['unit']?.toLowerCase() ?? '']!;
	return bytes > Number.MAX_SAFE_INTEGER ? 'max' : Math.floor(bytes / pageBytes) * pageBytes;
}

/** `max` or a number from `least` on; ERANGE outside of the bounds, EINVAL for what is no number. */
export function parseLimit(text: string, least: number, most: number): Limit | Failure {
	return text.trim() === 'max' ? 'max' : parseNumber(text, least, most, 'ERANGE');
}

export function parseNumber(text: string, least: number, most: number, outside: 'ERANGE' | 'EINVAL' = 'ERANGE'): number | Failure {
	const word = text.trim();
	if (!/^[+\-]?\d+$/v.test(word)) {
		return failure('EINVAL');
	}

	const value = Number(word);
	return value < least || value > most ? failure(outside) : value;
}

/** `0-2,5` as numbers below `count`; EINVAL for a malformed list or numbers that do not exist. */
export function parseList(text: string, count: number): ReadonlySet<number> | Failure {
	const members = new Set<number>();
	for (const part of text.trim() === '' ? [] : text.trim().split(',')) {
		const match = /^(?<from>\d+)(?:-(?<to>\d+))?$/v.exec(part);
		const from = Number(match?.groups?.['from']);
		const to = Number(match?.groups?.['to'] ?? from);
		if (match === null || to < from || to >= count) {
			return failure('EINVAL');
		}

		for (let member = from; member <= to; member++) {
			members.add(member);
		}
	}

	return members;
}

/** Numbers as the shortest list of ranges. */
export function formatList(members: Iterable<number>): string {
	const ranges: Array<[number, number]> = [];
	for (const member of [...members].sort((a, b) => a - b)) {
		const last = ranges.at(-1);
		if (last !== undefined && last[1] === member - 1) {
			last[1] = member;
		} else {
			ranges.push([member, member]);
		}
	}

	return ranges.map(([from, to]) => from === to ? String(from) : `${from}-${to}`).join(',');
}
