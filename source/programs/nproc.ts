// nproc(1): how many processors the process may run on (sched_getaffinity(2), which /proc/self/status shows), or with --all how many there are.

import {textFromBytes} from '../base/byte-text.js';
import {readAll} from '../model/kernel/blocking.js';
import {failed} from '../model/kernel/errno.js';
import {parseCount} from './sizes.js';
import {tool, type Tool} from './tool.js';
import type {Blocking} from './standard-io.js';

const options = {
	all: {long: 'all', help: 'print the number of installed processors'},
	ignore: {long: 'ignore', value: 'N', help: 'if possible, exclude N processing units'},
} as const;

type Name = keyof typeof options;

export const nproc = tool<Name>({name: 'nproc', usage: ['[OPTION]...'], summary: 'Print the number of processing units available to the current process,\nwhich may be less than the number of online processors', options}, function * (t) {
	const ignored = parseCount(t.value('ignore') ?? '0');
	if (ignored === undefined || t.operands.length > 0) {
		return yield * ignored === undefined ? t.complain(t.says(`invalid number to ignore: '${t.value('ignore')!}'`, `invalid number '${t.value('ignore')!}'`)) : t.usageError(`extra operand '${t.operands[0]!}'`, undefined);
	}

	yield * t.print(`${Math.max(1, (yield * countProcessors(t)) - ignored)}\n`);
	return 0;
});

function * countProcessors(t: Tool<Name>): Blocking<number> {
	const status = t.has('all') ? undefined : yield * readText(t, '/proc/self/status');
	const allowed = /^Cpus_allowed_list:\t(?<list>.*)$/mv.exec(status ?? '')?.groups?.['list'];
	const online = allowed ?? (yield * readText(t, '/sys/devices/system/cpu/online'));
	if (online !== undefined && /^\d/v.test(online)) {
		return online.trim().split(',').reduce((sum, range) => {
			const [low = '0', high = low] = range.split('-');
			return sum + Number(high) - Number(low) + 1;
		}, 0);
	}

	const cpuinfo = yield * readText(t, '/proc/cpuinfo');
	return Math.max(1, (cpuinfo ?? '').split('\n').filter(line => line.startsWith('processor')).length);
}

function * readText(t: Tool<Name>, path: string): Blocking<string | undefined> {
	const fd = t.sys.open(path, {read: true});
	const bytes = failed(fd) ? fd : yield * readAll(t.process, fd);
	if (!failed(fd)) {
		t.sys.close(fd);
	}

	return failed(bytes) ? undefined : textFromBytes(bytes);
}
