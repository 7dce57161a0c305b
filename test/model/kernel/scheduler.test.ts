// Shares of processor time: control groups with weights, and processors that cpusets allow. The start state is a host with 8 processors.

import {expect, test} from 'vitest';
import {FairQueue, type GroupRules} from '../../../source/model/kernel/fair-queue.js';
import {TestHost} from '../../support/test-host.js';

/** Loops in groups below /sys/fs/cgroup for a while, then what each group used, in hundredths of all. */
function shares(groups: ReadonlyArray<{readonly name: string; readonly weight: number; readonly loops: number}>, cpus: string): readonly number[] {
	const host = new TestHost();
	const script = [
		'cd /sys/fs/cgroup; mkdir top; echo "+cpu +cpuset" > top/cgroup.subtree_control', `echo ${cpus} > top/cpuset.cpus`,
		...groups.map(({name, weight}) => `mkdir top/${name}; echo ${weight} > top/${name}/cpu.weight`),
		...groups.flatMap(({name, loops}) => Array.from({length: loops}, () => `(echo 0 > top/${name}/cgroup.procs; while :; do :; done) & kills="$kills $!"`)),
		'sleep 0.5; kill $kills', ...groups.map(({name}) => `grep usage_usec top/${name}/cpu.stat`),
	].join('\n');
	const used = host.sh(script).stdout.trim().split('\n').map(line => Number(line.split(' ')[1]));
	const sum = used.reduce((total, each) => total + each, 0);
	return used.map(each => Math.round(100 * each / sum));
}

test('groups that want the same processor share it by their weights', () => {
	expect(shares([{name: 'a', weight: 100, loops: 1}, {name: 'b', weight: 300, loops: 1}], '0')).toEqual([25, 75]);
	expect(shares([{name: 'a', weight: 100, loops: 1}, {name: 'b', weight: 59, loops: 1}], '3')).toEqual([63, 37]);
});

test('a group does not get more by having more processes', () => {
	expect(shares([{name: 'a', weight: 100, loops: 1}, {name: 'b', weight: 100, loops: 3}], '0')).toEqual([50, 50]);
});

test('what a group cannot use is left to the others', () => {
	expect(shares([{name: 'a', weight: 1000, loops: 1}, {name: 'b', weight: 100, loops: 3}], '0-1')).toEqual([50, 50]);
});

test('a process counts the processors that its cpuset allows', () => {
	const host = new TestHost();
	host.sh('docker pull -q busybox');
	expect(host.sh('nproc; docker run --rm --cpuset-cpus 1,3-5 busybox sh -c "nproc; grep Cpus_allowed /proc/self/status; cat /sys/fs/cgroup/cpuset.cpus.effective"').stdout)
		.toBe('8\n4\nCpus_allowed:\t3a\nCpus_allowed_list:\t1,3-5\n1,3-5\n');
});

type Task = {readonly name: string; readonly cgroup: string};

test('a task that may run on one processor only displaces one that may run elsewhere', () => {
	const rules: GroupRules = {weight: () => 100, processors: path => path === '/pinned' ? new Set([0]) : undefined};
	const queue = new FairQueue<Task>();
	const free = {name: 'free', cgroup: '/free'};
	const pinned = {name: 'pinned', cgroup: '/pinned'};
	const alsoPinned = {name: 'also pinned', cgroup: '/pinned'};
	expect(queue.choose([free, pinned], 2, rules)).toEqual([free, pinned]);
	expect(queue.choose([free, pinned, alsoPinned], 2, rules)).toEqual([free, pinned]);
	queue.ran(free, 1000, rules);
	queue.ran(pinned, 1000, rules);
	expect(queue.choose([free, pinned, alsoPinned], 2, rules)).toEqual([free, alsoPinned]);
});

test('a task that comes later does not catch up on what the others ran before it', () => {
	const rules: GroupRules = {weight: () => 100, processors: () => new Set([0])};
	const queue = new FairQueue<Task>();
	const [a, b, c] = ['a', 'b', 'c'].map(name => ({name, cgroup: '/'})) as [Task, Task, Task];
	const turns: string[] = [];
	for (let turn = 0; turn < 12; turn++) {
		const [chosen] = queue.choose(turn < 6 ? [a, b] : [a, b, c], 1, rules);
		queue.ran(chosen!, 1_000_000, rules);
		turns.push(chosen!.name);
	}

	expect(turns.join('')).toBe('abababcabcab');
});
