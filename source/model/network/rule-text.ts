// A rule in words again: as `iptables -S` writes it, and as the last columns of `iptables -L`. Source: iptables 1.8.9, extensions/.

import {formatCidr, formatIpv4} from './address.js';
import type {Match, PortRange, RuleSpec, Target, Test} from './netfilter.js';
import {protocolNumbers} from './rule-match.js';
import {services} from './rule-syntax.js';

function not({isInverted}: Test<unknown>): string {
	return isInverted ? '! ' : '';
}

/** `-s 10.0.0.0/8 ! -i eth0 -p tcp -m tcp --dport 80 -j ACCEPT`; counters come before the target. */
export function ruleText({source, destination, input, output, protocol, matches, target}: RuleSpec, counts: readonly string[] = []): string {
	const words = [
		...source === undefined ? [] : [`${not(source)}-s ${formatCidr(source.value)}`],
		...destination === undefined ? [] : [`${not(destination)}-d ${formatCidr(destination.value)}`],
		...input === undefined ? [] : [`${not(input)}-i ${input.value}`],
		...output === undefined ? [] : [`${not(output)}-o ${output.value}`],
		...protocol === undefined ? [] : [`${not(protocol)}-p ${protocol.value}`],
		...matches.map(matchText),
		...counts,
		...targetText(target),
	];
	return words.join(' ');
}

function rangeText({first, last}: PortRange): string {
	return first === last ? String(first) : `${first}:${last}`;
}

function matchText(match: Match): string {
	switch (match.kind) {
		case 'ports': {
			const {source, destination, flags} = match;
			return [
				`-m ${match.module}`,
				...source === undefined ? [] : [`${not(source)}--sport ${rangeText(source.value)}`],
				...destination === undefined ? [] : [`${not(destination)}--dport ${rangeText(destination.value)}`],
				...flags === undefined ? [] : [`${not(flags)}--tcp-flags ${flagWords(flags.value.mask)} ${flagWords(flags.value.set)}`],
			].join(' ');
		}

		case 'multiport': {
			return `-m multiport ${not(match.ports)}--${sides[match.side]} ${match.ports.value.map(rangeText).join(',')}`;
		}

		case 'icmp': {
			return `-m icmp ${not(match.type)}--icmp-type ${match.type.value === 255 ? 'any' : match.type.value}`;
		}

		case 'state': {
			return `-m ${match.module} ${not(match.states)}--${match.module === 'state' ? 'state' : 'ctstate'} ${match.states.value.join(',')}`;
		}

		case 'address-type': {
			const {source, destination} = match;
			return ['-m addrtype', ...source === undefined ? [] : [`${not(source)}--src-type ${source.value}`], ...destination === undefined ? [] : [`${not(destination)}--dst-type ${destination.value}`]].join(' ');
		}

		case 'comment': {
			return `-m comment --comment ${/^[\w.\-:\/]+$/v.test(match.text) ? match.text : `"${match.text.replaceAll(/["\\]/gv, String.raw`\$&`)}"`}`;
		}

		default: {
			return match satisfies never;
		}
	}
}

const sides = {source: 'sports', destination: 'dports', either: 'ports'} as const;

function flagWords(flags: readonly string[]): string {
	return flags.length === 0 ? 'NONE' : flags.join(',');
}

function natText({address, port}: {readonly address: string | undefined; readonly port: number | undefined}): string {
	return `${address ?? ''}${port === undefined ? '' : `:${port}`}`;
}

function targetText(target: Target): readonly string[] {
	switch (target.kind) {
		case 'none': {
			return [];
		}

		case 'jump': {
			return [`-j ${target.chain}`];
		}

		case 'goto': {
			return [`-g ${target.chain}`];
		}

		case 'REJECT': {
			return [`-j REJECT --reject-with ${target.with}`];
		}

		case 'DNAT': {
			return [`-j DNAT --to-destination ${natText(target)}`];
		}

		case 'SNAT': {
			return [`-j SNAT --to-source ${natText(target)}`];
		}

		case 'REDIRECT': {
			return [`-j REDIRECT --to-ports ${target.port}`];
		}

		case 'ACCEPT':
		case 'DROP':
		case 'RETURN':
		case 'MASQUERADE': {
			return [`-j ${target.kind}`];
		}

		default: {
			return target satisfies never;
		}
	}
}

/** How the listing shows numbers: as they are, or by name. */
export type Naming = {readonly isNumeric: boolean};

export function protocolColumn(protocol: Test<string> | undefined, {isNumeric}: Naming): string {
	const name = protocol?.value ?? 'all';
	return `${protocol?.isInverted === true ? '!' : ''}${isNumeric ? (name === 'all' ? 0 : protocolNumbers[name] ?? name) : name}`;
}

/** An address of the listing: one host without its prefix length. */
export function addressColumn(test: RuleSpec['source'], {isNumeric}: Naming): string {
	if (test === undefined) {
		return isNumeric ? ' 0.0.0.0/0' : ' anywhere';
	}

	const {base, prefixLength} = test.value;
	const host = isNumeric ? formatIpv4(base) : (networkNames[formatIpv4(base)] ?? formatIpv4(base));
	return `${test.isInverted ? '!' : ' '}${prefixLength === 32 ? host : `${host}/${prefixLength}`}`;
}

const networkNames: Readonly<Record<string, string>> = {'127.0.0.0': 'loopback', '127.0.0.1': 'localhost'};

/** What the listing says after the columns: `tcp dpt:80 to:172.17.0.2:80`. */
export function remarks(rule: RuleSpec, naming: Naming): string {
	const {target} = rule;
	const ofTarget = target.kind === 'REJECT' ? [`reject-with ${target.with}`]
		: (target.kind === 'DNAT' || target.kind === 'SNAT' ? [`to:${natText(target)}`]
			: (target.kind === 'REDIRECT' ? [`redir ports ${target.port}`] : (target.kind === 'goto' ? ['[goto] '] : [])));
	const isGoto = target.kind === 'goto';
	return [...isGoto ? ofTarget : [], ...rule.matches.flatMap(match => matchRemark(match, naming)), ...isGoto ? [] : ofTarget].join(' ');
}

function portName(port: number, {isNumeric}: Naming): string {
	return isNumeric ? String(port) : Object.entries(services).find(([, number]) => number === port)?.[0] ?? String(port);
}

function portsRemark(word: string, test: Test<PortRange> | undefined, naming: Naming): readonly string[] {
	if (test === undefined) {
		return [];
	}

	const {first, last} = test.value;
	const inverted = test.isInverted ? '!' : '';
	return [first === last ? `${word}:${inverted}${portName(first, naming)}` : `${word}s:${inverted}${portName(first, naming)}:${portName(last, naming)}`];
}

const flagBits: Readonly<Record<string, number>> = {FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32};

function flagMask(flags: readonly string[], {isNumeric}: Naming): string {
	return isNumeric ? `0x${flags.reduce((sum, flag) => sum + flagBits[flag]!, 0).toString(16).padStart(2, '0')}` : flagWords(flags);
}

function matchRemark(match: Match, naming: Naming): readonly string[] {
	switch (match.kind) {
		case 'ports': {
			const {flags} = match;
			return [
				match.module, ...portsRemark('spt', match.source, naming), ...portsRemark('dpt', match.destination, naming),
				...flags === undefined ? [] : [`flags:${flags.isInverted ? '!' : ''}${flagMask(flags.value.mask, naming)}/${flagMask(flags.value.set, naming)}`],
			];
		}

		case 'multiport': {
			const list = match.ports.value.map(({first, last}) => first === last ? portName(first, naming) : `${portName(first, naming)}:${portName(last, naming)}`).join(',');
			return [`multiport ${sides[match.side]} ${match.ports.isInverted ? ' !' : ''}${list}`];
		}

		case 'icmp': {
			const {value, isInverted} = match.type;
			return value === 255 ? (naming.isNumeric ? ['icmptype 255'] : ['icmp any']) : [`${naming.isNumeric ? 'icmptype' : 'icmp'} ${isInverted ? '!' : ''}${naming.isNumeric ? value : icmpNames[value] ?? `type ${value}`}`];
		}

		case 'state': {
			return [`${not(match.states)}${match.module === 'state' ? 'state' : 'ctstate'} ${match.states.value.join(',')}`];
		}

		case 'address-type': {
			const {source, destination} = match;
			return [['ADDRTYPE match', ...source === undefined ? [] : [`src-type ${source.isInverted ? '!' : ''}${source.value}`], ...destination === undefined ? [] : [`dst-type ${destination.isInverted ? '!' : ''}${destination.value}`]].join(' ')];
		}

		case 'comment': {
			return [`/* ${match.text} */`];
		}

		default: {
			return match satisfies never;
		}
	}
}

const icmpNames: Readonly<Record<number, string>> = {0: 'echo-reply', 3: 'destination-unreachable', 5: 'redirect', 8: 'echo-request', 11: 'time-exceeded', 12: 'parameter-problem'};
