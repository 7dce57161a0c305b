// iptables(8): looking at the rules of the caller's network namespace, and changing them. Source: iptables 1.8.9 (nf_tables variant).

import type {NetworkAccess} from '../../model/kernel/kernel-access.js';
import {
	type Chain, chainsOf, deleteChain, deleteRule, findChain, findRule, flushChain, insertRule, isBuiltIn, type NetfilterRefusal, newChain, type Policy, renameChain, replaceRule, type RuleSpec, setPolicy, tableNames, type TableName, zeroChain,
} from '../../model/network/netfilter.js';
import {parseRule, targetWords} from '../../model/network/rule-syntax.js';
import type {Blocking} from '../standard-io.js';
import {plainTool, type Tool} from '../tool.js';
import {parseCommand, type IptablesCommand} from './command.js';
import {helpText} from './help.js';
import {listChain} from './listing.js';
import {saveTable, specLines} from './save.js';

const hint = 'Try `iptables -h\' or \'iptables --help\' for more information.\n';

/** One call of the program. */
class Call {
	readonly t: Tool<never>;
	readonly command: IptablesCommand;

	constructor(t: Tool<never>, command: IptablesCommand) {
		this.t = t;
		this.command = command;
	}

	get net(): NetworkAccess {
		return this.t.sys.netlink();
	}

	get table(): TableName {
		return this.command.table as TableName;
	}

	/** The chain that the command names. */
	chain(name: string): Chain | undefined {
		return findChain(this.net.tx, this.net.namespace, this.table, name);
	}

	/** A wrong command line. */
	* usage(message: string): Blocking<number> {
		yield * complainOfUsage(this.t, message);
		return 2;
	}

	* fail(message: string): Blocking<number> {
		yield * this.t.complainPlain(`iptables: ${message}\n`);
		return 1;
	}

	/** What the kernel refused, for which nf_tables names its own command. */
	* refuse(operation: string, errno: string, subject: string): Blocking<number> {
		yield * this.t.complainPlain(`iptables v1.8.9 (nf_tables):  ${operation} failed (${errno}): ${subject}\n`);
		return 4;
	}
}

/** Words that are no option have no name before them. */
function complainOfUsage(t: Tool<never>, message: string): Blocking<void> {
	return t.complainPlain(`${message.startsWith('Bad argument') ? '' : 'iptables v1.8.9 (nf_tables): '}${message}\n${hint}`);
}

export const iptables = plainTool('iptables', function * (t) {
	const command = parseCommand(t.operands);
	if (command.kind === 'usage') {
		yield * complainOfUsage(t, command.message);
		return 2;
	}

	if (command.kind === 'unmodelled') {
		yield * t.complainPlain(`virtlab: iptables with ${command.what} is not modelled\n`);
		return 2;
	}

	if (command.kind === 'version' || command.kind === 'help') {
		yield * t.print(command.kind === 'help' ? `iptables v1.8.9 (nf_tables)\n\n${helpText}` : 'iptables v1.8.9 (nf_tables)\n');
		return 0;
	}

	if (!(tableNames as readonly string[]).includes(command.table)) {
		const text = command.table === 'security' ? 'virtlab: the table security is not modelled\n' : `iptables v1.8.9 (nf_tables): table '${command.table}' does not exist\nPerhaps iptables or your kernel needs to be upgraded.\n`;
		yield * t.complainPlain(text);
		return 3;
	}

	const call = new Call(t, command);
	if (!call.net.mayChange) {
		yield * t.complainPlain('iptables v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)\n\n');
		return 4;
	}

	return yield * run(call);
});

function * run(call: Call): Blocking<number> {
	switch (call.command.action) {
		case 'append':
		case 'insert':
		case 'replace':
		case 'check': {
			return yield * withRule(call, call.command.action);
		}

		case 'delete': {
			return yield * call.command.number === undefined ? withRule(call, 'delete') : deleteNumber(call, call.command.number);
		}

		case 'list':
		case 'list-rules': {
			return yield * show(call);
		}

		case 'flush':
		case 'zero':
		case 'delete-chain': {
			return yield * eachChain(call, call.command.action);
		}

		case 'new-chain':
		case 'rename-chain':
		case 'policy': {
			return yield * ofChain(call, call.command.action);
		}

		default: {
			return call.command.action satisfies never;
		}
	}
}

type RuleAction = 'append' | 'insert' | 'replace' | 'check' | 'delete';

function * withRule(call: Call, action: RuleAction): Blocking<number> {
	const {command, net, table} = call;
	const chain = command.chain!;
	const parsed = parseRule(command.rule, {has: name => findChain(net.tx, net.namespace, table, name) !== undefined});
	if (parsed.kind === 'usage') {
		return yield * call.usage(parsed.message);
	}

	if (parsed.kind === 'unmodelled') {
		yield * call.t.complainPlain(`virtlab: iptables with ${parsed.what} is not modelled\n`);
		return 2;
	}

	const misplaced = isBuiltIn(table, chain) ? misplacedInterface(chain, parsed.rules[0]!) : undefined;
	if (misplaced !== undefined) {
		return yield * call.usage(`Can't use ${misplaced} with ${chain}\n`);
	}

	if (call.chain(chain) === undefined) {
		return yield * call.fail('No chain/target/match by that name.');
	}

	for (const rule of parsed.rules) {
		const status = yield * apply(call, action, rule);
		if (status !== 0) {
			return status;
		}
	}

	return 0;
}

function misplacedInterface(chain: string, {input, output}: RuleSpec): string | undefined {
	if (output !== undefined && (chain === 'PREROUTING' || chain === 'INPUT')) {
		return '-o';
	}

	return input !== undefined && (chain === 'POSTROUTING' || chain === 'OUTPUT') ? '-i' : undefined;
}

const operations: Readonly<Record<'append' | 'insert' | 'replace', string>> = {append: 'RULE_APPEND', insert: 'RULE_INSERT', replace: 'RULE_REPLACE'};

function * apply(call: Call, action: RuleAction, spec: RuleSpec): Blocking<number> {
	const {command: {number}, table, net: {tx, namespace}} = call;
	const chain = call.command.chain!;
	if (action === 'check' || action === 'delete') {
		const index = findRule(tx, namespace, {table, chain}, spec);
		if (index === -1) {
			return yield * call.fail('Bad rule (does a matching rule exist in that chain?).');
		}

		if (action === 'delete') {
			deleteRule(tx, namespace, {table, chain, index});
		}

		return 0;
	}

	if (isIncomplete(spec)) {
		return yield * call.refuse(operations[action], 'Invalid argument', `rule in chain ${chain}`);
	}

	const index = action === 'append' ? undefined : (number ?? 1) - 1;
	const refusal = action === 'replace' ? replaceRule(tx, namespace, {table, chain, index: index!}, spec) : insertRule(tx, namespace, {table, chain, ...(index === undefined ? {} : {index})}, spec);
	return refusal === undefined ? 0 : yield * explain(call, refusal, action);
}

/** What the kernel's own check of a rule turns down: a reset of what is no TCP connection. */
function isIncomplete({target, protocol}: RuleSpec): boolean {
	return target.kind === 'REJECT' && target.with === 'tcp-reset' && (protocol?.value !== 'tcp' || protocol.isInverted);
}

function explain(call: Call, refusal: NetfilterRefusal, action: 'append' | 'insert' | 'replace'): Blocking<number> {
	const subject = `rule in chain ${call.command.chain}`;
	switch (refusal) {
		case 'bad-index': {
			return call.fail(`Index of ${action === 'replace' ? 'replacement' : 'insertion'} too big.`);
		}

		case 'loop': {
			return call.refuse(operations[action], 'Too many links', subject);
		}

		case 'unsupported': {
			return call.refuse(operations[action], 'Operation not supported', subject);
		}

		case 'too-many': {
			return call.refuse(operations[action], 'No space left on device', subject);
		}

		case 'bad-hook': {
			return call.refuse(operations[action], 'Invalid argument', subject);
		}

		case 'no-chain':
		case 'chain-exists':
		case 'not-empty':
		case 'in-use':
		case 'built-in': {
			return call.fail('No chain/target/match by that name.');
		}

		default: {
			return refusal satisfies never;
		}
	}
}

function * deleteNumber(call: Call, number: number): Blocking<number> {
	const {net: {tx, namespace}, table} = call;
	const refusal = deleteRule(tx, namespace, {table, chain: call.command.chain!, index: number - 1});
	return refusal === undefined ? 0 : yield * call.fail('No chain/target/match by that name.');
}

/** The chains that a command is for: the one it names, or all. Undefined if there is none of that name. */
function chosen({command, net, table}: Call): readonly Chain[] | undefined {
	const {chain} = command;
	const all = chainsOf(net.tx, net.namespace, table);
	const named = all.filter(({name}) => chain === undefined || name === chain);
	return named.length === 0 ? undefined : named;
}

function * show(call: Call): Blocking<number> {
	const {command, net, table} = call;
	const chains = chosen(call);
	if (chains === undefined) {
		yield * call.t.complainPlain(`iptables v1.8.9 (nf_tables): chain \`${command.chain}' in table \`${table}' is incompatible, use 'nft' tool.\n`);
		return 1;
	}

	if (command.action === 'list-rules') {
		yield * call.t.print(specLines(net, chains, {number: command.number, counts: command.isVerbose ? 'within' : 'none'}));
	} else {
		for (const [index, chain] of chains.entries()) {
			yield * call.t.print((index === 0 ? '' : '\n') + listChain(net, chain, command));
		}
	}

	if (command.zeroes) {
		zeroAll(call, chains);
	}

	return 0;
}

function zeroAll({net}: Call, chains: readonly Chain[]): void {
	for (const chain of chains) {
		zeroChain(net.tx, net.namespace, chain);
	}
}

function * eachChain(call: Call, action: 'flush' | 'zero' | 'delete-chain'): Blocking<number> {
	const {net: {tx, namespace}, table, command} = call;
	const chains = chosen(call);
	if (chains === undefined) {
		return yield * call.fail('No chain/target/match by that name.');
	}

	switch (action) {
		case 'flush': {
			for (const {name} of chains) {
				flushChain(tx, namespace, table, name);
			}

			return 0;
		}

		case 'zero': {
			if (command.number === undefined) {
				zeroAll(call, chains);
				return 0;
			}

			return zeroChain(tx, namespace, chains[0]!, command.number - 1) === undefined ? 0 : yield * call.fail('Index of replacement too big.');
		}

		case 'delete-chain': {
			return yield * deleteChains(call, chains);
		}

		default: {
			return action satisfies never;
		}
	}
}

/** Without a name, all of one's own, which must be empty and of no use to the others that stay. */
function * deleteChains(call: Call, chains: readonly Chain[]): Blocking<number> {
	const {net: {tx, namespace}, table, command} = call;
	for (const {name} of chains) {
		if (isBuiltIn(table, name) && command.chain === undefined) {
			continue;
		}

		const refusal = deleteChain(tx, namespace, table, name);
		if (refusal !== undefined) {
			return yield * refusal === 'in-use' || refusal === 'not-empty' ? call.refuse('CHAIN_DEL', 'Device or resource busy', `chain ${name}`) : call.fail('No chain/target/match by that name.');
		}
	}

	return 0;
}

function * ofChain(call: Call, action: 'new-chain' | 'rename-chain' | 'policy'): Blocking<number> {
	const {net: {tx, namespace}, table, command} = call;
	const name = command.chain!;
	if (action === 'policy') {
		return yield * policy(call, name, command.argument ?? '');
	}

	const made = action === 'new-chain' ? name : command.argument ?? '';
	if (made.startsWith('-') || made.startsWith('!')) {
		return yield * call.usage(`chain name not allowed to start with \`${made[0]}'`);
	}

	if (targetWords.includes(made)) {
		return yield * call.usage('chain name may not clash with target name');
	}

	if (made.length >= 29) {
		return yield * call.usage(`chain name \`${made}' too long (must be under 29 chars)`);
	}

	if (action === 'new-chain') {
		const refusal = newChain(tx, namespace, table, name);
		return refusal === undefined ? 0 : yield * call.fail(refusal === 'too-many' ? 'Memory allocation problem.' : 'Chain already exists.');
	}

	const refusal = renameChain(tx, namespace, table, {from: name, to: made});
	return refusal === undefined ? 0 : yield * call.fail(refusal === 'chain-exists' ? 'File exists.' : 'No chain/target/match by that name.');
}

function * policy(call: Call, chain: string, word: string): Blocking<number> {
	const {net: {tx, namespace}, table} = call;
	if (table === 'nat' && word === 'DROP') {
		return yield * call.usage('\nThe "nat" table is not intended for filtering, the use of DROP is therefore inhibited.\n\n');
	}

	if (!isBuiltIn(table, chain)) {
		return yield * call.fail('Bad built-in chain name.');
	}

	if (word !== 'ACCEPT' && word !== 'DROP') {
		return yield * call.fail('Bad policy name. Run `dmesg\' for more information.');
	}

	setPolicy(tx, namespace, {table, chain}, word satisfies Policy);
	return 0;
}

/** The order in which nf_tables keeps them. */
const savedOrder: readonly TableName[] = ['mangle', 'raw', 'filter', 'nat'];

export const iptablesSave = plainTool('iptables-save', function * (t) {
	const {operands} = t;
	const tableAt = operands.findIndex(word => word === '-t' || word === '--table');
	const table = tableAt === -1 ? undefined : operands[tableAt + 1];
	const unknown = operands.find((word, index) => !['-c', '--counters', '-t', '--table'].includes(word) && index !== tableAt + 1);
	if (unknown !== undefined || (table !== undefined && !(tableNames as readonly string[]).includes(table))) {
		yield * t.complainPlain(unknown === undefined ? `iptables-save v1.8.9 (nf_tables): table '${table}' does not exist\nPerhaps iptables or your kernel needs to be upgraded.\n` : `virtlab: iptables-save with ${unknown} is not modelled\n`);
		return 3;
	}

	const net = t.sys.netlink();
	if (!net.mayChange) {
		yield * t.complainPlain('iptables-save v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)\n\n');
		return 4;
	}

	for (const name of savedOrder) {
		const isUsed = chainsOf(net.tx, net.namespace, name).some(chain => net.tx.get(`chain:${net.namespace}`, `${name} ${chain.name}`) !== undefined);
		if (table === name || (table === undefined && isUsed)) {
			yield * t.print(saveTable(t, net, name, operands.includes('-c') || operands.includes('--counters')));
		}
	}

	return 0;
});
