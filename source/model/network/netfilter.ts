// Netfilter's tables: chains of rules, kept per network namespace, as iptables(8) edits them. Packets are judged in netfilter-walk.ts.
//
//     raw     PREROUTING OUTPUT                                 before connections are tracked
//     mangle  PREROUTING INPUT FORWARD OUTPUT POSTROUTING
//     nat     PREROUTING INPUT OUTPUT POSTROUTING               only the first packet of a connection
//     filter  INPUT FORWARD OUTPUT
//
// Chains keep the ids of their rules in order; rules are records of their own, so that a counter that grows copies no chain.

import type {Reads, Writes} from '../../base/transaction.js';
import type {Cidr} from './address.js';
import type {NetNamespaceId, NetworkSchema} from './network-schema.js';

export const tableNames = ['raw', 'mangle', 'nat', 'filter'] as const;
export type TableName = typeof tableNames[number];
export type HookName = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';

export const builtInChains: Readonly<Record<TableName, readonly HookName[]>> = {
	raw: ['PREROUTING', 'OUTPUT'],
	mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
	nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
	filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};

export type Policy = 'ACCEPT' | 'DROP';
export type RuleId = number;

export type Chain = {
	readonly table: TableName;
	readonly name: string;
	/** Of built-in chains. */
	readonly policy: Policy | undefined;
	readonly rules: readonly RuleId[];
	/** What came to the policy. */
	readonly packets: number;
	readonly bytes: number;
};

/** A condition that `!` turns round. */
export type Test<T> = {readonly value: T; readonly isInverted: boolean};
export type PortRange = {readonly first: number; readonly last: number};
export type ConnectionState = 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED';
export type AddressType = 'LOCAL' | 'UNICAST' | 'BROADCAST';

/** A match that `-m` loaded, in the order of the command line. */
export type Match =
	| {readonly kind: 'ports'; readonly module: 'tcp' | 'udp' | 'sctp'; readonly source?: Test<PortRange>; readonly destination?: Test<PortRange>; readonly flags?: Test<{readonly mask: readonly string[]; readonly set: readonly string[]}>}
	| {readonly kind: 'multiport'; readonly side: 'source' | 'destination' | 'either'; readonly ports: Test<readonly PortRange[]>}
	| {readonly kind: 'icmp'; readonly type: Test<number>}
	| {readonly kind: 'state'; readonly module: 'conntrack' | 'state'; readonly states: Test<readonly ConnectionState[]>}
	| {readonly kind: 'address-type'; readonly source?: Test<AddressType>; readonly destination?: Test<AddressType>}
	| {readonly kind: 'comment'; readonly text: string};

export type Target =
	| {readonly kind: 'ACCEPT' | 'DROP' | 'RETURN'}
	| {readonly kind: 'MASQUERADE'}
	| {readonly kind: 'REJECT'; readonly with: RejectWith}
	| {readonly kind: 'DNAT'; readonly address: string | undefined; readonly port: number | undefined}
	| {readonly kind: 'SNAT'; readonly address: string | undefined; readonly port: number | undefined}
	| {readonly kind: 'REDIRECT'; readonly port: number}
	| {readonly kind: 'jump' | 'goto'; readonly chain: string}
	/** The rule only counts. */
	| {readonly kind: 'none'};

export const rejectWords = [
	'icmp-net-unreachable', 'icmp-host-unreachable', 'icmp-proto-unreachable', 'icmp-port-unreachable', 'icmp-net-prohibited', 'icmp-host-prohibited', 'icmp-admin-prohibited', 'tcp-reset',
] as const;
export type RejectWith = typeof rejectWords[number];

export type RuleSpec = {
	readonly source?: Test<Cidr>;
	readonly destination?: Test<Cidr>;
	/** A link's name; a `+` at its end stands for any rest. */
	readonly input?: Test<string>;
	readonly output?: Test<string>;
	/** A name of /etc/protocols, or a number. */
	readonly protocol?: Test<string>;
	readonly matches: readonly Match[];
	readonly target: Target;
};

export type Rule = RuleSpec & {readonly id: RuleId; readonly packets: number; readonly bytes: number};

/** Why a change of the tables is refused; the words are iptables(8)'s. */
export type NetfilterRefusal = 'no-chain' | 'chain-exists' | 'bad-index' | 'not-empty' | 'in-use' | 'built-in' | 'loop' | 'too-many' | 'bad-hook' | 'unsupported';

/** Simplified: real tables are limited by memory only. */
const maxRules = 20_000;
const maxChains = 5000;

type Tx = Writes<NetworkSchema>;

function chainKey(table: TableName, name: string): string {
	return `${table} ${name}`;
}

export function isBuiltIn(table: TableName, name: string): boolean {
	return (builtInChains[table] as readonly string[]).includes(name);
}

export function findChain(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, table: TableName, name: string): Chain | undefined {
	return tx.get(`chain:${namespace}`, chainKey(table, name))
		?? (isBuiltIn(table, name) ? {table, name, policy: 'ACCEPT', rules: [], packets: 0, bytes: 0} : undefined);
}

/** The chains of a table: built-in ones in their order, then the others by name, as iptables-nft lists them. */
export function chainsOf(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, table: TableName): readonly Chain[] {
	const own = [...tx.table(`chain:${namespace}`).values()].filter(chain => chain.table === table && !isBuiltIn(table, chain.name));
	return [...builtInChains[table].map(name => findChain(tx, namespace, table, name)!), ...own.toSorted((a, b) => a.name < b.name ? -1 : 1)];
}

export function rulesOf(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, chain: Chain): readonly Rule[] {
	const rules = tx.table(`rule:${namespace}`);
	return chain.rules.map(id => rules.get(id)!);
}

/** How many rules jump to a chain. */
export function referencesTo(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, {table, name}: Chain): number {
	let count = 0;
	for (const chain of tx.table(`chain:${namespace}`).values()) {
		for (const {target} of chain.table === table ? rulesOf(tx, namespace, chain) : []) {
			count += (target.kind === 'jump' || target.kind === 'goto') && target.chain === name ? 1 : 0;
		}
	}

	return count;
}

function putChain(tx: Tx, namespace: NetNamespaceId, chain: Chain): void {
	tx.put(`chain:${namespace}`, chainKey(chain.table, chain.name), chain);
}

export function newChain(tx: Tx, namespace: NetNamespaceId, table: TableName, name: string): NetfilterRefusal | undefined {
	if (findChain(tx, namespace, table, name) !== undefined) {
		return 'chain-exists';
	}

	if (tx.table(`chain:${namespace}`).size >= maxChains) {
		return 'too-many';
	}

	putChain(tx, namespace, {table, name, policy: undefined, rules: [], packets: 0, bytes: 0});
	return undefined;
}

/** Puts a rule into a chain, before the rule at `index` (from 0); at the end by default. */
export function insertRule(tx: Tx, namespace: NetNamespaceId, where: {readonly table: TableName; readonly chain: string; readonly index?: number}, spec: RuleSpec): NetfilterRefusal | undefined {
	const chain = findChain(tx, namespace, where.table, where.chain);
	if (chain === undefined) {
		return 'no-chain';
	}

	const {index = chain.rules.length} = where;
	const refusal = index > chain.rules.length ? 'bad-index' : (tx.table(`rule:${namespace}`).size >= maxRules ? 'too-many' : checkTarget(tx, namespace, chain, spec.target));
	if (refusal !== undefined) {
		return refusal;
	}

	const owner = tx.get('net-namespace', namespace)!;
	const id = owner.nextRuleId;
	tx.put('net-namespace', namespace, {...owner, nextRuleId: id + 1});
	tx.put(`rule:${namespace}`, id, {...spec, id, packets: 0, bytes: 0});
	putChain(tx, namespace, {...chain, rules: chain.rules.toSpliced(index, 0, id)});
	return undefined;
}

/** Replaces the rule at `index` by another one, whose counters begin at 0. */
export function replaceRule(tx: Tx, namespace: NetNamespaceId, where: {readonly table: TableName; readonly chain: string; readonly index: number}, spec: RuleSpec): NetfilterRefusal | undefined {
	const chain = findChain(tx, namespace, where.table, where.chain);
	if (chain === undefined) {
		return 'no-chain';
	}

	const id = chain.rules[where.index];
	const refusal = id === undefined ? 'bad-index' : checkTarget(tx, namespace, chain, spec.target);
	if (refusal === undefined) {
		tx.put(`rule:${namespace}`, id!, {...spec, id: id!, packets: 0, bytes: 0});
	}

	return refusal;
}

function checkTarget(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, chain: Chain, target: Target): NetfilterRefusal | undefined {
	if (target.kind === 'jump' || target.kind === 'goto') {
		if (isBuiltIn(chain.table, target.chain)) {
			return 'unsupported';
		}

		return findChain(tx, namespace, chain.table, target.chain) === undefined ? 'no-chain' : (isTooDeep(tx, namespace, chain, target.chain) ? 'loop' : undefined);
	}

	const hooks = ({DNAT: ['PREROUTING', 'OUTPUT'], REDIRECT: ['PREROUTING', 'OUTPUT'], SNAT: ['POSTROUTING', 'INPUT'], MASQUERADE: ['POSTROUTING']} as Readonly<Partial<Record<Target['kind'], readonly string[]>>>)[target.kind];
	const isMisplaced = hooks !== undefined && (chain.table !== 'nat' || (isBuiltIn('nat', chain.name) && !hooks.includes(chain.name)));
	return isMisplaced || (target.kind === 'REJECT' && chain.table !== 'filter') ? 'bad-hook' : undefined;
}

/** A packet remembers so many jumps (NFT_JUMP_STACK_SIZE). */
const maxJumps = 16;

/** Whether, with one more jump, some way from a built-in chain would be too long, as a circle is. Source: nf_tables_api.c, nft_chain_validate. */
function isTooDeep(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, from: Chain, to: string): boolean {
	const jumps = new Map<string, ReadonlySet<string>>();
	const jumpsOf = (name: string): ReadonlySet<string> => {
		let known = jumps.get(name);
		if (known === undefined) {
			const chain = findChain(tx, namespace, from.table, name);
			const targets = (chain === undefined ? [] : rulesOf(tx, namespace, chain)).flatMap(({target}) => target.kind === 'jump' || target.kind === 'goto' ? [target.chain] : []);
			known = new Set(name === from.name ? [...targets, to] : targets);
			jumps.set(name, known);
		}

		return known;
	};

	let level: ReadonlySet<string> = new Set(builtInChains[from.table]);
	for (let depth = 0; depth < maxJumps; depth++) {
		level = new Set([...level].flatMap(name => [...jumpsOf(name)]));
	}

	return level.size > 0;
}

/** The place of the first rule that says the same. */
export function findRule(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, where: {readonly table: TableName; readonly chain: string}, spec: RuleSpec): number {
	const chain = findChain(tx, namespace, where.table, where.chain);
	const wanted = canonical(spec);
	return chain === undefined ? -1 : rulesOf(tx, namespace, chain).findIndex(rule => canonical(rule) === wanted);
}

/** Records are immutable, so what one says is worked out once. */
const sayings = new WeakMap<RuleSpec, string>();

function canonical(spec: RuleSpec): string {
	const known = sayings.get(spec);
	if (known !== undefined) {
		return known;
	}

	const {source, destination, input, output, protocol, matches, target} = spec;
	const text = JSON.stringify([source, destination, input, output, protocol, matches, target]);
	sayings.set(spec, text);
	return text;
}

export function deleteRule(tx: Tx, namespace: NetNamespaceId, where: {readonly table: TableName; readonly chain: string; readonly index: number}): NetfilterRefusal | undefined {
	const chain = findChain(tx, namespace, where.table, where.chain);
	const id = chain?.rules[where.index];
	if (chain === undefined || id === undefined) {
		return chain === undefined ? 'no-chain' : 'bad-index';
	}

	tx.delete(`rule:${namespace}`, id);
	putChain(tx, namespace, {...chain, rules: chain.rules.toSpliced(where.index, 1)});
	return undefined;
}

export function flushChain(tx: Tx, namespace: NetNamespaceId, table: TableName, name: string): NetfilterRefusal | undefined {
	const chain = findChain(tx, namespace, table, name);
	if (chain === undefined) {
		return 'no-chain';
	}

	for (const id of chain.rules) {
		tx.delete(`rule:${namespace}`, id);
	}

	if (chain.rules.length > 0) {
		putChain(tx, namespace, {...chain, rules: []});
	}

	return undefined;
}

export function deleteChain(tx: Tx, namespace: NetNamespaceId, table: TableName, name: string): NetfilterRefusal | undefined {
	const chain = findChain(tx, namespace, table, name);
	if (chain === undefined || isBuiltIn(table, name)) {
		return chain === undefined ? 'no-chain' : 'built-in';
	}

	if (chain.rules.length > 0) {
		return 'not-empty';
	}

	if (referencesTo(tx, namespace, chain) > 0) {
		return 'in-use';
	}

	tx.delete(`chain:${namespace}`, chainKey(table, name));
	return undefined;
}

export function renameChain(tx: Tx, namespace: NetNamespaceId, table: TableName, names: {readonly from: string; readonly to: string}): NetfilterRefusal | undefined {
	const chain = findChain(tx, namespace, table, names.from);
	if (chain === undefined || isBuiltIn(table, names.from)) {
		return chain === undefined ? 'no-chain' : 'built-in';
	}

	if (findChain(tx, namespace, table, names.to) !== undefined) {
		return 'chain-exists';
	}

	tx.delete(`chain:${namespace}`, chainKey(table, names.from));
	putChain(tx, namespace, {...chain, name: names.to});
	for (const rule of [...tx.table(`rule:${namespace}`).values()]) {
		if ((rule.target.kind === 'jump' || rule.target.kind === 'goto') && rule.target.chain === names.from && isOfTable(tx, namespace, table, rule.id)) {
			tx.put(`rule:${namespace}`, rule.id, {...rule, target: {...rule.target, chain: names.to}});
		}
	}

	return undefined;
}

function isOfTable(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, table: TableName, id: RuleId): boolean {
	return [...tx.table(`chain:${namespace}`).values()].some(chain => chain.table === table && chain.rules.includes(id));
}

export function setPolicy(tx: Tx, namespace: NetNamespaceId, where: {readonly table: TableName; readonly chain: string}, policy: Policy): NetfilterRefusal | undefined {
	const chain = findChain(tx, namespace, where.table, where.chain);
	if (chain === undefined || chain.policy === undefined) {
		return 'no-chain';
	}

	putChain(tx, namespace, {...chain, policy, packets: 0, bytes: 0});
	return undefined;
}

/** Sets counters to 0. */
export function zeroChain(tx: Tx, namespace: NetNamespaceId, chain: Chain, index?: number): NetfilterRefusal | undefined {
	const ids = index === undefined ? chain.rules : chain.rules.slice(index, index + 1);
	if (ids.length === 0 && index !== undefined) {
		return 'bad-index';
	}

	for (const rule of rulesOf(tx, namespace, {...chain, rules: ids})) {
		tx.put(`rule:${namespace}`, rule.id, {...rule, packets: 0, bytes: 0});
	}

	if (index === undefined && tx.get(`chain:${namespace}`, chainKey(chain.table, chain.name)) !== undefined) {
		putChain(tx, namespace, {...chain, packets: 0, bytes: 0});
	}

	return undefined;
}
