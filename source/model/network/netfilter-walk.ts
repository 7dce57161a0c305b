// A packet before the rules of one chain: from rule to rule until one decides. Source: iptables(8); Linux net/netfilter.
//
// A jump remembers where it came from; the end of a chain, or RETURN, goes on there. At the end of a built-in chain its policy decides.

import type {Reads} from '../../base/transaction.js';
import {type Chain, findChain, type HookName, type RejectWith, type Rule, rulesOf, type TableName, type Target} from './netfilter.js';
import type {NetNamespaceId, NetworkSchema} from './network-schema.js';
import {meets, type PacketAt} from './rule-match.js';

/** A rule that a packet met: `rule` counts from 1, and 0 is the policy. */
export type RuleHit = {readonly namespace: NetNamespaceId; readonly table: TableName; readonly chain: string; readonly number: number; readonly rule: number | undefined; readonly target: string};

export type Verdict =
	| {readonly kind: 'accept'}
	| {readonly kind: 'drop'}
	| {readonly kind: 'reject'; readonly with: RejectWith}
	| {readonly kind: 'translate'; readonly target: Translation};

/** Targets of the nat table. */
export type Translation = Extract<Target, {kind: 'DNAT' | 'SNAT' | 'REDIRECT' | 'MASQUERADE'}>;

type Frame = {readonly chain: Chain; readonly rules: readonly Rule[]; next: number};

/** Walks a chain and notes every rule that the packet met. */
export function walkChain(tx: Reads<NetworkSchema>, at: PacketAt, where: {readonly table: TableName; readonly hook: HookName}, hits: RuleHit[]): Verdict {
	const {namespace} = at;
	const top = findChain(tx, namespace, where.table, where.hook)!;
	const stack: Frame[] = [frameOf(tx, namespace, top)];
	for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
		const rule = frame.rules[frame.next++];
		if (rule === undefined) {
			stack.pop();
			continue;
		}

		if (!meets(tx, rule, at)) {
			continue;
		}

		hits.push({namespace, table: where.table, chain: frame.chain.name, number: frame.next, rule: rule.id, target: targetName(rule.target)});
		const verdict = follow(tx, namespace, {stack, table: where.table, target: rule.target});
		if (verdict !== undefined) {
			return verdict;
		}
	}

	hits.push({namespace, table: where.table, chain: top.name, number: 0, rule: undefined, target: top.policy!});
	return {kind: top.policy === 'DROP' ? 'drop' : 'accept'};
}

function frameOf(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, chain: Chain): Frame {
	return {chain, rules: rulesOf(tx, namespace, chain), next: 0};
}

/** What a target does; nothing when the walk goes on. */
function follow(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, {stack, table, target}: {readonly stack: Frame[]; readonly table: TableName; readonly target: Target}): Verdict | undefined {
	switch (target.kind) {
		case 'ACCEPT': {
			return {kind: 'accept'};
		}

		case 'DROP': {
			return {kind: 'drop'};
		}

		case 'REJECT': {
			return {kind: 'reject', with: target.with};
		}

		case 'DNAT':
		case 'SNAT':
		case 'REDIRECT':
		case 'MASQUERADE': {
			return {kind: 'translate', target};
		}

		case 'RETURN':
		case 'goto': {
			stack.pop();
			break;
		}

		case 'jump':
		case 'none': {
			break;
		}

		default: {
			return target satisfies never;
		}
	}

	const chain = target.kind === 'jump' || target.kind === 'goto' ? findChain(tx, namespace, table, target.chain) : undefined;
	if (chain !== undefined) {
		stack.push(frameOf(tx, namespace, chain));
	}

	return undefined;
}

export function targetName(target: Target): string {
	return target.kind === 'jump' || target.kind === 'goto' ? target.chain : (target.kind === 'none' ? '' : target.kind);
}
