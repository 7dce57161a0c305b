// A libvirt driver: answers requests from the tables of a hypervisor. The QEMU driver runs inside libvirtd and has processes to start
// and end; the test driver runs inside the client, on a world of its own.

import {nowNs} from '../../base/clock.js';
import type {Json} from '../../base/json.js';
import {BrokenInvariant} from '../../base/assert.js';
import {type Domain, type DomainConfig, type Hypervisor, isRefusal, type Live, type Refusal, refuse} from '../../model/hypervisor/domain-schema.js';
import {allDomains, findDomain, newUuid} from '../../model/hypervisor/domain-table.js';
import {describeDomain, parseDomain} from '../../model/hypervisor/domain-xml.js';
import {agentCommand} from '../../model/hypervisor/guest-load.js';
import {create, define, type Dialect, needLive, resume, setAutostart, start, suspend, undefine} from '../../model/hypervisor/life-cycle.js';
import {pinVcpu, setMemory, setTune, setVcpus} from '../../model/hypervisor/tuning.js';
import {vcpusAt} from '../../model/host/vcpu-schedule.js';
import type {Answer, DomainDocument, LibvirtRequest, NodeDocument} from './request.js';

export type Driver = {
	readonly dialect: Dialect;
	readonly hypervisor: Hypervisor;
	readonly node: () => NodeDocument;
	readonly capabilities: () => string;
	/** Whether the platform lets such a domain in. */
	readonly admit: (config: DomainConfig) => Refusal | undefined;
	/** Makes the process of a domain. */
	readonly launch: (config: DomainConfig) => number | undefined | Refusal;
	/** Ends a domain without asking its guest. */
	readonly destroy: (domain: Domain) => void;
	/** Asks the guest to shut down or to start again. */
	readonly press: (domain: Domain, button: 'shutdown' | 'reboot') => void;
	/** Something about a domain changed: its share of the processors, what its process should do. */
	readonly changed: (name: string) => void;
};

export function answerRequest(driver: Driver, request: LibvirtRequest): Answer {
	const result = perform(driver, request);
	return isRefusal(result) ? {refusal: result.refused} : {value: result};
}

/** Calls that are about one domain. */
type DomainRequest = Extract<LibvirtRequest, {readonly name: string}>;

function perform(driver: Driver, request: LibvirtRequest): Json | Refusal {
	const {hypervisor} = driver;
	switch (request.call) {
		case 'node': {
			return driver.node();
		}

		case 'capabilities': {
			return driver.capabilities();
		}

		case 'domains': {
			return allDomains(hypervisor.tx, hypervisor.kernel).map(domain => documentOf(driver, domain));
		}

		case 'define': {
			return withConfig(driver, request.xml, config => define(hypervisor, config));
		}

		case 'create': {
			return withConfig(driver, request.xml, config => create(hypervisor, config, {launch: () => driver.launch(config), paused: request.paused}));
		}

		default: {
			const domain = findDomain(hypervisor, request.name);
			return domain === undefined ? refuse(`Domain not found: no domain with matching name '${request.name}'`) : onDomain(driver, domain, request);
		}
	}
}

function withConfig(driver: Driver, xml: string, act: (config: DomainConfig) => Domain | Refusal): Json | Refusal {
	const config = parseDomain(xml, () => newUuid(driver.hypervisor));
	return isRefusal(config) ? config : driver.admit(config) ?? changed(driver, act(config));
}

/** Tells the driver that a domain changed, and answers its document. */
function changed(driver: Driver, result: Domain | Refusal): Json | Refusal {
	if (isRefusal(result)) {
		return result;
	}

	driver.changed(result.name);
	return documentOf(driver, findDomain(driver.hypervisor, result.uuid) ?? result);
}

function onDomain(driver: Driver, domain: Domain, request: DomainRequest): Json | Refusal {
	const {hypervisor, dialect} = driver;
	switch (request.call) {
		case 'domain': {
			return documentOf(driver, domain);
		}

		case 'xml': {
			return describeDomain(domain, request.inactive);
		}

		case 'start': {
			const refused = domain.config === undefined ? undefined : driver.admit(domain.config);
			return refused ?? changed(driver, start(hypervisor, domain, {launch: () => driver.launch(domain.config!), paused: request.paused}));
		}

		case 'destroy':
		case 'shutdown':
		case 'reboot': {
			return onPower(driver, domain, request.call);
		}

		case 'suspend': {
			return changed(driver, suspend(hypervisor, domain, dialect));
		}

		case 'resume': {
			return changed(driver, resume(hypervisor, domain, dialect));
		}

		case 'undefine': {
			return undefine(hypervisor, domain) ?? null;
		}

		case 'autostart': {
			return setAutostart(hypervisor, domain, request.on) ?? null;
		}

		case 'set-vcpus':
		case 'set-memory':
		case 'pin-vcpu':
		case 'set-tune': {
			return changed(driver, tune(driver, domain, request));
		}

		case 'agent': {
			return agent(driver, domain, request.command);
		}

		default: {
			throw new BrokenInvariant(`onDomain: ${JSON.stringify(request satisfies never)}`);
		}
	}
}

function onPower(driver: Driver, domain: Domain, call: 'destroy' | 'shutdown' | 'reboot'): Json | Refusal {
	const live = needLive(domain);
	if (isRefusal(live)) {
		return live;
	}

	if (call === 'destroy') {
		driver.destroy(domain);
	} else {
		driver.press(domain, call);
	}

	driver.changed(domain.name);
	return null;
}

function tune(driver: Driver, domain: Domain, request: Extract<DomainRequest, {readonly call: 'set-vcpus' | 'set-memory' | 'pin-vcpu' | 'set-tune'}>): Domain | Refusal {
	const {hypervisor, dialect} = driver;
	switch (request.call) {
		case 'set-vcpus': {
			const refused = request.maximum ? driver.admit({...domain.config ?? domain.live!.config, maxVcpus: request.count}) : undefined;
			return refused ?? setVcpus(hypervisor, domain, {...request, dialect});
		}

		case 'set-memory': {
			return setMemory(hypervisor, domain, request);
		}

		case 'pin-vcpu': {
			return pinVcpu(hypervisor, domain, {...request, dialect});
		}

		case 'set-tune': {
			return dialect === 'test' ? domain : setTune(hypervisor, domain, request);
		}

		default: {
			throw new BrokenInvariant(`tune: ${JSON.stringify(request satisfies never)}`);
		}
	}
}

function agent(driver: Driver, domain: Domain, command: string): Json | Refusal {
	if (driver.dialect === 'test') {
		return refuse('this function is not supported by the connection driver: virDomainQemuAgentCommand');
	}

	const result = agentCommand(driver.hypervisor, domain, command);
	driver.changed(domain.name);
	return result;
}

function documentOf(driver: Driver, domain: Domain): DomainDocument {
	const {live, config} = domain;
	const now = nowNs(driver.hypervisor.tx);
	const vcpus = live === undefined ? [] : vcpuDocuments(driver, live, now);
	return {
		name: domain.name, uuid: domain.uuid, state: live?.state ?? 'shut off', reason: live?.reason ?? domain.shutoff, id: live?.id ?? null,
		osType: driver.dialect === 'test' ? 'linux' : (config ?? live!.config).osType, persistent: config !== undefined, autostart: domain.autostart, config: config ?? null, live: live?.config ?? null,
		vcpus,
		// The test driver has no processors to measure: it answers with the time of day.
		cpuTimeNs: driver.dialect === 'test' ? testCpuTimeNs : vcpus.reduce((sum, {runNs}) => sum + runNs, 0),
	};
}

const testCpuTimeNs = 1e9;

/** The test driver says that a vCPU is on the last processor that it may use, of sixteen. */
const testCpus = 16;

function vcpuDocuments({dialect}: Driver, live: Live, now: number): DomainDocument['vcpus'] {
	return vcpusAt(live, now).map(({thread, run, wait, runPpm, waitPpm, speedPpm}, index) => ({
		thread: dialect === 'test' ? live.config.pins[index]?.at(-1) ?? testCpus - 1 : thread, runNs: run.ns, waitNs: wait.ns, runPpm, waitPpm, speedPpm,
	}));
}
