// A rule as iptables(8) takes it on its command line, and its refusals in iptables' words. Who calls it (the program, and docker's daemon,
// which runs iptables) has its own chains and tables. Source: iptables 1.8.9, iptables/xshared.c, extensions/.

import {blockOf, type Cidr, parseIpv4} from './address.js';
import {type AddressType, type ConnectionState, type Match, type PortRange, rejectWords, type RejectWith, type RuleSpec, type Target, type Test} from './netfilter.js';
import {protocolNumbers} from './rule-match.js';

/** What the caller must know of its tables to tell a chain from a target. */
export type ChainNames = {readonly has: (name: string) => boolean};

export type ParsedRules =
	/** Several, if -s or -d named several addresses. */
	| {readonly kind: 'rules'; readonly rules: readonly RuleSpec[]}
	/** A wrong command line: exit status 2. */
	| {readonly kind: 'usage'; readonly message: string}
	| {readonly kind: 'unmodelled'; readonly what: string};

/** Ports by name: the lines of /etc/services that people name in rules. */
export const services: Readonly<Record<string, number>> = {
	ftp: 21, ssh: 22, telnet: 23, smtp: 25, domain: 53, bootps: 67, bootpc: 68, tftp: 69, http: 80, kerberos: 88, pop3: 110, sunrpc: 111, ntp: 123, imap2: 143, snmp: 161, ldap: 389, https: 443,
	submission: 587, ldaps: 636, imaps: 993, pop3s: 995, 'ms-sql-s': 1433, nfs: 2049, mysql: 3306, postgresql: 5432, mdns: 5353, 'redis': 6379, x11: 6000, 'http-alt': 8080,
};

class Stop extends Error {
	readonly result: Exclude<ParsedRules, {kind: 'rules'}>;

	constructor(result: Exclude<ParsedRules, {kind: 'rules'}>) {
		super(result.kind);
		this.result = result;
	}
}

function refuse(message: string): never {
	throw new Stop({kind: 'usage', message});
}

function unmodelled(what: string): never {
	throw new Stop({kind: 'unmodelled', what});
}

/** Reads the words of a rule. */
export function parseRule(words: readonly string[], chains: ChainNames): ParsedRules {
	try {
		return {kind: 'rules', rules: new RuleReader(words, chains).read()};
	} catch (error) {
		if (error instanceof Stop) {
			return error.result;
		}

		throw error;
	}
}

const longOptions: Readonly<Record<string, string>> = {
	'--source': '-s', '--src': '-s', '--destination': '-d', '--dst': '-d', '--in-interface': '-i', '--out-interface': '-o', '--protocol': '-p', '--proto': '-p', '--match': '-m', '--jump': '-j', '--goto': '-g',
	'--sport': '--source-port', '--dport': '--destination-port', '--sports': '--source-ports', '--dports': '--destination-ports',
};

type PortsMatch = Extract<Match, {kind: 'ports'}>;

const portProtocols = ['tcp', 'udp', 'sctp'];

class RuleReader {
	readonly #words: readonly string[];
	readonly #chains: ChainNames;
	#at = 0;
	#isInverted = false;
	#sources: readonly Test<Cidr>[] = [];
	#destinations: readonly Test<Cidr>[] = [];
	#input: Test<string> | undefined;
	#output: Test<string> | undefined;
	#protocol: Test<string> | undefined;
	readonly #matches: Match[] = [];
	readonly #loaded: string[] = [];
	readonly #given = new Set<string>();
	#target: string | undefined;
	#isGoto = false;
	readonly #targetOptions = new Map<string, string>();

	constructor(words: readonly string[], chains: ChainNames) {
		this.#words = words;
		this.#chains = chains;
	}

	read(): readonly RuleSpec[] {
		while (this.#at < this.#words.length) {
			this.#option(this.#words[this.#at++]!);
		}

		this.#checkMatches();
		const rest = {
			...(this.#input === undefined ? {} : {input: this.#input}), ...(this.#output === undefined ? {} : {output: this.#output}),
			...(this.#protocol === undefined ? {} : {protocol: this.#protocol}), matches: this.#matches, target: this.#readTarget(),
		};
		const sources = this.#sources.length === 0 ? [undefined] : this.#sources;
		const destinations = this.#destinations.length === 0 ? [undefined] : this.#destinations;
		return sources.flatMap(source => destinations.map(destination => ({...(source === undefined ? {} : {source}), ...(destination === undefined ? {} : {destination}), ...rest})));
	}

	#value(option: string): string {
		const value = this.#words[this.#at++];
		return value ?? refuse(`option "${option}" requires an argument`);
	}

	/** The value with the `!` that stood before the option. */
	#test<T>(value: T): Test<T> {
		const isInverted = this.#isInverted;
		this.#isInverted = false;
		return {value, isInverted};
	}

	#once(option: string): void {
		if (this.#given.has(option)) {
			refuse(`multiple ${option} flags not allowed`);
		}

		this.#given.add(option);
	}

	#option(written: string): void {
		if (written === '!') {
			this.#isInverted = true;
			return;
		}

		const option = longOptions[written] ?? written;
		switch (option) {
			case '-s':
			case '-d': {
				this.#once(option);
				const isInverted = this.#test(0).isInverted;
				const blocks = this.#value(written).split(',').map(text => ({value: parseBlock(text), isInverted}));
				if (isInverted && blocks.length > 1) {
					refuse('! not allowed with multiple source or destination IP addresses');
				}

				if (option === '-s') {
					this.#sources = blocks.filter(keepsBlock);
				} else {
					this.#destinations = blocks.filter(keepsBlock);
				}

				break;
			}

			case '-i':
			case '-o': {
				this.#once(option);
				const name = this.#test(parseInterface(this.#value(written)));
				if (option === '-i') {
					this.#input = name;
				} else {
					this.#output = name;
				}

				break;
			}

			case '-p': {
				this.#once(option);
				const protocol = this.#test(parseProtocol(this.#value(written)));
				this.#protocol = protocol.value === 'all' ? undefined : protocol;
				break;
			}

			case '-m': {
				this.#load(this.#value(written));
				break;
			}

			case '-j':
			case '-g': {
				if (this.#target !== undefined) {
					refuse('multiple -j flags not allowed');
				}

				this.#target = this.#value(written);
				this.#isGoto = option === '-g';
				break;
			}

			default: {
				this.#extension(option, written);
			}
		}
	}

	#load(name: string): void {
		if (['tcp', 'udp', 'sctp'].includes(name)) {
			this.#matches.push({kind: 'ports', module: name as PortsMatch['module']});
		} else if (name === 'icmp') {
			this.#matches.push({kind: 'icmp', type: {value: 255, isInverted: false}});
		} else if (knownUnmodelled.includes(name)) {
			unmodelled(`the match ${name}`);
		} else if (!['conntrack', 'state', 'addrtype', 'comment', 'multiport'].includes(name)) {
			refuse(`Couldn't load match \`${name}':No such file or directory\n`);
		}

		this.#loaded.push(name);
	}

	/** An option that belongs to a match or a target. */
	#extension(option: string, written: string): void {
		switch (option) {
			case '--source-port':
			case '--destination-port': {
				const range = this.#test(parseRange(this.#value(written)));
				this.#changePorts(written, match => option === '--source-port' ? {...match, source: range} : {...match, destination: range});
				break;
			}

			case '--syn': {
				const flags = this.#test({mask: ['FIN', 'SYN', 'RST', 'ACK'], set: ['SYN']});
				this.#changePorts(written, match => ({...match, flags}));
				break;
			}

			case '--tcp-flags': {
				const [mask, set] = [this.#words[this.#at++], this.#words[this.#at++]];
				if (mask === undefined || set === undefined || set.startsWith('-')) {
					refuse('--tcp-flags requires two args.');
				}

				const flags = this.#test({mask: parseFlags(mask!), set: parseFlags(set!)});
				this.#changePorts(written, match => ({...match, flags}));
				break;
			}

			case '--source-ports':
			case '--destination-ports':
			case '--ports': {
				this.#needs('multiport', written);
				const ports = this.#test(this.#value(written).split(',').map(parseRange));
				this.#matches.push({kind: 'multiport', side: option === '--ports' ? 'either' : (option === '--source-ports' ? 'source' : 'destination'), ports});
				break;
			}

			case '--icmp-type': {
				this.#icmpType(written);
				break;
			}

			case '--ctstate':
			case '--state': {
				const module = option === '--state' ? 'state' : 'conntrack';
				this.#needs(module, written);
				this.#matches.push({kind: 'state', module, states: this.#test(parseStates(this.#value(written), module))});
				break;
			}

			case '--dst-type':
			case '--src-type': {
				this.#needs('addrtype', written);
				this.#addressType(option === '--dst-type' ? 'destination' : 'source', this.#test(parseAddressType(this.#value(written))));
				break;
			}

			case '--comment': {
				this.#needs('comment', written);
				this.#matches.push({kind: 'comment', text: this.#value(written).slice(0, 255)});
				break;
			}

			default: {
				this.#targetOption(option, written);
			}
		}
	}

	#targetOption(option: string, written: string): void {
		const targets = ({
			'--reject-with': ['REJECT'], '--to-destination': ['DNAT'], '--to-source': ['SNAT'], '--to-ports': ['REDIRECT', 'MASQUERADE'],
		} as Readonly<Record<string, readonly string[]>>)[option];
		if (targets === undefined || this.#target === undefined || !targets.includes(this.#target)) {
			refuse(written.startsWith('-') ? `unknown option "${written}"` : `Bad argument \`${written}'`);
		}

		this.#targetOptions.set(option, this.#value(written));
	}

	#needs(module: string, written: string): void {
		if (!this.#loaded.includes(module)) {
			refuse(`unknown option "${written}"`);
		}
	}

	/** Changes the match for ports of the protocol, which comes by itself with -p tcp or -p udp. */
	#changePorts(written: string, change: (match: PortsMatch) => PortsMatch): void {
		const protocol = this.#protocol?.value ?? '';
		let index = this.#matches.findIndex(({kind}) => kind === 'ports');
		if (index === -1) {
			if (!portProtocols.includes(protocol) || this.#protocol?.isInverted === true || (protocol !== 'tcp' && (written === '--syn' || written === '--tcp-flags'))) {
				refuse(`unknown option "${written}"`);
			}

			index = this.#matches.push({kind: 'ports', module: protocol as PortsMatch['module']}) - 1;
		}

		this.#matches[index] = change(this.#matches[index] as PortsMatch);
	}

	#icmpType(written: string): void {
		const text = this.#value(written);
		const type = icmpTypes[text] ?? (/^\d{1,3}$/v.test(text) ? Number(text) : undefined);
		if (type === undefined) {
			refuse(`Unknown ICMP type \`${text}'`);
		}

		const index = this.#matches.findIndex(({kind}) => kind === 'icmp');
		if (index === -1 && this.#protocol?.value !== 'icmp') {
			refuse(`unknown option "${written}"`);
		}

		this.#matches.splice(index === -1 ? this.#matches.length : index, index === -1 ? 0 : 1, {kind: 'icmp', type: this.#test(type!)});
	}

	#addressType(side: 'source' | 'destination', type: Test<AddressType>): void {
		const index = this.#matches.findIndex(({kind}) => kind === 'address-type');
		const known = index === -1 ? {kind: 'address-type' as const} : this.#matches[index] as Extract<Match, {kind: 'address-type'}>;
		this.#matches.splice(index === -1 ? this.#matches.length : index, index === -1 ? 0 : 1, {...known, [side]: type});
	}

	#checkMatches(): void {
		const protocol = this.#protocol?.value ?? '';
		const lacks = (module: string, kind: Match['kind']) => this.#loaded.includes(module) && !this.#matches.some(match => match.kind === kind);
		for (const [module, kind, message] of [
			['conntrack', 'state', 'conntrack: At least one option is required'], ['state', 'state', 'state: option "--state" must be specified'], ['comment', 'comment', 'comment: option "--comment" must be specified\n'],
			['addrtype', 'address-type', 'addrtype: you must specify --src-type or --dst-type'], ['multiport', 'multiport', 'multiport expection an option'],
		] as const) {
			if (lacks(module, kind)) {
				refuse(message);
			}
		}

		if (this.#matches.some(({kind}) => kind === 'multiport') && !portProtocols.includes(protocol)) {
			refuse('multiport needs `-p tcp\', `-p udp\', `-p udplite\', `-p sctp\' or `-p dccp\'');
		}
	}

	#readTarget(): Target {
		const name = this.#target;
		if (name === undefined) {
			return {kind: 'none'};
		}

		switch (name) {
			case 'ACCEPT':
			case 'DROP':
			case 'RETURN': {
				return {kind: name};
			}

			case 'MASQUERADE': {
				return this.#targetOptions.size > 0 ? unmodelled('--to-ports of MASQUERADE') : {kind: name};
			}

			case 'REJECT': {
				return {kind: name, with: parseReject(this.#targetOptions.get('--reject-with') ?? 'icmp-port-unreachable')};
			}

			case 'REDIRECT': {
				const ports = parseRange(this.#targetOptions.get('--to-ports') ?? refuse('REDIRECT: option "--to-ports" must be specified\n'));
				return ports.first === ports.last ? {kind: name, port: ports.first} : unmodelled('REDIRECT to a range of ports');
			}

			case 'DNAT':
			case 'SNAT': {
				const option = name === 'DNAT' ? '--to-destination' : '--to-source';
				return {kind: name, ...this.#nat(this.#targetOptions.get(option) ?? refuse(`${name}: option "${option}" must be specified\n`))};
			}

			default: {
				return this.#chains.has(name) ? {kind: this.#isGoto ? 'goto' : 'jump', chain: name} : (unmodelledTargets.includes(name) ? unmodelled(`the target ${name}`) : refuse(`Chain '${name}' does not exist`));
			}
		}
	}

	#nat(text: string): {readonly address: string | undefined; readonly port: number | undefined} {
		const [address = '', port] = text.split(':');
		if (address.includes('-') || port?.includes('-') === true) {
			unmodelled('translation to a range');
		}

		if (address !== '' && parseIpv4(address) === undefined) {
			refuse(`Bad IP address "${address}"\n`);
		}

		if (port !== undefined && !portProtocols.includes(this.#protocol?.value ?? '')) {
			refuse('Need TCP, UDP, SCTP or DCCP with port specification');
		}

		if (port !== undefined && (!/^\d{1,5}$/v.test(port) || Number(port) < 1 || Number(port) > 65_535)) {
			refuse(`Port \`${port}' not valid`);
		}

		return {address: address === '' ? undefined : address, port: port === undefined ? undefined : Number(port)};
	}
}

const knownUnmodelled = ['limit', 'mark', 'set', 'owner', 'recent', 'string', 'time', 'mac', 'physdev', 'pkttype', 'connlimit', 'hashlimit', 'iprange', 'length', 'ttl', 'tos', 'u32', 'bpf', 'connmark', 'statistic', 'rpfilter', 'cgroup', 'policy', 'quota', 'tcpmss', 'helper'];
const unmodelledTargets = ['LOG', 'MARK', 'CONNMARK', 'CT', 'NOTRACK', 'TPROXY', 'TCPMSS', 'NFLOG', 'NFQUEUE', 'TRACE', 'SET', 'NETMAP', 'AUDIT', 'CLASSIFY', 'DSCP', 'TEE', 'TOS', 'TTL', 'CHECKSUM'];

export const targetWords: readonly string[] = ['ACCEPT', 'DROP', 'RETURN', 'QUEUE', 'REJECT', 'DNAT', 'SNAT', 'MASQUERADE', 'REDIRECT', ...unmodelledTargets];

const icmpTypes: Readonly<Record<string, number>> = {any: 255, 'echo-reply': 0, pong: 0, 'destination-unreachable': 3, redirect: 5, 'echo-request': 8, ping: 8, 'time-exceeded': 11, 'parameter-problem': 12};

/** A whole address space is no condition. */
function keepsBlock({value, isInverted}: Test<Cidr>): boolean {
	return value.prefixLength > 0 || isInverted;
}

function parseBlock(text: string): Cidr {
	const [address = '', mask = '32'] = text.split('/');
	const value = parseIpv4(address) ?? refuse(`host/network \`${address}' not found`);
	const dotted = mask.includes('.') ? parseIpv4(mask) : undefined;
	const length = dotted === undefined ? (/^\d{1,2}$/v.test(mask) ? Number(mask) : 33) : dotted.toString(2).replace(/0+$/v, '').length;
	if (length > 32 || (dotted !== undefined && dotted !== 2 ** 32 - 2 ** (32 - length))) {
		refuse(`invalid mask \`${mask}' specified`);
	}

	return blockOf(value, length);
}

function parseInterface(name: string): string {
	if (name === '') {
		refuse('Empty interface is likely to be undesired');
	}

	return name.length > 15 ? refuse(`interface name \`${name}' must be shorter than IFNAMSIZ (15)`) : name;
}

function parseProtocol(text: string): string {
	const name = text.toLowerCase();
	if (name === 'all' || name === '0') {
		return 'all';
	}

	if (/^\d{1,3}$/v.test(name) && Number(name) < 256) {
		return Object.entries(protocolNumbers).find(([, number]) => number === Number(name))?.[0] ?? name;
	}

	return protocolNumbers[name] === undefined ? refuse(`unknown protocol "${text}" specified`) : name;
}

function parsePort(text: string): number {
	const port = services[text] ?? (/^\d{1,5}$/v.test(text) && Number(text) <= 65_535 ? Number(text) : undefined);
	return port ?? refuse(`invalid port/service \`${text}' specified`);
}

function parseRange(text: string): PortRange {
	const [first = '', last] = text.split(':');
	const range = last === undefined ? {first: parsePort(first), last: parsePort(first)} : {first: first === '' ? 0 : parsePort(first), last: last === '' ? 65_535 : parsePort(last)};
	return range.first > range.last ? refuse('invalid portrange (min > max)') : range;
}

const tcpFlags = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'];

function parseFlags(text: string): readonly string[] {
	if (text === 'ALL' || text === 'NONE') {
		return text === 'ALL' ? tcpFlags : [];
	}

	const unknown = text.split(',').find(flag => !tcpFlags.includes(flag));
	return unknown === undefined ? tcpFlags.filter(flag => text.split(',').includes(flag)) : refuse(`Unknown TCP flag \`${unknown}'`);
}

const stateOrder: readonly ConnectionState[] = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED'];

function parseStates(text: string, module: 'conntrack' | 'state'): readonly ConnectionState[] {
	const words = text.toUpperCase().split(',');
	const unknown = words.find(word => !(stateOrder as readonly string[]).includes(word));
	return unknown === undefined ? stateOrder.filter(state => words.includes(state)) : refuse(module === 'state' ? `Bad state "${unknown}"` : `Bad ctstate "${unknown}"`);
}

function parseAddressType(text: string): AddressType {
	const type = text.toUpperCase();
	return type === 'LOCAL' || type === 'UNICAST' || type === 'BROADCAST' ? type : unmodelled(`the address type ${text}`);
}

function parseReject(text: string): RejectWith {
	const aliases: Readonly<Record<string, RejectWith>> = {
		'net-unreach': 'icmp-net-unreachable', 'host-unreach': 'icmp-host-unreachable', 'proto-unreach': 'icmp-proto-unreachable', 'port-unreach': 'icmp-port-unreachable',
		'net-prohib': 'icmp-net-prohibited', 'host-prohib': 'icmp-host-prohibited', 'admin-prohib': 'icmp-admin-prohibited', 'tcp-rst': 'tcp-reset',
	};
	return aliases[text] ?? rejectWords.find(word => word === text) ?? refuse(`unknown reject type "${text}"`);
}
