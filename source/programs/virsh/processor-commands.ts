// virsh's commands about the vCPUs and the memory of a domain. Source: libvirt 9.0 tools/virsh-domain.c.

import {formatCpuList, parseCpuList} from '../../model/hypervisor/cpu-list.js';
import type {CpuTune, DomainConfig} from '../../model/hypervisor/domain-schema.js';
import type {DomainDocument, NodeDocument} from '../libvirt/request.js';
import type {Blocking} from '../standard-io.js';
import {domainOption, flag, type Given, impactOptions, readImpact, type Virsh, type VirshCommand} from './command.js';
import {formatColumns, formatFact, formatSeconds} from './columns.js';

const vcpuinfo: VirshCommand = {
	name: 'vcpuinfo', info: 'detailed domain vcpu information', options: [domainOption, flag('pretty', 'return human readable output')],
	* run(virsh, given) {
		const domain = yield * virsh.domain(given);
		if (domain === undefined) {
			return false;
		}

		const {mapCpus} = yield * virsh.node();
		const config = (domain.live ?? domain.config)!;
		const affinity = (vcpu: number) => {
			const cpus = affinityOf(config, vcpu, mapCpus);
			return given.has('pretty') ? `${formatCpuList(cpus)} (out of ${mapCpus})` : Array.from({length: mapCpus}, (_, cpu) => cpus.includes(cpu) ? 'y' : '-').join('');
		};

		const blocks = Array.from({length: config.vcpus}, (_, index) => {
			const live = domain.vcpus[index];
			return [
				formatFact('VCPU', index), formatFact('CPU', live?.thread ?? 'N/A'), formatFact('State', live === undefined ? 'N/A' : 'running'),
				formatFact('CPU time', live === undefined ? 'N/A' : formatSeconds(live.runNs)), formatFact('CPU Affinity', affinity(index)),
			].join('');
		});
		yield * virsh.print(blocks.join('\n'));
		return true;
	},
};

function affinityOf({pins}: DomainConfig, vcpu: number, mapCpus: number): readonly number[] {
	return pins[vcpu]?.filter(cpu => cpu < mapCpus) ?? Array.from({length: mapCpus}, (_, cpu) => cpu);
}

const vcpupin: VirshCommand = {
	name: 'vcpupin', info: 'control or query domain vcpu affinity',
	options: [domainOption, {name: 'vcpu', kind: 'number', isPositional: true, help: 'vcpu number'}, {name: 'cpulist', kind: 'text', isPositional: true, help: 'host cpu number(s) to set, or omit option to query'}, ...impactOptions],
	* run(virsh, given) {
		const impact = yield * readImpact(virsh, given);
		const domain = impact === undefined ? undefined : yield * virsh.domain(given);
		if (impact === undefined || domain === undefined) {
			return false;
		}

		const vcpu = given.has('vcpu') ? yield * virsh.number(given, 'vcpu') : -1;
		if (vcpu === undefined) {
			return false;
		}

		const node = yield * virsh.node();
		const list = given.text('cpulist');
		if (list === undefined) {
			return yield * showPins(virsh, {domain, vcpu, node, isConfig: impact.config});
		}

		if (vcpu === -1) {
			return yield * virsh.fail('vcpupin: Missing vCPU number in pin mode.');
		}

		const cpus = yield * readCpus(virsh, list, node.mapCpus);
		return cpus !== undefined && (yield * virsh.need({call: 'pin-vcpu', name: domain.name, vcpu, cpus, impact})) !== undefined;
	},
};

function * readCpus(virsh: Virsh, list: string, count: number): Blocking<readonly number[] | undefined> {
	const cpus = list === 'r' ? Array.from({length: count}, (_, cpu) => cpu) : parseCpuList(list);
	if (cpus === undefined) {
		yield * virsh.fail(`Invalid cpulist '${list}'`);
		return undefined;
	}

	const last = cpus.at(-1)!;
	if (last >= count) {
		yield * virsh.fail(`CPU ${last} in cpulist '${list}' exceed the maxcpu ${count}`);
		return undefined;
	}

	return cpus;
}

function * showPins(virsh: Virsh, {domain, vcpu, node, isConfig}: {readonly domain: DomainDocument; readonly vcpu: number; readonly node: NodeDocument; readonly isConfig: boolean}): Blocking<boolean> {
	const config = ((isConfig ? domain.config : domain.live) ?? domain.config ?? domain.live)!;
	if (vcpu >= config.maxVcpus) {
		return yield * virsh.fail(`vcpupin: Invalid vCPU number ${vcpu}.`);
	}

	const shown = Array.from({length: config.maxVcpus}, (_, index) => index).filter(index => vcpu === -1 || vcpu === index);
	yield * virsh.print(formatColumns(['VCPU', 'CPU Affinity'], shown.map(index => [String(index), formatCpuList(affinityOf(config, index, node.mapCpus))]), virsh.isQuiet));
	return true;
}

const vcpucount: VirshCommand = {
	name: 'vcpucount', info: 'domain vcpu counts', options: [domainOption, flag('maximum', 'get maximum count of vcpus'), flag('active', 'get number of currently active vcpus'), ...impactOptions],
	* run(virsh, given) {
		const impact = yield * readImpact(virsh, given);
		const domain = impact === undefined ? undefined : yield * virsh.domain(given);
		if (impact === undefined || domain === undefined) {
			return false;
		}

		const states = {config: domain.config, live: domain.live} as const;
		const isOne = given.has('maximum') || given.has('active') || impact.live || impact.config || given.has('current');
		if (isOne) {
			const state = impact.live ? states.live : (impact.config ? states.config : states.live ?? states.config);
			if (state === null || state === undefined) {
				return yield * virsh.fail(impact.live ? 'Requested operation is not valid: domain is not running' : 'Requested operation is not valid: transient domains do not have any persistent config');
			}

			yield * virsh.print(`${given.has('maximum') ? state.maxVcpus : state.vcpus}\n`);
			return true;
		}

		const rows = (['maximum', 'current'] as const).flatMap(kind => (['config', 'live'] as const).flatMap(state => {
			const config = states[state];
			return config === null ? [] : [`${kind.padEnd(12)} ${state.padEnd(12)} ${String(kind === 'maximum' ? config.maxVcpus : config.vcpus).padStart(3)}\n`];
		}));
		yield * virsh.print(rows.join(''));
		return true;
	},
};

const setvcpus: VirshCommand = {
	name: 'setvcpus', info: 'change number of virtual CPUs',
	options: [domainOption, {name: 'count', kind: 'number', isRequired: true, isPositional: true, help: 'number of virtual CPUs'}, flag('maximum', 'set maximum limit on next boot'), ...impactOptions],
	* run(virsh, given) {
		const impact = yield * readImpact(virsh, given);
		if (impact !== undefined && given.has('maximum') && !impact.config) {
			return yield * virsh.fail('Option --config is required by option --maximum');
		}

		const domain = impact === undefined ? undefined : yield * virsh.domain(given);
		const count = domain === undefined ? undefined : yield * virsh.number(given, 'count');
		if (impact === undefined || domain === undefined || count === undefined) {
			return false;
		}

		return count === 0
			? yield * virsh.fail('Can\'t set 0 processors for a VM')
			: (yield * virsh.need({call: 'set-vcpus', name: domain.name, count, maximum: given.has('maximum'), impact})) !== undefined;
	},
};

function memoryCommand(name: 'setmem' | 'setmaxmem', info: string, headline: string | undefined): VirshCommand {
	return {
		name, info, options: [domainOption, {name: 'size', kind: 'number', isRequired: true, isPositional: true, help: 'new memory size, as scaled integer (default KiB)'}, ...impactOptions],
		* run(virsh, given) {
			const impact = yield * readImpact(virsh, given);
			const domain = impact === undefined ? undefined : yield * virsh.domain(given);
			const kib = domain === undefined ? undefined : yield * virsh.kib(given, 'size');
			return impact !== undefined && domain !== undefined && kib !== undefined && (yield * virsh.need({call: 'set-memory', name: domain.name, kib, maximum: name === 'setmaxmem', impact}, headline)) !== undefined;
		},
	};
}

/** What cgroup v2 answers for no limit, as libvirt prints it. */
const noQuota = '18446744073709551';

function schedulerRows(config: DomainConfig, type: string): readonly (readonly [string, string | number])[] {
	const {shares, periodUs, quotaUs} = config.tune;
	return type === 'fair'
		? [['Scheduler', 'fair'], ['weight', 50]]
		: [['Scheduler', type], ['cpu_shares', shares], ['vcpu_period', periodUs], ['vcpu_quota', quotaUs < 0 ? noQuota : quotaUs]];
}

const tuneFields: Readonly<Record<string, keyof CpuTune>> = {cpu_shares: 'shares', vcpu_period: 'periodUs', vcpu_quota: 'quotaUs'};

const schedinfo: VirshCommand = {
	name: 'schedinfo', info: 'show/set scheduler parameters', options: [domainOption, {name: 'set', kind: 'rest', isPositional: true, help: 'parameter=value'}, ...impactOptions],
	* run(virsh, given) {
		const impact = yield * readImpact(virsh, given);
		const domain = impact === undefined ? undefined : yield * virsh.domain(given);
		if (impact === undefined || domain === undefined) {
			return false;
		}

		const {schedulerType} = yield * virsh.node();
		const tune = yield * readTune(virsh, given, schedulerType);
		if (tune === undefined) {
			return false;
		}

		const changed = Object.keys(tune).length === 0 ? {value: domain} : yield * virsh.need<DomainDocument>({call: 'set-tune', name: domain.name, tune, impact});
		if (changed === undefined) {
			return false;
		}

		const config = ((impact.config ? changed.value.config : changed.value.live) ?? changed.value.config ?? changed.value.live)!;
		yield * virsh.print(schedulerRows(config, schedulerType).map(([name, value]) => `${name.padEnd(15)}: ${value}\n`).join(''));
		return true;
	},
};

/** Simplified: the parameters of the emulator's and of I/O threads (emulator_*, global_*, iothread_*) are not modelled. */
function * readTune(virsh: Virsh, given: Given, schedulerType: string): Blocking<Partial<CpuTune> | undefined> {
	let tune: Partial<CpuTune> = {};
	for (const word of given.all('set')) {
		const found = /^(?<name>[^=]+)=(?<value>-?\d{1,15})$/v.exec(word)?.groups;
		const field = tuneFields[found?.['name'] ?? ''];
		if (schedulerType === 'fair' && found?.['name'] === 'weight') {
			continue;
		}

		if (found === undefined || field === undefined || schedulerType === 'fair') {
			yield * virsh.fail(`invalid scheduler option: ${word}`);
			return undefined;
		}

		tune = {...tune, [field]: Number(found['value'])};
	}

	return tune;
}

export const processorCommands: readonly VirshCommand[] = [
	memoryCommand('setmaxmem', 'change maximum memory limit', 'Unable to change MaxMemorySize'), memoryCommand('setmem', 'change memory allocation', undefined),
	schedinfo, setvcpus, vcpucount, vcpuinfo, vcpupin,
];
