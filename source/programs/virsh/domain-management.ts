// virsh's group "Domain Management", the part about whole domains. Source: libvirt 9.0 tools/virsh-domain.c.

import {textFromBytes} from '../../base/byte-text.js';
import type {Json} from '../../base/json.js';
import {readAll} from '../../model/kernel/blocking.js';
import {errorTextOf, failed} from '../../model/kernel/errno.js';
import type {DomainDocument, LibvirtRequest} from '../libvirt/request.js';
import type {Blocking} from '../standard-io.js';
import {domainOption, flag, type Given, type Virsh, type VirshCommand, type VirshOption} from './command.js';

const fileOption: VirshOption = {name: 'file', kind: 'text', isRequired: true, isPositional: true, help: 'file containing an XML domain description'};

/** virsh reads no more of a description. */
const maxXmlBytes = 10 * 1024 * 1024;

function * readDescription(virsh: Virsh, given: Given): Blocking<string | undefined> {
	const {process} = virsh;
	const path = given.text('file')!;
	const fd = process.sys.open(path, {read: true});
	const bytes = failed(fd) ? fd : yield * readAll(process, fd, maxXmlBytes);
	if (!failed(fd)) {
		process.sys.close(fd);
	}

	if (failed(bytes)) {
		yield * virsh.fail(failed(fd) ? `Failed to open file '${path}': ${errorTextOf(bytes)}` : `Failed to read file '${path}': ${errorTextOf(bytes)}`);
		return undefined;
	}

	return textFromBytes(bytes);
}

const defineCommand: VirshCommand = {
	name: 'define', info: 'define (but don\'t start) a domain from an XML file', options: [fileOption],
	* run(virsh, given) {
		const xml = yield * readDescription(virsh, given);
		const path = given.text('file')!;
		const answer = xml === undefined ? undefined : yield * virsh.need<DomainDocument>({call: 'define', xml}, `Failed to define domain from ${path}`);
		if (answer !== undefined) {
			yield * virsh.printExtra(`Domain '${answer.value.name}' defined from ${path}\n`);
		}

		return answer !== undefined;
	},
};

const createCommand: VirshCommand = {
	name: 'create', info: 'create a domain from an XML file', options: [fileOption, flag('paused', 'leave the guest paused after creation')],
	* run(virsh, given) {
		const xml = yield * readDescription(virsh, given);
		const path = given.text('file')!;
		const answer = xml === undefined ? undefined : yield * virsh.need<DomainDocument>({call: 'create', xml, paused: given.has('paused')}, `Failed to create domain from ${path}`);
		if (answer !== undefined) {
			yield * virsh.printExtra(`Domain '${answer.value.name}' created from ${path}\n`);
		}

		return answer !== undefined;
	},
};

const start: VirshCommand = {
	name: 'start', info: 'start a (previously defined) inactive domain', options: [domainOption, flag('paused', 'leave the guest paused after creation')],
	* run(virsh, given) {
		const domain = yield * virsh.domain(given);
		if (domain === undefined) {
			return false;
		}

		if (domain.id !== null) {
			return yield * virsh.fail('Domain is already active');
		}

		const answer = yield * virsh.need({call: 'start', name: domain.name, paused: given.has('paused')}, `Failed to start domain '${domain.name}'`);
		if (answer !== undefined) {
			yield * virsh.printExtra(`Domain '${domain.name}' started\n`);
		}

		return answer !== undefined;
	},
};

type Simple = {
	readonly call: 'destroy' | 'shutdown' | 'reboot' | 'suspend' | 'resume' | 'undefine';
	readonly info: string;
	/** What stands between the domain's name and the end of the line. */
	readonly done: string;
};

/** Commands that do one thing to one domain: `Domain 'web' destroyed`, or `Failed to destroy domain 'web'`. */
const simple: readonly Simple[] = [
	{call: 'destroy', info: 'destroy (stop) a domain', done: 'destroyed'},
	{call: 'reboot', info: 'reboot a domain', done: 'is being rebooted'},
	{call: 'resume', info: 'resume a domain', done: 'resumed'},
	{call: 'shutdown', info: 'gracefully shutdown a domain', done: 'is being shutdown'},
	{call: 'suspend', info: 'suspend a domain', done: 'suspended'},
	{call: 'undefine', info: 'undefine a domain', done: 'has been undefined'},
];

function simpleCommand({call, info, done}: Simple): VirshCommand {
	return {
		name: call, info, options: [domainOption],
		* run(virsh, given) {
			const domain = yield * virsh.domain(given);
			const answer = domain === undefined ? undefined : yield * virsh.need({call, name: domain.name}, `Failed to ${call} domain '${domain.name}'`);
			if (answer !== undefined) {
				yield * virsh.printExtra(`Domain '${domain!.name}' ${done}\n`);
			}

			return answer !== undefined;
		},
	};
}

const autostart: VirshCommand = {
	name: 'autostart', info: 'autostart a domain', options: [domainOption, flag('disable', 'disable autostarting')],
	* run(virsh, given) {
		const domain = yield * virsh.domain(given);
		const on = !given.has('disable');
		const answer = domain === undefined ? undefined : yield * virsh.need({call: 'autostart', name: domain.name, on}, `Failed to ${on ? '' : 'un'}mark domain '${domain.name}' as autostarted`);
		if (answer !== undefined) {
			yield * virsh.printExtra(`Domain '${domain!.name}' ${on ? 'marked' : 'unmarked'} as autostarted\n`);
		}

		return answer !== undefined;
	},
};

const dumpxml: VirshCommand = {
	name: 'dumpxml', info: 'domain information in XML', options: [domainOption, flag('inactive', 'show inactive defined XML')],
	* run(virsh, given) {
		const domain = yield * virsh.domain(given);
		const answer = domain === undefined ? undefined : yield * virsh.need<string>({call: 'xml', name: domain.name, inactive: given.has('inactive')});
		if (answer !== undefined) {
			yield * virsh.print(answer.value);
		}

		return answer !== undefined;
	},
};

function nameCommand(options: {readonly name: string; readonly info: string; readonly show: (domain: DomainDocument) => string}): VirshCommand {
	return {
		name: options.name, info: options.info, options: [domainOption],
		* run(virsh, given) {
			const domain = yield * virsh.domain(given);
			if (domain !== undefined) {
				yield * virsh.print(`${options.show(domain)}\n`);
			}

			return domain !== undefined;
		},
	};
}

const agentCommand: VirshCommand = {
	name: 'qemu-agent-command', info: 'QEMU Guest Agent Command',
	options: [domainOption, flag('pretty', 'pretty-print the output'), {name: 'cmd', kind: 'rest', isRequired: true, isPositional: true, help: 'command'}],
	* run(virsh, given) {
		const domain = yield * virsh.domain(given);
		const request: LibvirtRequest | undefined = domain === undefined ? undefined : {call: 'agent', name: domain.name, command: given.all('cmd').join(' ')};
		const answer = request === undefined ? undefined : yield * virsh.need<Json>(request);
		if (answer !== undefined) {
			yield * virsh.print(`${given.has('pretty') ? JSON.stringify(answer.value, undefined, 2) : JSON.stringify(answer.value)}\n`);
		}

		return answer !== undefined;
	},
};

export const domainManagement: readonly VirshCommand[] = [
	autostart, createCommand, defineCommand,
	nameCommand({name: 'domid', info: 'convert a domain name or UUID to domain id', show: ({id}) => String(id ?? '-')}),
	nameCommand({name: 'domname', info: 'convert a domain id or UUID to domain name', show: ({name}) => name}),
	nameCommand({name: 'domuuid', info: 'convert a domain name or id to domain UUID', show: ({uuid}) => uuid}),
	dumpxml, agentCommand, start, ...simple.map(item => simpleCommand(item)),
];
