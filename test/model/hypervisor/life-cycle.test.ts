// Any sequence of requests leaves the tables whole: a driver refuses in words and never breaks.

import fc from 'fast-check';
import {expect, test} from 'vitest';
import {Transaction, emptyWorld} from '../../../source/base/transaction.js';
import type {Domain, DomainEvent, Hypervisor, HypervisorSchema} from '../../../source/model/hypervisor/domain-schema.js';
import {allDomains, findDomain, newUuid} from '../../../source/model/hypervisor/domain-table.js';
import {parseDomain} from '../../../source/model/hypervisor/domain-xml.js';
import {agentCommand} from '../../../source/model/hypervisor/guest-load.js';
import {create, define, pressButton, resume, setAutostart, start, stopped, suspend, undefine} from '../../../source/model/hypervisor/life-cycle.js';
import {pinVcpu, setMemory, setVcpus} from '../../../source/model/hypervisor/tuning.js';
import {isRefusal} from '../../../source/model/hypervisor/domain-schema.js';
import {reschedule} from '../../../source/model/host/vcpu-schedule.js';

const impact = {live: false, config: false};
const launch = () => undefined;
const stress = JSON.stringify({execute: 'guest-exec', arguments: {path: '/usr/bin/stress-ng', arg: ['--cpu', '0']}});

const onDomain: Readonly<Record<string, (hypervisor: Hypervisor, domain: Domain) => unknown>> = {
	start: (hypervisor, domain) => start(hypervisor, domain, {launch}),
	destroy: (hypervisor, domain) => domain.live === undefined ? undefined : stopped(hypervisor, domain, 'destroyed'),
	suspend: (hypervisor, domain) => suspend(hypervisor, domain, 'qemu'),
	resume: (hypervisor, domain) => resume(hypervisor, domain, 'qemu'),
	shutdown: (hypervisor, domain) => pressButton(hypervisor, domain, 'shutdown'),
	undefine,
	autostart: (hypervisor, domain) => setAutostart(hypervisor, domain, true),
	vcpus: (hypervisor, domain) => setVcpus(hypervisor, domain, {count: 3, maximum: false, impact, dialect: 'qemu'}),
	maximum: (hypervisor, domain) => setVcpus(hypervisor, domain, {count: 4, maximum: true, impact: {live: false, config: true}, dialect: 'qemu'}),
	memory: (hypervisor, domain) => setMemory(hypervisor, domain, {kib: 512, maximum: false, impact}),
	pin: (hypervisor, domain) => pinVcpu(hypervisor, domain, {vcpu: 0, cpus: [1], impact, dialect: 'qemu'}),
	busy: (hypervisor, domain) => agentCommand(hypervisor, domain, stress),
};

test('random operations', () => {
	const operation = fc.tuple(fc.constantFrom('define', 'create', ...Object.keys(onDomain)), fc.constantFrom('a', 'b', 'c'));
	fc.assert(fc.property(fc.array(operation, {maxLength: 60}), operations => {
		const hypervisor: Hypervisor = {tx: new Transaction<HypervisorSchema, DomainEvent>(emptyWorld), kernel: 1};
		for (const [what, name] of operations) {
			const domain = findDomain(hypervisor, name);
			if (what === 'define' || what === 'create') {
				const config = parseDomain(`<domain type='kvm'><name>${name}</name><memory>1024</memory><vcpu>2</vcpu><os><type>hvm</type></os></domain>`, () => domain?.uuid ?? newUuid(hypervisor));
				expect(isRefusal(config)).toBe(false);
				void (isRefusal(config) ? undefined : (what === 'define' ? define(hypervisor, config) : create(hypervisor, config, {launch})));
			} else if (domain !== undefined) {
				onDomain[what]!(hypervisor, domain);
			}

			reschedule(hypervisor, {sockets: 1, coresPerSocket: 2, threadsPerCore: 1});
			check(hypervisor);
		}
	}), {numRuns: 200});
});

function check(hypervisor: Hypervisor): void {
	const domains = allDomains(hypervisor.tx, 1);
	const ids = domains.flatMap(({live}) => live === undefined ? [] : [live.id]);
	expect(new Set(ids).size).toBe(ids.length);
	for (const {live, config} of domains) {
		expect(live ?? config).toBeDefined();
		expect(live?.vcpus.length).toBe(live?.config.vcpus);
		expect(live?.state === 'paused' && live.vcpus.some(({runPpm}) => runPpm > 0)).toBe(false);
	}

	const runPpm = domains.flatMap(({live}) => live?.vcpus ?? []).reduce((sum, vcpu) => sum + vcpu.runPpm, 0);
	expect(runPpm).toBeLessThanOrEqual(2_000_000);
}
