// Changes to a domain that exists: vCPUs, memory, pinning, weight and quota; to the running domain (live), to its definition (config),
// or both. Source: libvirt 9.0, src/qemu/qemu_driver.c, virDomainObjUpdateModificationImpact.

import {type Domain, type DomainConfig, type CpuTune, type Hypervisor, isRefusal, type Refusal, refuse} from './domain-schema.js';
import {putDomain} from './domain-table.js';
import {checkTune} from './domain-xml.js';
import {type Dialect, idleVcpu} from './life-cycle.js';

/** What virsh's options --live, --config and --current ask for. */
export type Impact = {readonly live: boolean; readonly config: boolean};

/** Neither option means the running domain if it runs, else its definition. */
export function impactOn(domain: Domain, {live, config}: Impact): Impact | Refusal {
	const impact = live || config ? {live, config} : {live: domain.live !== undefined, config: domain.live === undefined};
	if (impact.live && domain.live === undefined) {
		return refuse('Requested operation is not valid: domain is not running');
	}

	return impact.config && domain.config === undefined ? refuse('Requested operation is not valid: transient domains do not have any persistent config') : impact;
}

/** Applies a change to the states that are meant. */
function change(hypervisor: Hypervisor, domain: Domain, impact: Impact, edit: (config: DomainConfig) => DomainConfig): Domain {
	const {live, config} = domain;
	return putDomain(hypervisor, {
		...domain,
		live: impact.live && live !== undefined ? {...live, config: edit(live.config)} : live,
		config: impact.config && config !== undefined ? edit(config) : config,
	});
}

export type VcpuChange = {readonly count: number; readonly maximum: boolean; readonly impact: Impact; readonly dialect: Dialect};

/** The test driver knows no hardware; its limit is a constant. */
const testMaxVcpus = 32;

export function setVcpus(hypervisor: Hypervisor, domain: Domain, {count, maximum, impact: asked, dialect}: VcpuChange): Domain | Refusal {
	const impact = impactOn(domain, asked);
	if (isRefusal(impact)) {
		return impact;
	}

	if (dialect === 'test' && count > testMaxVcpus) {
		return refuse(`invalid argument: requested cpu amount exceeds maximum supported amount (${count} > ${testMaxVcpus})`);
	}

	if (maximum) {
		return impact.live
			? refuse('invalid argument: maximum vcpu count of a live domain can\'t be modified')
			: change(hypervisor, domain, impact, config => ({...config, maxVcpus: count, vcpus: Math.min(config.vcpus, count)}));
	}

	const refused = checkCount(domain, count, impact, dialect);
	if (refused !== undefined) {
		return refused;
	}

	return withLiveVcpus(hypervisor, change(hypervisor, domain, impact, config => ({...config, vcpus: count})));
}

function checkCount({live, config}: Domain, count: number, impact: Impact, dialect: Dialect): Refusal | undefined {
	if (impact.live && count > live!.config.maxVcpus) {
		return refuse(`invalid argument: requested vcpus is greater than max allowable vcpus for the live domain: ${count} > ${live!.config.maxVcpus}`);
	}

	if (impact.config && count > config!.maxVcpus) {
		return refuse(`invalid argument: requested vcpus is greater than max allowable vcpus for the persistent domain: ${count} > ${config!.maxVcpus}`);
	}

	// A vCPU that the guest booted with cannot be unplugged from this machine type.
	return impact.live && dialect === 'qemu' && count < live!.bootVcpus ? refuse('operation failed: failed to find appropriate hotpluggable vcpus to reach the desired target vcpu count') : undefined;
}

/** Plugs and unplugs the vCPUs of the running domain. */
function withLiveVcpus(hypervisor: Hypervisor, domain: Domain): Domain {
	const {live} = domain;
	if (live === undefined || live.vcpus.length === live.config.vcpus) {
		return domain;
	}

	return putDomain(hypervisor, {...domain, live: {...live, vcpus: Array.from({length: live.config.vcpus}, (_, index) => live.vcpus[index] ?? idleVcpu)}});
}

export function setMemory(hypervisor: Hypervisor, domain: Domain, {kib, maximum, impact: asked}: {readonly kib: number; readonly maximum: boolean; readonly impact: Impact}): Domain | Refusal {
	const impact = impactOn(domain, asked);
	if (isRefusal(impact)) {
		return impact;
	}

	if (maximum) {
		return impact.live
			? refuse('Requested operation is not valid: cannot resize the maximum memory on an active domain')
			: change(hypervisor, domain, impact, config => ({...config, maxMemoryKib: kib, memoryKib: Math.min(config.memoryKib, kib)}));
	}

	const limits = [...impact.live ? [domain.live!.config.maxMemoryKib] : [], ...impact.config ? [domain.config!.maxMemoryKib] : []];
	return limits.some(limit => kib > limit) ? refuse('invalid argument: cannot set memory higher than max memory') : change(hypervisor, domain, impact, config => ({...config, memoryKib: kib}));
}

export type PinChange = {readonly vcpu: number; readonly cpus: readonly number[]; readonly impact: Impact; readonly dialect: Dialect};

export function pinVcpu(hypervisor: Hypervisor, domain: Domain, {vcpu, cpus, impact: asked, dialect}: PinChange): Domain | Refusal {
	const impact = impactOn(domain, asked);
	if (isRefusal(impact)) {
		return impact;
	}

	for (const [kind, config] of [['live', impact.live ? domain.live!.config : undefined], ['persistent', impact.config ? domain.config : undefined]] as const) {
		if (config !== undefined && vcpu >= config.maxVcpus) {
			return refuse(dialect === 'test' ? `invalid argument: requested vcpu '${vcpu}' is not present in the domain` : `invalid argument: vcpu ${vcpu} is out of range of ${kind} cpu count ${config.maxVcpus}`);
		}
	}

	return change(hypervisor, domain, impact, config => ({...config, pins: {...config.pins, [vcpu]: cpus}}));
}

export function setTune(hypervisor: Hypervisor, domain: Domain, {tune, impact: asked}: {readonly tune: Partial<CpuTune>; readonly impact: Impact}): Domain | Refusal {
	const impact = impactOn(domain, asked);
	if (isRefusal(impact)) {
		return impact;
	}

	const states = [...impact.live ? [domain.live!.config] : [], ...impact.config ? [domain.config!] : []];
	const refused = states.map(config => checkTune({...config.tune, ...tune})).find(isRefusal);
	return refused ?? change(hypervisor, domain, impact, config => ({...config, tune: {...config.tune, ...tune}}));
}
