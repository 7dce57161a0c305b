// qemu-system-x86_64: the process that a virtual machine is. Started by libvirtd, it takes the guest's memory, lets its vCPUs run
// (model/host/vcpu-schedule.ts counts their time) and acts on the virtual power button. When it ends, however, the machine is off.
//
// Simplified: it runs for libvirtd only. Of the guest's memory what a small Linux touches is resident, and no more later. The time of
// its vCPUs is counted by libvirt (domstats, dominfo) and not charged to the process, where ps and top would show it.

import {nowNs} from '../base/clock.js';
import {encodeText} from '../base/bytes.js';
import {rates} from '../base/rates.js';
import type {Domain, Live} from '../model/hypervisor/domain-schema.js';
import {findDomain, putDomain} from '../model/hypervisor/domain-table.js';
import {nextJobEnd, withoutEndedJobs} from '../model/hypervisor/guest-load.js';
import {sleep} from '../model/kernel/blocking.js';
import {failed} from '../model/kernel/errno.js';
import type {Process, Running} from '../model/kernel/program.js';
import {reschedule} from '../model/host/vcpu-schedule.js';
import {hostOf, hypervisorOf, qemuChannel, qemuVersion} from './libvirt/qemu-driver.js';

export function * qemuSystem(process: Process): Running {
	const {argv, sys} = process;
	if (argv[1] === '--version' || argv[1] === '-version') {
		sys.write(1, encodeText(`QEMU emulator version ${qemuVersion} (Debian 1:7.2+dfsg-7+deb12u16)\nCopyright (c) 2003-2022 Fabrice Bellard and the QEMU Project developers\n`));
		return 0;
	}

	const name = /^guest=(?<name>[^,]+)/v.exec(argv[argv.indexOf('-name') + 1] ?? '')?.groups?.['name'];
	if (name === undefined || runningDomain(process, name) === undefined) {
		sys.write(2, encodeText(`${argv[0]!}: virtlab starts virtual machines through libvirt: virsh create, virsh start\n`));
		return 1;
	}

	for (const signal of ['TERM', 'INT', 'HUP'] as const) {
		sys.sigaction(signal, 'catch');
	}

	const memory = sys.setMemory(residentBytes(runningDomain(process, name)!));
	if (failed(memory)) {
		sys.write(2, encodeText(`${argv[0]!}: cannot set up guest memory 'pc.ram': Cannot allocate memory\n`));
		return 1;
	}

	return yield * run(process, name);
}

type RunningDomain = Domain & {readonly live: Live};

/** The domain whose process the caller is. */
function runningDomain(process: Process, name: string): RunningDomain | undefined {
	const domain = findDomain(hypervisorOf(process), name);
	return domain?.live?.task === process.sys.kernel().task ? domain as RunningDomain : undefined;
}

/** Guest memory that is in use, and so in the host's. */
function residentBytes({live}: RunningDomain): number {
	return Math.min(live.config.memoryKib * 1024, rates.guestResidentBytes);
}

function * run(process: Process, name: string): Running {
	for (;;) {
		const domain = runningDomain(process, name);
		if (domain === undefined) {
			return 0;
		}

		if (process.sys.takeSignals().length > 0) {
			return end(process, domain);
		}

		endJobs(process, domain);
		if (domain.live.powerButton !== 'released' && domain.live.state === 'running') {
			yield * sleep(process, rates.guestShutdownNs);
			const now = runningDomain(process, name);
			if (now !== undefined && now.live.powerButton === 'shutdown') {
				return end(process, now);
			}

			restart(process, now);
			continue;
		}

		process.sys.setMemory(residentBytes(domain));
		const untilNs = nextJobEnd(domain.live);
		yield {kind: 'sleep', channels: [qemuChannel(hypervisorOf(process), name)], ...(untilNs === undefined ? {} : {untilNs: Math.max(untilNs, process.sys.now() + 1)})};
	}
}

function end(process: Process, domain: RunningDomain): number {
	putDomain(hypervisorOf(process), {...domain, live: {...domain.live, ending: 'shutdown'}});
	return 0;
}

/** The guest boots again: what ran in it is gone. */
function restart(process: Process, domain: RunningDomain | undefined): void {
	if (domain !== undefined) {
		putDomain(hypervisorOf(process), {...domain, live: {...domain.live, jobs: [], powerButton: 'released'}});
		reschedule(hypervisorOf(process), hostOf(process));
	}
}

function endJobs(process: Process, domain: RunningDomain): void {
	const hypervisor = hypervisorOf(process);
	const live = withoutEndedJobs(domain.live, nowNs(hypervisor.tx));
	if (live.jobs.length !== domain.live.jobs.length) {
		putDomain(hypervisor, {...domain, live});
		reschedule(hypervisor, hostOf(process));
	}
}
