// How domains come, run and go: defined, started, suspended, stopped, forgotten. What cannot be done is refused in libvirt's words.
// Source: libvirt 9.0, src/qemu/qemu_driver.c and src/test/test_driver.c, which differ in a few messages.
//
//              define             start / create
//     (none) ─────────> shut off ───────────────> running <──suspend/resume──> paused
//        ^ undefine         ^ destroy, shutdown, the QEMU process ends
//
// The caller starts and ends the QEMU process; these functions keep the tables. A transient domain (made by `create`) is gone
// when it stops.

import {nowNs} from '../../base/clock.js';
import {type Domain, type DomainConfig, type Hypervisor, isRefusal, type Live, type Refusal, refuse, type ShutoffReason, type Vcpu} from './domain-schema.js';
import {putDomain, takeId} from './domain-table.js';

const notRunning = 'Requested operation is not valid: domain is not running';

/** Which driver's words: QEMU's, or those of the test driver. */
export type Dialect = 'qemu' | 'test';

/** Makes a description known, or replaces the one of the same domain. */
export function define(hypervisor: Hypervisor, config: DomainConfig): Domain | Refusal {
	const clash = findClash(hypervisor, config);
	if (clash !== undefined) {
		return clash;
	}

	const known = hypervisor.tx.get(`domain:${hypervisor.kernel}`, config.name);
	return putDomain(hypervisor, known === undefined ? {name: config.name, uuid: config.uuid, config, live: undefined, autostart: false, shutoff: 'unknown'} : {...known, config}, 'defined');
}

/** A name and a uuid belong together. */
export function findClash({tx, kernel}: Hypervisor, {name, uuid}: DomainConfig): Refusal | undefined {
	for (const domain of tx.table(`domain:${kernel}`).values()) {
		if (domain.name === name && domain.uuid !== uuid) {
			return refuse(`operation failed: domain '${name}' already exists with uuid ${domain.uuid}`);
		}

		if (domain.uuid === uuid && domain.name !== name) {
			return refuse(`operation failed: domain '${domain.name}' is already defined with uuid ${uuid}`);
		}
	}

	return undefined;
}

export type StartOptions = {
	/** Makes its process; answers the task's id, or undefined where domains have none. */
	readonly launch: () => number | undefined | Refusal;
	readonly paused?: boolean;
};

/** Starts a domain that is defined. */
export function start(hypervisor: Hypervisor, domain: Domain, options: StartOptions): Domain | Refusal {
	if (domain.live !== undefined) {
		return refuse('Requested operation is not valid: domain is already running');
	}

	return begin(hypervisor, domain, {...options, config: domain.config!});
}

/** Starts a domain from a description that is not kept. */
export function create(hypervisor: Hypervisor, config: DomainConfig, options: StartOptions): Domain | Refusal {
	const clash = findClash(hypervisor, config);
	if (clash !== undefined) {
		return clash;
	}

	const known = hypervisor.tx.get(`domain:${hypervisor.kernel}`, config.name);
	if (known?.live !== undefined) {
		return refuse(`Requested operation is not valid: domain '${config.name}' is already active`);
	}

	return begin(hypervisor, known ?? {name: config.name, uuid: config.uuid, config: undefined, live: undefined, autostart: false, shutoff: 'unknown'}, {...options, config});
}

function begin(hypervisor: Hypervisor, domain: Domain, {launch, paused, config}: StartOptions & {readonly config: DomainConfig}): Domain | Refusal {
	const task = launch();
	if (isRefusal(task)) {
		return task;
	}

	const now = nowNs(hypervisor.tx);
	const live: Live = {
		id: takeId(hypervisor), config, state: paused === true ? 'paused' : 'running', reason: paused === true ? 'user' : 'booted', task, startedNs: now, bootVcpus: config.vcpus,
		vcpus: Array.from({length: config.vcpus}, () => idleVcpu), ratesSinceNs: now, jobs: [], nextGuestPid: 1000, powerButton: 'released', ending: 'crashed',
	};
	return putDomain(hypervisor, {...domain, live}, 'started');
}

export const idleVcpu: Vcpu = {thread: 0, demandPpm: 0, runPpm: 0, waitPpm: 0, speedPpm: 1_000_000, run: {ns: 0, carry: 0}, wait: {ns: 0, carry: 0}};

/** The domain's process is gone (or never was one): it is shut off, or forgotten if it was transient. */
export function stopped(hypervisor: Hypervisor, domain: Domain, reason: ShutoffReason): void {
	const {tx, kernel} = hypervisor;
	if (domain.config === undefined) {
		tx.delete(`domain:${kernel}`, domain.name);
		tx.emit({kind: 'domain', kernel, name: domain.name, what: 'stopped'});
	} else {
		putDomain(hypervisor, {...domain, live: undefined, shutoff: reason}, 'stopped');
	}
}

/** The live state, or libvirt's refusal. */
export function needLive({live}: Domain): Live | Refusal {
	return live ?? refuse(notRunning);
}

export function suspend(hypervisor: Hypervisor, domain: Domain, dialect: Dialect): Domain | Refusal {
	const live = needLive(domain);
	if (dialect === 'test' && domain.live?.state !== 'running') {
		return refuse(`internal error: domain '${domain.name}' not running`);
	}

	return isRefusal(live) ? live : putDomain(hypervisor, {...domain, live: {...live, state: 'paused', reason: 'user'}}, 'suspended');
}

export function resume(hypervisor: Hypervisor, domain: Domain, dialect: Dialect): Domain | Refusal {
	const live = needLive(domain);
	if (dialect === 'test' && domain.live?.state !== 'paused') {
		return refuse(`internal error: domain '${domain.name}' not paused`);
	}

	if (isRefusal(live)) {
		return live;
	}

	return live.state === 'running' ? refuse('Requested operation is not valid: domain is already running') : putDomain(hypervisor, {...domain, live: {...live, state: 'running', reason: 'unpaused'}}, 'resumed');
}

/** Presses the virtual power or reset button: the guest acts on it. */
export function pressButton(hypervisor: Hypervisor, domain: Domain, powerButton: 'shutdown' | 'reboot'): Domain | Refusal {
	const live = needLive(domain);
	return isRefusal(live) ? live : putDomain(hypervisor, {...domain, live: {...live, powerButton}});
}

/** Forgets the definition. A running domain goes on and becomes transient. */
export function undefine(hypervisor: Hypervisor, domain: Domain): Refusal | undefined {
	const {tx, kernel} = hypervisor;
	if (domain.config === undefined) {
		return refuse('Requested operation is not valid: cannot undefine transient domain');
	}

	if (domain.live === undefined) {
		tx.delete(`domain:${kernel}`, domain.name);
		tx.emit({kind: 'domain', kernel, name: domain.name, what: 'undefined'});
	} else {
		putDomain(hypervisor, {...domain, config: undefined, autostart: false}, 'undefined');
	}

	return undefined;
}

export function setAutostart(hypervisor: Hypervisor, domain: Domain, autostart: boolean): Refusal | undefined {
	if (domain.config === undefined) {
		return refuse('Requested operation is not valid: cannot set autostart for transient domain');
	}

	putDomain(hypervisor, {...domain, autostart});
	return undefined;
}
