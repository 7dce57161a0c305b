import {expect, test} from 'vitest';
import type {Process} from '../../../source/model/kernel/program.js';
import {TestHost} from '../../support/test-host.js';
import {filesOf} from './process-files.js';

function onHost(inspect: (process: Process) => void): void {
	const {status} = new TestHost().main(function * (process) {
		inspect(process);
		return 0;
	});
	expect(status).toBe(0);
}

test('processors and the memory of the node are those of the kernel', () => onHost(process => {
	const {cat, ls} = filesOf(process);
	expect(cat('/sys/devices/system/cpu/online')).toBe('0-7\n');
	expect(ls('/sys/devices/system/cpu').split(' ').filter(name => /^cpu\d/v.test(name))).toEqual(['cpu0', 'cpu1', 'cpu2', 'cpu3', 'cpu4', 'cpu5', 'cpu6', 'cpu7']);
	expect(cat('/sys/devices/system/cpu/cpu3/topology/core_id')).toBe('3\n');
	expect(cat('/sys/devices/system/cpu/cpu8/topology/core_id')).toBe('ENOENT');
	expect(cat('/sys/devices/system/node/node0/cpumap')).toBe('ff\n');
	expect(cat('/sys/devices/system/node/node0/meminfo')).toContain('Node 0 MemTotal:       16777216 kB\n');
}));

test('links of the reader\'s network namespace are in /sys/class/net', () => onHost(process => {
	const {cat, ls} = filesOf(process);
	expect(ls('/sys/class/net').split(' ').slice(0, 2)).toEqual(['lo', 'eth0']);
	expect([cat('/sys/class/net/lo/mtu'), cat('/sys/class/net/lo/operstate'), cat('/sys/class/net/eth0/operstate')]).toEqual(['65536\n', 'unknown\n', 'up\n']);
	process.sys.unshare(['net']);
	expect(ls('/sys/class/net')).toBe('lo');
}));

test('settings take what Linux takes', () => onHost(process => {
	const {cat, outcome, put} = filesOf(process);
	expect(put('/sys/kernel/mm/ksm/run', '1')).toBe('ok');
	expect(cat('/sys/kernel/mm/ksm/run')).toBe('1\n');
	expect(put('/sys/kernel/mm/ksm/run', '3')).toBe('EINVAL');
	expect(put('/sys/kernel/mm/ksm/pages_shared', '3')).toBe('EACCES');
	expect(put('/sys/kernel/mm/transparent_hugepage/enabled', 'never')).toBe('ok');
	expect(cat('/sys/kernel/mm/transparent_hugepage/enabled')).toBe('always madvise [never]\n');
	expect(put('/sys/kernel/mm/transparent_hugepage/enabled', 'sometimes')).toBe('EINVAL');
	expect(outcome(process.sys.mkdir('/sys/x'))).toBe('EPERM');
	expect(outcome(process.sys.open('/sys/x', {write: true, create: true}))).toBe('EACCES');
}));
