// virsh's group "Domain Monitoring". Source: libvirt 9.0 tools/virsh-domain-monitor.c.

import type {DomainDocument} from '../libvirt/request.js';
import type {Blocking} from '../standard-io.js';
import {domainOption, flag, type Given, type Virsh, type VirshCommand} from './command.js';
import {formatColumns, formatFact, formatSeconds} from './columns.js';

const list: VirshCommand = {
	name: 'list', info: 'list domains',
	options: [
		flag('inactive', 'list inactive domains'), flag('all', 'list inactive & active domains'), flag('transient', 'list transient domains'), flag('persistent', 'list persistent domains'),
		flag('state-running', 'list domains in running state'), flag('state-paused', 'list domains in paused state'), flag('state-shutoff', 'list domains in shutoff state'), flag('state-other', 'list domains in other states'),
		flag('autostart', 'list domains with autostart enabled'), flag('no-autostart', 'list domains with autostart disabled'),
		flag('uuid', 'list uuid\'s only'), flag('name', 'list domain names only'), flag('id', 'list domain IDs only'), flag('table', 'list table (default)'),
	],
	* run(virsh, given) {
		const answer = yield * virsh.need<readonly DomainDocument[]>({call: 'domains'}, 'Failed to list domains');
		if (answer === undefined) {
			return false;
		}

		const shown = answer.value.filter(domain => isListed(domain, given));
		for (const kind of ['name', 'uuid', 'id'] as const) {
			if (given.has(kind)) {
				yield * virsh.print(shown.map(domain => `${domain[kind] ?? '-'}\n`).join(''));
				return true;
			}
		}

		yield * virsh.print(formatColumns(['Id', 'Name', 'State'], shown.map(({id, name, state}) => [String(id ?? '-'), name, state]), virsh.isQuiet));
		return true;
	},
};

/** Each group of filters lets a domain through if none of the group is given, or one that fits. */
function isListed(domain: DomainDocument, given: Given): boolean {
	const isActive = domain.id !== null;
	const states = {'state-running': 'running', 'state-paused': 'paused', 'state-shutoff': 'shut off', 'state-other': undefined} as const;
	const wantedStates = Object.entries(states).filter(([name]) => given.has(name));
	const isAll = given.has('all') || given.has('state-shutoff');
	const groups: readonly (readonly [string, boolean])[][] = [
		[['transient', !domain.persistent], ['persistent', domain.persistent]],
		[['autostart', domain.autostart], ['no-autostart', !domain.autostart]],
	];
	return (isAll || (given.has('inactive') ? !isActive : isActive))
		&& (wantedStates.length === 0 || wantedStates.some(([, state]) => state === domain.state))
		&& groups.every(group => !group.some(([name]) => given.has(name)) || group.some(([name, fits]) => given.has(name) && fits));
}

const dominfo: VirshCommand = {
	name: 'dominfo', info: 'domain information', options: [domainOption],
	* run(virsh, given) {
		const domain = yield * virsh.domain(given);
		if (domain === undefined) {
			return false;
		}

		const node = yield * virsh.node();
		const {vcpus, maxMemoryKib, memoryKib} = (domain.live ?? domain.config)!;
		const facts: readonly (readonly [string, string | number])[] = [
			['Id', domain.id ?? '-'], ['Name', domain.name], ['UUID', domain.uuid], ['OS Type', domain.osType], ['State', domain.state], ['CPU(s)', vcpus],
			...domain.cpuTimeNs > 0 ? [['CPU time', formatSeconds(domain.cpuTimeNs)] as const] : [],
			['Max memory', `${maxMemoryKib} KiB`], ['Used memory', `${memoryKib} KiB`], ['Persistent', domain.persistent ? 'yes' : 'no'], ['Autostart', domain.autostart ? 'enable' : 'disable'], ['Managed save', 'no'],
			...node.securityModel === '' ? [] : [['Security model', node.securityModel] as const, ['Security DOI', ''] as const],
			...node.securityLabel === '' || domain.id === null ? [] : [['Security label', node.securityLabel] as const],
		];
		yield * virsh.print(facts.map(([name, value]) => formatFact(name, value)).join(''));
		return true;
	},
};

const domstate: VirshCommand = {
	name: 'domstate', info: 'domain state', options: [domainOption, flag('reason', 'also print reason for the state')],
	* run(virsh, given) {
		const domain = yield * virsh.domain(given);
		if (domain !== undefined) {
			yield * virsh.print(given.has('reason') ? `${domain.state} (${domain.reason})\n` : `${domain.state}\n`);
		}

		return domain !== undefined;
	},
};

const stateNumbers = {running: 1, paused: 3, 'shut off': 5} as const;
const reasonNumbers: Readonly<Record<string, number>> = {'running booted': 1, 'running unpaused': 5, 'paused user': 1, 'shut off shutdown': 1, 'shut off destroyed': 2, 'shut off crashed': 3, 'shut off failed': 6};

type StatRows = (domain: DomainDocument) => readonly (readonly [string, string | number])[];

/** Groups of statistics in the order in which they are printed. */
const statGroups: Readonly<Record<string, StatRows>> = {
	state: ({state, reason}) => [['state.state', stateNumbers[state]], ['state.reason', reasonNumbers[`${state} ${reason}`] ?? 0]],
	'cpu-total': ({id, cpuTimeNs}) => id === null ? [] : [['cpu.time', cpuTimeNs]],
	balloon: ({live, config}) => [['balloon.current', (live ?? config)!.memoryKib], ['balloon.maximum', (live ?? config)!.maxMemoryKib]],
	vcpu: ({live, config, vcpus}) => [
		['vcpu.current', (live ?? config)!.vcpus], ['vcpu.maximum', (live ?? config)!.maxVcpus],
		// Simplified: libvirt has `wait` from the scheduler's statistics and `delay` from schedstat; both are the time in the run queue here.
		...vcpus.flatMap(({runNs, waitNs}, index): readonly (readonly [string, number])[] => [[`vcpu.${index}.state`, 1], [`vcpu.${index}.time`, runNs], [`vcpu.${index}.wait`, waitNs], [`vcpu.${index}.delay`, waitNs]]),
	],
};

const domstats: VirshCommand = {
	name: 'domstats', info: 'get statistics about one or multiple domains',
	options: [
		flag('state', 'report domain state'), flag('cpu-total', 'report domain physical cpu usage'), flag('balloon', 'report domain balloon statistics'), flag('vcpu', 'report domain virtual cpu information'),
		flag('list-active', 'list only active domains'), flag('list-inactive', 'list only inactive domains'), flag('raw', 'do not pretty-print the fields'),
		{name: 'domain', kind: 'rest', isPositional: true, help: 'list of domains to get stats for'},
	],
	* run(virsh, given) {
		const domains = yield * statDomains(virsh, given);
		if (domains === undefined) {
			return false;
		}

		const node = yield * virsh.node();
		const known = node.schedulerType === 'fair' ? ['state'] : Object.keys(statGroups);
		const wanted = known.filter(name => given.has(name));
		const records = domains.map(domain => {
			const rows = (wanted.length === 0 ? known : wanted).flatMap(name => statGroups[name]!(domain));
			return `Domain: '${domain.name}'\n${rows.map(([name, value]) => `  ${name}=${value}\n`).join('')}`;
		});
		yield * virsh.print(records.join('\n'));
		return true;
	},
};

function * statDomains(virsh: Virsh, given: Given): Blocking<readonly DomainDocument[] | undefined> {
	const answer = yield * virsh.need<readonly DomainDocument[]>({call: 'domains'});
	const keys = given.all('domain');
	const missing = keys.find(key => answer !== undefined && findByKey(answer.value, key) === undefined);
	if (answer === undefined || missing !== undefined) {
		if (missing !== undefined) {
			yield * virsh.fail(`failed to get domain '${missing}'`);
		}

		return undefined;
	}

	const chosen = keys.length === 0 ? answer.value : keys.map(key => findByKey(answer.value, key)!);
	return chosen.filter(({id}) => (!given.has('list-active') || id !== null) && (!given.has('list-inactive') || id === null));
}

function findByKey(domains: readonly DomainDocument[], key: string): DomainDocument | undefined {
	return domains.find(({id}) => String(id) === key) ?? domains.find(({uuid, name}) => uuid === key || name === key);
}

export const domainMonitoring: readonly VirshCommand[] = [dominfo, domstate, domstats, list];
