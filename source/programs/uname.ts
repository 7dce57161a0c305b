// uname(1), arch(1) and hostname(1): what the kernel says of itself, and the host name of the caller's UTS namespace.

import {errorTextOf, failed} from '../model/kernel/errno.js';
import {lookUpHost} from './host-lookup.js';
import {linksOf} from './network-view.js';
import type {Command} from './options.js';
import {tool} from './tool.js';

const unameOptions = {
	all: {short: 'a', long: 'all', help: 'print all information, in the following order, except omit -p and -i if unknown:'},
	kernelName: {short: 's', long: 'kernel-name', help: 'print the kernel name'},
	nodename: {short: 'n', long: 'nodename', help: 'print the network node hostname'},
	kernelRelease: {short: 'r', long: 'kernel-release', help: 'print the kernel release'},
	kernelVersion: {short: 'v', long: 'kernel-version', help: 'print the kernel version'},
	machine: {short: 'm', long: 'machine', help: 'print the machine hardware name'},
	processor: {short: 'p', long: 'processor', help: 'print the processor type (non-portable)'},
	hardwarePlatform: {short: 'i', long: 'hardware-platform', help: 'print the hardware platform (non-portable)'},
	operatingSystem: {short: 'o', long: 'operating-system', help: 'print the operating system'},
} as const;

type UnameOption = keyof typeof unameOptions;

const unameCommand: Command<UnameOption> = {name: 'uname', usage: ['[OPTION]...'], summary: 'Print certain system information.  With no OPTION, same as -s.', options: unameOptions};

export const uname = tool(unameCommand, function * (t) {
	const extra = t.operands[0];
	if (extra !== undefined) {
		return yield * t.usageError(`extra operand ${t.quoted(extra)}`);
	}

	const {sysname, nodename, release, version, machine} = t.sys.uname();
	const values: ReadonlyArray<readonly [UnameOption, string]> = [
		['kernelName', sysname], ['nodename', nodename], ['kernelRelease', release], ['kernelVersion', version], ['machine', machine], ['processor', 'unknown'], ['hardwarePlatform', 'unknown'], ['operatingSystem', t.says('GNU/Linux', 'Linux')],
	];
	const wanted = t.has('all') ? values.filter(([, value]) => value !== 'unknown') : values.filter(([name]) => t.has(name));
	yield * t.print(`${wanted.length === 0 ? sysname : wanted.map(([, value]) => value).join(' ')}\n`);
	return 0;
});

export const arch = tool({name: 'arch', usage: ['[OPTION]...'], summary: 'Print machine architecture.', options: {}}, function * (t) {
	yield * t.print(`${t.sys.uname().machine}\n`);
	return 0;
});

const hostnameOptions = {
	short: {short: 's', long: 'short', help: 'short host name'},
	fqdn: {short: 'f', long: 'fqdn,long', help: 'long host name (FQDN)'},
	address: {short: 'i', long: 'ip-address', help: 'addresses for the host name'},
	allAddresses: {short: 'I', long: 'all-ip-addresses', help: 'all addresses for the host', only: 'gnu'},
} as const;

type HostnameOption = keyof typeof hostnameOptions;

const hostnameCommand: Command<HostnameOption> = {name: 'hostname', usage: ['[OPTION]... [NAME]'], summary: 'Show or set the host name.', options: hostnameOptions};

export const hostname = tool(hostnameCommand, function * (t) {
	const [name] = t.operands;
	if (name !== undefined) {
		const set = t.sys.sethostname(name);
		return failed(set) ? yield * t.complain(t.says('you must be root to change the host name', `sethostname: ${errorTextOf(set)}`)) : 0;
	}

	const {nodename} = t.sys.uname();
	switch (t.last('short', 'fqdn', 'address', 'allAddresses')) {
		case 'address': {
			const answer = yield * lookUpHost(t.process, nodename);
			if (answer.kind !== 'addresses') {
				return yield * t.complain('Name or service not known');
			}

			yield * t.print(`${answer.addresses.join(' ')}\n`);
			return 0;
		}

		case 'allAddresses': {
			yield * t.print(`${linksOf(t.process).filter(({kind}) => kind !== 'loopback').flatMap(({addresses}) => addresses).map(({address}) => `${address} `).join('')}\n`);
			return 0;
		}

		case 'short': {
			yield * t.print(`${nodename.split('.')[0]}\n`);
			return 0;
		}

		case 'fqdn':
		case undefined: {
			yield * t.print(`${nodename}\n`);
			return 0;
		}

		default: {
			return 1;
		}
	}
});
