// vCPUs on hardware threads over virtual time: shares, steal time and the arithmetic of a pool.

import {expect, test} from 'vitest';
import {advanceTo, type ClockSchema} from '../../../source/base/clock.js';
import {emptyWorld, Transaction} from '../../../source/base/transaction.js';
import type {DomainConfig, Hypervisor, HypervisorSchema} from '../../../source/model/hypervisor/domain-schema.js';
import {findDomain} from '../../../source/model/hypervisor/domain-table.js';
import {defaultTune} from '../../../source/model/hypervisor/domain-xml.js';
import {agentCommand} from '../../../source/model/hypervisor/guest-load.js';
import {create} from '../../../source/model/hypervisor/life-cycle.js';
import {pinVcpu, setTune} from '../../../source/model/hypervisor/tuning.js';
import {admit} from '../../../source/model/host/admission.js';
import type {Host} from '../../../source/model/host/schema.js';
import {formatGhz, hostMhz, placeOf, poolMhz, shareMhz} from '../../../source/model/host/topology.js';
import {accumulate, reschedule, vcpusAt} from '../../../source/model/host/vcpu-schedule.js';

const small = {sockets: 1, coresPerSocket: 1, threadsPerCore: 2};
const second = 1e9;

class Machine {
	readonly #tx = new Transaction<HypervisorSchema & ClockSchema>(emptyWorld);
	readonly hypervisor: Hypervisor = {tx: this.#tx, kernel: 1};
	#now = 0;

	start(name: string, vcpus: number): void {
		const config: DomainConfig = {name, uuid: name, type: 'kvm', osType: 'hvm', arch: 'x86_64', machine: 'pc', memoryKib: 1024, maxMemoryKib: 1024, vcpus, maxVcpus: vcpus, pins: {}, tune: defaultTune, rest: []};
		create(this.hypervisor, config, {launch: () => undefined});
		reschedule(this.hypervisor, small);
	}

	do(name: string, act: (domain: ReturnType<typeof findDomain> & object) => unknown): void {
		act(findDomain(this.hypervisor, name)!);
		reschedule(this.hypervisor, small);
	}

	busy(name: string, workers: number): void {
		this.do(name, domain => agentCommand(this.hypervisor, domain, JSON.stringify({execute: 'guest-exec', arguments: {path: '/usr/bin/stress-ng', arg: ['--cpu', String(workers)]}})));
	}

	pass(seconds: number): void {
		this.#now += seconds * second;
		advanceTo(this.#tx, this.#now);
	}

	/** Seconds on a thread and seconds of waiting, of each vCPU. */
	times(name: string): readonly (readonly [number, number])[] {
		return vcpusAt(findDomain(this.hypervisor, name)!.live!, this.#now).map(({run, wait}) => [run.ns / second, wait.ns / second]);
	}
}

test('idle guests use nothing; a busy one alone waits for nobody', () => {
	const machine = new Machine();
	machine.start('web', 2);
	machine.pass(10);
	machine.busy('web', 1);
	machine.pass(10);
	expect(machine.times('web')).toEqual([[10, 0], [0, 0]]);
});

test('four busy vCPUs on two threads run half of the time, and half of it is steal', () => {
	const machine = new Machine();
	machine.start('web', 2);
	machine.start('db', 2);
	machine.busy('web', 2);
	machine.pass(4);
	machine.busy('db', 2);
	machine.pass(10);
	expect([machine.times('web'), machine.times('db')]).toEqual([[[9, 5], [9, 5]], [[5, 5], [5, 5]]]);
});

test('weight and quota', () => {
	const machine = new Machine();
	machine.start('web', 2);
	machine.start('db', 2);
	machine.busy('web', 2);
	machine.busy('db', 2);
	machine.do('web', domain => setTune(machine.hypervisor, domain, {tune: {shares: 300}, impact: {live: true, config: false}}));
	machine.pass(4);
	expect([machine.times('web')[0], machine.times('db')[0]]).toEqual([[3, 1], [1, 3]]);
	machine.do('web', domain => setTune(machine.hypervisor, domain, {tune: {quotaUs: 25_000}, impact: {live: true, config: false}}));
	machine.pass(4);
	expect([machine.times('web')[0], machine.times('db')[0]]).toEqual([[4, 4], [4, 4]]);
});

test('pinned to one thread, two vCPUs share it though the other is idle', () => {
	const machine = new Machine();
	machine.start('web', 2);
	for (const vcpu of [0, 1]) {
		machine.do('web', domain => pinVcpu(machine.hypervisor, domain, {vcpu, cpus: [1], impact: {live: true, config: false}, dialect: 'qemu'}));
	}

	machine.busy('web', 2);
	machine.pass(2);
	expect(machine.times('web')).toEqual([[1, 1], [1, 1]]);
	expect(findDomain(machine.hypervisor, 'web')!.live!.vcpus.map(({thread}) => thread)).toEqual([1, 1]);
});

test('two threads of one core are worth less than two cores', () => {
	const machine = new Machine();
	machine.start('web', 2);
	machine.busy('web', 1);
	expect(findDomain(machine.hypervisor, 'web')!.live!.vcpus[0]!.speedPpm).toBe(1_000_000);
	machine.busy('web', 1);
	expect(findDomain(machine.hypervisor, 'web')!.live!.vcpus.map(({speedPpm}) => speedPpm)).toEqual([650_000, 650_000]);
});

test('time adds up exactly, however often it is looked at', () => {
	const third = 333_333;
	let pieces = {ns: 0, carry: 0};
	for (let piece = 0; piece < 1000; piece++) {
		pieces = accumulate(pieces, third, 12_345);
	}

	expect(pieces).toEqual(accumulate({ns: 0, carry: 0}, third, 12_345_000));
});

const pool: Host = {name: 'host1', kernel: 1, sockets: 2, coresPerSocket: 16, threadsPerCore: 2, cpuMhz: 2900, memoryBytes: 2 ** 38, address: '10.0.0.11'};

test('the pool: 185.6 GHz a host, 556.8 GHz three of them, 5.8 and 8.7 GHz for 2 and 3 vCPUs', () => {
	expect([hostMhz(pool), poolMhz([pool, pool, pool]), shareMhz(pool, 2), shareMhz(pool, 3)].map(mhz => formatGhz(mhz))).toEqual(['185.6', '556.8', '5.8', '8.7']);
});

test('threads 0 and 32 are two halves of one core', () => {
	expect([placeOf(pool, 0), placeOf(pool, 32), placeOf(pool, 31)]).toEqual([{socket: 0, core: 0}, {socket: 0, core: 0}, {socket: 1, core: 31}]);
});

test('the platform lets 64 vCPUs in on 64 threads, and not 65', () => {
	expect(admit(pool, {name: 'big', maxVcpus: 64})).toBeUndefined();
	expect(admit(pool, {name: 'big', maxVcpus: 65})).toEqual({refused: 'unsupported configuration: platform policy: domain \'big\' has 65 vCPUs, but host \'host1\' has only 64 hardware threads, the most for one domain'});
});
