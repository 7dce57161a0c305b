import {describe, expect, test} from 'vitest';
import {wait} from '../../../source/model/kernel/blocking.js';
import type {Process, Running} from '../../../source/model/kernel/program.js';
import {TestHost} from '../../support/test-host.js';
import {filesOf} from './process-files.js';

const mebibyte = 2 ** 20;

/** Runs `inspect` as root's process in /sys/fs/cgroup, with a group /sys/fs/cgroup/g. */
function inGroup(inspect: (process: Process, files: ReturnType<typeof filesOf>) => Running | void, group = 'g') {
	let hasRun = false;
	const result = new TestHost().main(function * (process) {
		process.sys.chdir('/sys/fs/cgroup');
		process.sys.mkdir(group);
		const running = inspect(process, filesOf(process));
		const status = running === undefined ? 0 : yield * running;
		hasRun = true;
		return status;
	});
	expect({hasRun, status: result.status}).toEqual({hasRun: true, status: 0});
	return result;
}

describe('the tree', () => {
	test('a new group has the files of the controllers that the group above hands down', () => inGroup((process, {cat, ls, put}) => {
		expect(cat('g/cgroup.controllers')).toBe('cpuset cpu io memory pids\n');
		expect(cat('g/cgroup.subtree_control')).toBe('\n');
		process.sys.mkdir('g/h');
		expect(ls('g/h').split(' ')).not.toContain('memory.max');
		expect(put('g/cgroup.subtree_control', '+memory +pids')).toBe('ok');
		expect(ls('g/h').split(' ').filter(name => name.startsWith('memory.') || name.startsWith('pids.') || name.startsWith('cpu.'))).toEqual([
			'cpu.stat', 'memory.current', 'memory.peak', 'memory.min', 'memory.low', 'memory.high', 'memory.max', 'memory.events', 'memory.stat', 'memory.oom.group',
			'memory.reclaim', 'memory.swap.current', 'memory.swap.max', 'pids.current', 'pids.max', 'pids.peak', 'pids.events',
		]);
	}));

	test('the root group has no limits', () => inGroup((_process, {cat, ls}) => {
		expect(ls('.').split(' ').filter(name => name.endsWith('.max') || name.endsWith('.current'))).toEqual([]);
		expect(cat('memory.max')).toBe('ENOENT');
	}));

	test('controllers: unknown, not available, in use below', () => inGroup((process, {put}) => {
		process.sys.mkdir('g/h');
		process.sys.mkdir('g/h/i');
		expect(put('g/cgroup.subtree_control', '+disk')).toBe('EINVAL');
		expect(put('g/cgroup.subtree_control', 'memory')).toBe('EINVAL');
		expect(put('g/h/cgroup.subtree_control', '+memory')).toBe('ENOENT');
		expect(put('g/cgroup.subtree_control', '+memory')).toBe('ok');
		expect(put('g/h/cgroup.subtree_control', '+memory')).toBe('ok');
		expect(put('g/cgroup.subtree_control', '-memory')).toBe('EBUSY');
	}));

	test('no internal processes: a group has processes or hands controllers down, not both', () => inGroup((process, {put}) => {
		process.sys.mkdir('g/h');
		expect(put('g/cgroup.procs', '0')).toBe('ok');
		expect(put('g/cgroup.subtree_control', '+memory')).toBe('EBUSY');
		expect(put('g/h/cgroup.procs', '0')).toBe('ok');
		expect(put('g/cgroup.subtree_control', '+memory')).toBe('ok');
		expect(put('g/cgroup.procs', '0')).toBe('EBUSY');
	}));

	test('processes move by their number, and the group knows whether it has any', () => inGroup((process, {cat, put}) => {
		expect(cat('g/cgroup.events')).toBe('populated 0\nfrozen 0\n');
		expect(put('g/cgroup.procs', String(process.sys.getpid()))).toBe('ok');
		expect(cat('g/cgroup.procs')).toBe(`${process.sys.getpid()}\n`);
		expect(cat('/proc/self/cgroup')).toBe('0::/g\n');
		expect(cat('g/cgroup.events')).toBe('populated 1\nfrozen 0\n');
		expect(put('g/cgroup.procs', '99999')).toBe('ESRCH');
		expect(put('g/cgroup.procs', 'me')).toBe('EINVAL');
	}));

	test('rmdir: busy with processes or groups, gone when empty', () => inGroup((process, {outcome, put}) => {
		process.sys.mkdir('g/h');
		expect(outcome(process.sys.rmdir('g'))).toBe('EBUSY');
		expect(outcome(process.sys.rmdir('g/h'))).toBe('ok');
		put('g/cgroup.procs', '0');
		expect(outcome(process.sys.rmdir('g'))).toBe('EBUSY');
		put('cgroup.procs', '0');
		expect(outcome(process.sys.rmdir('g'))).toBe('ok');
		expect(outcome(process.sys.stat('g'))).toBe('ENOENT');
		expect(outcome(process.sys.unlink('cgroup.procs'))).toBe('EPERM');
		expect(outcome(process.sys.mkdir('cgroup.procs'))).toBe('EEXIST');
		expect(outcome(process.sys.open('file', {write: true, create: true}))).toBe('EACCES');
	}));

	test('depth and number of groups are limited where somebody says so', () => inGroup((process, {outcome, put}) => {
		put('g/cgroup.max.depth', '1');
		expect(outcome(process.sys.mkdir('g/h'))).toBe('ok');
		expect(outcome(process.sys.mkdir('g/h/i'))).toBe('EAGAIN');
		put('g/cgroup.max.descendants', '1');
		expect(outcome(process.sys.mkdir('g/j'))).toBe('EAGAIN');
	}));

	test('a cgroup namespace shows its group as the root', () => inGroup((process, {cat, outcome, put}) => {
		put('g/cgroup.procs', '0');
		process.sys.unshare(['cgroup', 'mnt']);
		expect(cat('/proc/self/cgroup')).toBe('0::/\n');
		expect(cat('/proc/1/cgroup')).toBe('0::/..\n');
		expect(outcome(process.sys.mount({source: 'cgroup2', target: '/mnt', type: 'cgroup2', options: [], how: 'new'}))).toBe('ok');
		expect(cat('/mnt/cgroup.procs')).toBe(`${process.sys.getpid()}\n`);
		expect(cat('/mnt/memory.max')).toBe('max\n');
		expect(cat('/proc/self/mountinfo').split('\n').at(-2)).toMatch(/ \/ \/mnt rw,relatime shared:\d+ - cgroup2 cgroup2 rw$/v);
		// The border holds processes in.
		expect(put('/sys/fs/cgroup/cgroup.procs', '0')).toBe('ENOENT');
	}));
});

test('values are read as the kernel reads them', () => inGroup((_process, {cat, put}) => {
	const write = (file: string, text: string) => put(`g/${file}`, text) === 'ok' ? cat(`g/${file}`).trimEnd() : put(`g/${file}`, text);
	expect(write('memory.max', '32M')).toBe('33554432');
	expect(write('memory.max', '5000')).toBe('4096');
	expect(write('memory.max', 'max')).toBe('max');
	expect(write('memory.max', '12q')).toBe('EINVAL');
	expect(write('memory.max', '-1')).toBe('EINVAL');
	expect(write('cpu.max', '50000')).toBe('50000 100000');
	expect(write('cpu.max', '20000 50000')).toBe('20000 50000');
	expect(write('cpu.max', 'max')).toBe('max 50000');
	expect(write('cpu.max', '1')).toBe('EINVAL');
	expect(write('cpu.weight', '59')).toBe('59');
	expect(write('cpu.weight', '0')).toBe('ERANGE');
	expect(write('cpu.weight', '10001')).toBe('ERANGE');
	expect(write('cpu.weight.nice', '5')).toBe('5');
	expect(write('pids.max', '0')).toBe('0');
	expect(write('pids.max', '-1')).toBe('EINVAL');
	expect(write('cpuset.cpus', '2,0-1')).toBe('0-2');
	expect(cat('g/cpuset.cpus.effective')).toBe('0-2\n');
	expect(write('cpuset.cpus', '8')).toBe('EINVAL');
	expect(write('io.max', '254:0 rbps=1048576')).toBe('254:0 rbps=1048576 wbps=max riops=max wiops=max');
	expect(write('io.weight', 'default 200')).toBe('default 200');
	expect(write('memory.oom.group', '2')).toBe('EINVAL');
	expect(write('cgroup.freeze', '2')).toBe('ERANGE');
	expect(write('memory.current', '1')).toBe('EINVAL');
}));

describe('memory', () => {
	test('is counted in the group and in all above it', () => inGroup((process, {cat, put}) => {
		process.sys.mkdir('g/h');
		put('g/cgroup.subtree_control', '+memory');
		put('g/h/cgroup.procs', '0');
		process.sys.setMemory(3 * mebibyte);
		expect([cat('g/h/memory.current'), cat('g/memory.current')]).toEqual(['3145728\n', '3145728\n']);
		process.sys.setMemory(mebibyte);
		expect([cat('g/memory.current'), cat('g/memory.peak')]).toEqual(['1048576\n', '3145728\n']);
	}));

	test('a child over the limit is killed, and the group counts it', () => {
		const {trace} = inGroup(function * (process, {cat, put}) {
			put('g/memory.max', '8M');
			process.sys.fork(function * (child) {
				filesOf(child).put('/sys/fs/cgroup/g/cgroup.procs', '0');
				child.sys.setMemory(4 * mebibyte);
				child.sys.setMemory(16 * mebibyte);
				return 0;
			});
			expect(yield * wait(process, -1)).toMatchObject({kind: 'killed', signal: 'KILL'});
			expect(cat('g/memory.events')).toBe('low 0\nhigh 0\nmax 1\noom 1\noom_kill 1\noom_group_kill 0\n');
			expect(cat('g/memory.current')).toBe('0\n');
			return 0;
		});
		expect(trace.filter(({kind}) => kind === 'oom-kill')).toMatchObject([{cgroup: '/g', limitOf: '/g', memoryBytes: 4 * mebibyte}]);
	});

	test('the biggest of the group dies, unless oom_score_adj says otherwise', () => inGroup(function * (process, {put}) {
		put('g/memory.max', '8M');
		const ended: string[] = [];
		const start = (name: string, bytes: number, adjust: string) => process.sys.fork(function * (child) {
			filesOf(child).put('/proc/self/oom_score_adj', adjust);
			filesOf(child).put('/sys/fs/cgroup/g/cgroup.procs', '0');
			child.sys.setMemory(bytes);
			yield {kind: 'sleep', channels: [], untilNs: child.sys.now() + 1e9};
			ended.push(name);
			return 0;
		});
		start('big', 5 * mebibyte, '-1000');
		start('small', 2 * mebibyte, '0');
		yield {kind: 'sleep', channels: [], untilNs: process.sys.now() + 1e8};
		start('new', 2 * mebibyte, '0');
		for (let children = 0; children < 3; children++) {
			yield * wait(process, -1);
		}

		expect(ended).toEqual(['big', 'new']);
		return 0;
	}));

	test('with memory.oom.group all die together', () => inGroup(function * (process, {cat, put}) {
		put('g/memory.max', '4M');
		put('g/memory.oom.group', '1');
		for (const bytes of [2 * mebibyte, 3 * mebibyte]) {
			process.sys.fork(function * (child) {
				filesOf(child).put('/sys/fs/cgroup/g/cgroup.procs', '0');
				child.sys.setMemory(bytes);
				yield {kind: 'sleep', channels: ['never']};
				return 0;
			});
		}

		expect([yield * wait(process, -1), yield * wait(process, -1)]).toMatchObject([{kind: 'killed'}, {kind: 'killed'}]);
		expect(cat('g/memory.events')).toContain('oom_kill 2\noom_group_kill 1\n');
		return 0;
	}));

	test('without swap, memory.high refuses nothing but counts', () => inGroup((process, {cat, put}) => {
		put('g/memory.high', '1M');
		put('g/cgroup.procs', '0');
		process.sys.setMemory(2 * mebibyte);
		expect(cat('g/memory.current')).toBe('2097152\n');
		expect(cat('g/memory.events')).toContain('high 1\n');
	}));
});

describe('pids', () => {
	test('pids.max stops forks below it, not moves into it', () => inGroup(function * (process, {cat, put}) {
		put('g/pids.max', '2');
		put('g/cgroup.procs', '0');
		const sleeper = function * (): Running {
			yield {kind: 'sleep', channels: ['never']};
			return 0;
		};

		const child = process.sys.fork(sleeper);
		expect(process.sys.fork(sleeper)).toEqual({errno: 'EAGAIN'});
		expect([cat('g/pids.current'), cat('g/pids.events'), cat('g/pids.peak')]).toEqual(['2\n', 'max 1\n', '2\n']);
		process.sys.kill(child as number, 'KILL');
		yield * wait(process, -1);
		expect(cat('g/pids.current')).toBe('1\n');
		return 0;
	}));
});

describe('freezing and killing', () => {
	const ticker = (ticks: number[]) => function * (child: Process): Running {
		filesOf(child).put('/sys/fs/cgroup/g/cgroup.procs', '0');
		for (;;) {
			ticks.push(child.sys.now());
			yield {kind: 'sleep', channels: [], untilNs: child.sys.now() + 1e8};
		}
	};

	test('a frozen group does not run until it is thawed', () => inGroup(function * (process, {cat, put}) {
		const ticks: number[] = [];
		const child = process.sys.fork(ticker(ticks));
		const sleep = (ns: number) => ({kind: 'sleep', channels: [], untilNs: process.sys.now() + ns} as const);
		yield sleep(1e9);
		const before = ticks.length;
		expect(before).toBeGreaterThan(5);
		put('g/cgroup.freeze', '1');
		expect(cat('g/cgroup.events')).toBe('populated 1\nfrozen 1\n');
		yield sleep(1e9);
		expect(ticks.length).toBe(before);
		put('g/cgroup.freeze', '0');
		yield sleep(1e9);
		expect(ticks.length).toBeGreaterThan(before + 5);
		process.sys.kill(child as number, 'KILL');
		yield * wait(process, -1);
		return 0;
	}));

	test('cgroup.kill ends everything in the group, frozen or not', () => inGroup(function * (process, {cat, put}) {
		process.sys.fork(ticker([]));
		yield {kind: 'sleep', channels: [], untilNs: process.sys.now() + 1e8};
		put('g/cgroup.freeze', '1');
		expect(put('g/cgroup.kill', '0')).toBe('ERANGE');
		expect(put('g/cgroup.kill', '1')).toBe('ok');
		expect(yield * wait(process, -1)).toMatchObject({kind: 'killed', signal: 'KILL'});
		expect(cat('g/cgroup.events')).toContain('populated 0\n');
		return 0;
	}));
});

test('cpu.stat keeps the time of processes that ended', () => inGroup(function * (process, {cat}) {
	const usage = () => Number(/^usage_usec (?<us>\d+)/v.exec(cat('g/cpu.stat'))?.groups?.['us']);
	process.sys.fork(function * (child) {
		filesOf(child).put('/sys/fs/cgroup/g/cgroup.procs', '0');
		child.sys.burn(5e6);
		yield {kind: 'step'};
		return 0;
	});
	yield * wait(process, -1);
	expect(usage()).toBeGreaterThanOrEqual(5000);
	expect(usage()).toBeLessThan(6000);
	return 0;
}));

test('with half a processor, work takes twice as long', () => inGroup(function * (process, {cat, put}) {
	put('g/cpu.max', '50000 100000');
	const work = function * (child: Process): Running {
		for (let part = 0; part < 100; part++) {
			child.sys.burn(1e7);
			yield {kind: 'step'};
		}

		return 0;
	};

	const start = process.sys.now();
	process.sys.fork(function * (child) {
		filesOf(child).put('/sys/fs/cgroup/g/cgroup.procs', '0');
		return yield * work(child);
	});
	yield * wait(process, -1);
	const seconds = (process.sys.now() - start) / 1e9;
	expect(seconds).toBeGreaterThan(1.8);
	expect(seconds).toBeLessThan(2.1);
	const stat = cat('g/cpu.stat');
	expect(Number(/^usage_usec (?<us>\d+)/v.exec(stat)?.groups?.['us'])).toBeGreaterThanOrEqual(1_000_000);
	expect(Number(/nr_throttled (?<count>\d+)/v.exec(stat)?.groups?.['count'])).toBeGreaterThan(15);
	return 0;
}));

test('a delegated group takes its owner\'s processes, and the group above does not', () => inGroup(function * (process, {outcome}) {
	expect(outcome(process.sys.chown('g', 1000, 1000))).toBe('ok');
	process.sys.mkdir('g/a');
	process.sys.mkdir('g/b');
	process.sys.chown('g/a', 1000, 1000);
	process.sys.chown('g/b', 1000, 1000);
	const outcomes: string[] = [];
	process.sys.fork(function * (child) {
		const {put} = filesOf(child);
		put('/sys/fs/cgroup/g/a/cgroup.procs', '0');
		for (const capability of ['CAP_DAC_OVERRIDE', 'CAP_DAC_READ_SEARCH']) {
			child.sys.dropCapability(capability, 'effective');
		}

		child.sys.setuid(1000);
		outcomes.push(put('/sys/fs/cgroup/g/b/cgroup.procs', '0'), put('/sys/fs/cgroup/cgroup.procs', '0'));
		return 0;
	});
	yield * wait(process, -1);
	expect(outcomes).toEqual(['ok', 'EACCES']);
	return 0;
}));
