// What the platform lets in. The rule is the course's platform's, as VMware vSphere has it; KVM and libvirt would only warn:
// a single machine may not have more vCPUs than the host has hardware threads, since they could never all run at once. All
// machines together may have more: that is over-commit, and the scheduler shares the threads among them.

import {type DomainConfig, type Refusal, refuse} from '../hypervisor/domain-schema.js';
import type {Host} from './schema.js';
import {threadCount} from './topology.js';

export function admit(host: Host, {name, maxVcpus}: Pick<DomainConfig, 'name' | 'maxVcpus'>): Refusal | undefined {
	const threads = threadCount(host);
	return maxVcpus > threads
		? refuse(`unsupported configuration: platform policy: domain '${name}' has ${maxVcpus} vCPUs, but host '${host.name}' has only ${threads} hardware threads, the most for one domain`)
		: undefined;
}
