// Domain XML: reads a description into a DomainConfig with libvirt's rules and words, and writes one as `virsh dumpxml` shows it.
// Source: libvirt 9.0 src/conf/domain_conf.c.
//
// Simplified: devices, clock, features and the like are kept and shown again, but nothing acts on them, and libvirt's additions
// (PCI addresses, seclabels, a default controller for everything) are left out.

import {parseCpuList, formatCpuList} from './cpu-list.js';
import {type CpuTune, type Domain, type DomainConfig, isRefusal, type Live, type Refusal, refuse, type XmlTree} from './domain-schema.js';
import {parseKib} from './memory-size.js';
import {childOf, readXml, textOf, writeXml} from './xml-document.js';

export const defaultTune: CpuTune = {shares: 100, periodUs: 100_000, quotaUs: -1};

const domainTypes = ['kvm', 'qemu', 'test', 'xen', 'lxc'];
const defaultMachine = 'pc-i440fx-7.2';

/** A description without a uuid gets the one that `newUuid` makes. */
export function parseDomain(text: string, newUuid: () => string): DomainConfig | Refusal {
	const root = readXml(text, '(domain_definition)');
	return isRefusal(root) ? root : domainOf(root, newUuid);
}

/** The same from an element that was read already. */
export function domainOf(root: XmlTree, newUuid: () => string): DomainConfig | Refusal {
	if (root.name !== 'domain') {
		return refuse(`XML error: unexpected root element <${root.name}>, expecting <domain>`);
	}

	const type = root.attributes['type'];
	if (type === undefined) {
		return refuse('XML error: missing domain type attribute');
	}

	if (!domainTypes.includes(type)) {
		return refuse(`XML error: Invalid value for attribute 'type' in element 'domain': '${type}'.`);
	}

	const name = textOf(childOf(root, 'name')) ?? '';
	const refused = checkName(name);
	if (refused !== undefined) {
		return refused;
	}

	const uuid = parseUuid(textOf(childOf(root, 'uuid')), newUuid);
	const memory = readMemory(root);
	const vcpus = readVcpus(root);
	const os = childOf(childOf(root, 'os') ?? root, 'type');
	for (const part of [uuid, memory, vcpus]) {
		if (isRefusal(part)) {
			return part;
		}
	}

	if (os === undefined) {
		return refuse('XML error: an os <type> must be specified');
	}

	const tuning = readTune(childOf(root, 'cputune'), (vcpus as Vcpus).maxVcpus);
	if (isRefusal(tuning)) {
		return tuning;
	}

	return {
		name, uuid: uuid as string, type, osType: textOf(os) ?? 'hvm', arch: os.attributes['arch'] ?? 'x86_64', machine: os.attributes['machine'] ?? defaultMachine,
		...(memory as Memory), ...(vcpus as Vcpus), ...tuning, rest: root.children.filter((child): child is XmlTree => typeof child !== 'string' && !modelled.includes(child.name)),
	};
}

const modelled = ['name', 'uuid', 'memory', 'currentMemory', 'vcpu', 'os', 'cputune'];

function checkName(name: string): Refusal | undefined {
	if (name === '') {
		return refuse('missing name information');
	}

	return name.includes('/') ? refuse(`XML error: name ${name} cannot contain '/'`) : undefined;
}

function parseUuid(text: string | undefined, newUuid: () => string): string | Refusal {
	if (text === undefined) {
		return newUuid();
	}

	const digits = text.toLowerCase().replaceAll('-', '');
	if (!/^[0-9a-f]{32}$/v.test(digits)) {
		return refuse('internal error: malformed uuid element');
	}

	return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-');
}

type Memory = Pick<DomainConfig, 'memoryKib' | 'maxMemoryKib'>;

function readMemory(root: XmlTree): Memory | Refusal {
	const sizes = ['memory', 'currentMemory'].map(name => {
		const element = childOf(root, name);
		return element === undefined ? undefined : parseKib(textOf(element) ?? '', element.attributes['unit'] ?? 'KiB') ?? refuse(`XML error: could not parse element ${name}`);
	});
	const [maximum, current] = sizes;
	if (isRefusal(maximum)) {
		return maximum;
	}

	if (isRefusal(current)) {
		return current;
	}

	if (maximum === undefined || maximum === 0) {
		return refuse('XML error: Memory size must be specified via <memory> or in the <numa> configuration');
	}

	return {maxMemoryKib: maximum, memoryKib: Math.min(current ?? maximum, maximum)};
}

type Vcpus = Pick<DomainConfig, 'vcpus' | 'maxVcpus'>;

function readVcpus(root: XmlTree): Vcpus | Refusal {
	const element = childOf(root, 'vcpu');
	const text = textOf(element) ?? '1';
	if (!/^\d{1,9}$/v.test(text)) {
		return refuse('XML error: maximum vcpus count must be an integer');
	}

	const current = element?.attributes['current'] ?? text;
	if (!/^\d{1,9}$/v.test(current)) {
		return refuse('XML error: current vcpus count must be an integer');
	}

	const [maxVcpus, vcpus] = [Number(text), Number(current)];
	if (maxVcpus === 0) {
		return refuse('internal error: CPU IDs in <numa> exceed the <vcpu> count');
	}

	return maxVcpus < vcpus ? refuse(`internal error: maxvcpus must not be less than current vcpus (${maxVcpus} < ${vcpus})`) : {vcpus: Math.max(1, vcpus), maxVcpus};
}

const tuneElements: Readonly<Record<string, keyof CpuTune>> = {shares: 'shares', period: 'periodUs', quota: 'quotaUs'};

function readTune(element: XmlTree | undefined, maxVcpus: number): Pick<DomainConfig, 'pins' | 'tune'> | Refusal {
	let tune = defaultTune;
	const pins: Record<string, readonly number[]> = {};
	for (const child of element?.children ?? []) {
		if (typeof child === 'string') {
			continue;
		}

		const field = tuneElements[child.name];
		if (field !== undefined) {
			const value = Number(textOf(child));
			if (!Number.isSafeInteger(value)) {
				return refuse(`XML error: can't parse cputune ${child.name} value`);
			}

			tune = {...tune, [field]: value};
		} else if (child.name === 'vcpupin') {
			const {vcpu, cpuset} = child.attributes;
			const cpus = parseCpuList(cpuset ?? '');
			if (cpus === undefined) {
				return refuse(`invalid argument: Failed to parse bitmap '${cpuset ?? ''}'`);
			}

			if (vcpu !== undefined && Number(vcpu) < maxVcpus) {
				pins[vcpu] = cpus;
			}
		} else {
			return refuse(`unsupported configuration: virtlab does not model <${child.name}> in <cputune>`);
		}
	}

	const refused = checkTune(tune);
	return refused ?? {pins, tune};
}

/** The ranges of cgroup v2 and of the kernel's bandwidth control. */
export function checkTune({shares, periodUs, quotaUs}: CpuTune): Refusal | undefined {
	if (shares < 1 || shares > 10_000) {
		return refuse(`invalid argument: shares '${shares}' must be in range [1, 10000]`);
	}

	if (periodUs < 1000 || periodUs > 1_000_000) {
		return refuse('XML error: Value of cputune \'period\' must be in range [1000, 1000000]');
	}

	return quotaUs >= 0 && (quotaUs < 1000 || quotaUs > 18_446_744_073_709) ? refuse('XML error: Value of cputune \'quota\' must be in range [1000, 18446744073709551]') : undefined;
}

/** A definition, or the live state of a running domain, as XML. */
export function writeDomain(config: DomainConfig, live?: Live): string {
	const element = (name: string, attributes: Readonly<Record<string, string>>, ...children: readonly (XmlTree | string)[]): XmlTree => ({name, attributes, children});
	const current: Readonly<Record<string, string>> = config.vcpus === config.maxVcpus ? {} : {current: String(config.vcpus)};
	const tune = tuneTrees(config, element);
	const isTest = config.type === 'test';
	return writeXml(element('domain', {type: config.type, ...(live === undefined ? {} : {id: String(live.id)})},
		element('name', {}, config.name),
		element('uuid', {}, config.uuid),
		element('memory', {unit: 'KiB'}, String(config.maxMemoryKib)),
		element('currentMemory', {unit: 'KiB'}, String(config.memoryKib)),
		element('vcpu', {placement: 'static', ...current}, String(config.maxVcpus)),
		...tune.length === 0 ? [] : [element('cputune', {}, ...tune)],
		element('os', {}, element('type', {arch: config.arch, ...(isTest ? {} : {machine: config.machine})}, config.osType), ...isTest || config.rest.some(({name}) => name === 'boot') ? [] : [element('boot', {dev: 'hd'})]),
		...config.rest));
}

function tuneTrees({tune, pins}: DomainConfig, element: (name: string, attributes: Readonly<Record<string, string>>, ...children: readonly string[]) => XmlTree): readonly XmlTree[] {
	return [
		...tune.shares === defaultTune.shares ? [] : [element('shares', {}, String(tune.shares))],
		...tune.periodUs === defaultTune.periodUs ? [] : [element('period', {}, String(tune.periodUs))],
		...tune.quotaUs === defaultTune.quotaUs ? [] : [element('quota', {}, String(tune.quotaUs))],
		...Object.entries(pins).map(([vcpu, cpus]) => element('vcpupin', {vcpu, cpuset: formatCpuList(cpus)})),
	];
}

/** What `virsh dumpxml` shows: the live state, or the definition of a domain that is shut off or with `--inactive`. */
export function describeDomain({config, live}: Domain, inactive: boolean): string {
	return live !== undefined && !(inactive && config !== undefined) ? writeDomain(live.config, live) : writeDomain((config ?? live?.config)!);
}
