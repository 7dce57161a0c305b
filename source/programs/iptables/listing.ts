// The columns of `iptables -L`. Source: iptables 1.8.9, iptables/nft-ipv4.c, xshared.c.

import type {NetworkAccess} from '../../model/kernel/kernel-access.js';
import {type Chain, referencesTo, type Rule, rulesOf, type Test} from '../../model/network/netfilter.js';
import {targetName} from '../../model/network/netfilter-walk.js';
import {addressColumn, protocolColumn, remarks} from '../../model/network/rule-text.js';
import type {IptablesCommand} from './command.js';

type Columns = Pick<IptablesCommand, 'isNumeric' | 'isVerbose' | 'isExact' | 'hasLineNumbers' | 'number'>;

/** A chain with its head; with a number only that rule, and no head. */
export function listChain({tx, namespace}: NetworkAccess, chain: Chain, columns: Columns): string {
	const rules = rulesOf(tx, namespace, chain);
	if (columns.number !== undefined) {
		const rule = rules[columns.number - 1];
		return rule === undefined ? '' : ruleLine(rule, columns.number, columns);
	}

	const counts = columns.isVerbose ? ` ${amount(chain.packets, columns)} packets, ${amount(chain.bytes, columns)} bytes` : '';
	const head = chain.policy === undefined ? `Chain ${chain.name} (${referencesTo(tx, namespace, chain)} references)\n` : `Chain ${chain.name} (policy ${chain.policy}${counts})\n`;
	return head + titles(columns) + rules.map((rule, index) => ruleLine(rule, index + 1, columns)).join('');
}

function titles({isVerbose, isExact, hasLineNumbers}: Columns): string {
	return `${hasLineNumbers ? 'num  ' : ''}${isVerbose ? (isExact ? '    pkts      bytes ' : ' pkts bytes ') : ''}target     prot opt ${isVerbose ? 'in     out     ' : ''}source               destination         \n`;
}

function linkColumn(test: Test<string> | undefined, {isNumeric}: Columns): string {
	return test === undefined ? (isNumeric ? '*' : 'any') : `${test.isInverted ? '!' : ''}${test.value}`;
}

function ruleLine(rule: Rule, number: number, columns: Columns): string {
	const {isVerbose, isExact, hasLineNumbers} = columns;
	const width = isExact ? [8, 8] as const : [5, 5] as const;
	const counts = isVerbose ? `${amount(rule.packets, columns).padStart(width[0])} ${amount(rule.bytes, columns).padStart(width[1])} ` : '';
	const links = isVerbose ? ` ${linkColumn(rule.input, columns).padEnd(6)} ${linkColumn(rule.output, columns).padEnd(6)} ` : '';
	const addresses = `${addressColumn(rule.source, columns).padEnd(20)} ${addressColumn(rule.destination, columns).padEnd(20)} `;
	const said = remarks(rule, columns);
	return `${hasLineNumbers ? String(number).padEnd(5) : ''}${counts}${targetName(rule.target).padEnd(9)}  ${protocolColumn(rule.protocol, columns).padEnd(4)} -- ${links}${addresses}${said === '' ? '' : ` ${said}`}\n`;
}

/** Big counters are shown in thousands, unless -x asks for all digits. Source: xshared.c, xtables_print_num. */
function amount(value: number, {isExact}: Columns): string {
	if (isExact || value <= 99_999) {
		return String(value);
	}

	let rest = Math.floor((value + 500) / 1000);
	for (const unit of ['K', 'M', 'G']) {
		if (rest <= 9999) {
			return `${rest}${unit}`;
		}

		rest = Math.floor((rest + 500) / 1000);
	}

	return `${rest}T`;
}
