// Looking domains up, making their records and numbering them.

import {compareText} from '../../base/bytes.js';
import {randomHex} from '../../base/random.js';
import type {Reads} from '../../base/transaction.js';
import type {Domain, DomainConfig, DomainEvent, Hypervisor, HypervisorSchema} from './domain-schema.js';

/** Active domains by id, then the others by name: the order of `virsh list`. */
export function allDomains(tx: Reads<HypervisorSchema>, kernel: number): readonly Domain[] {
	return [...tx.table(`domain:${kernel}`).values()].sort((a, b) => (a.live?.id ?? Number.MAX_SAFE_INTEGER) - (b.live?.id ?? Number.MAX_SAFE_INTEGER) || compareText(a.name, b.name));
}

/** By id if it is a number of an active one, by uuid, or by name. */
export function findDomain({tx, kernel}: Hypervisor, key: string): Domain | undefined {
	const domains = [...tx.table(`domain:${kernel}`).values()];
	return domains.find(({live}) => live !== undefined && String(live.id) === key) ?? domains.find(({uuid}) => uuid === key.toLowerCase()) ?? tx.get(`domain:${kernel}`, key);
}

export function putDomain({tx, kernel}: Hypervisor, domain: Domain, what?: DomainEvent['what']): Domain {
	tx.put(`domain:${kernel}`, domain.name, domain);
	if (what !== undefined) {
		tx.emit({kind: 'domain', kernel, name: domain.name, what});
	}

	return domain;
}

/** The configuration in force: of a running domain its own, else the definition. */
export function currentConfig({live, config}: Domain): DomainConfig {
	return (live?.config ?? config)!;
}

export function takeId({tx, kernel}: Hypervisor): number {
	const id = tx.get('hypervisor', kernel)?.nextId ?? 1;
	tx.put('hypervisor', kernel, {nextId: id + 1});
	return id;
}

/** A random uuid (RFC 4122, version 4) from the stream of its own. */
export function newUuid({tx}: Hypervisor): string {
	const digits = randomHex(tx, 'domain-uuid', 32);
	const variant = '89ab'[Number.parseInt(digits[16]!, 16) % 4]!;
	return [digits.slice(0, 8), digits.slice(8, 12), `4${digits.slice(13, 16)}`, variant + digits.slice(17, 20), digits.slice(20)].join('-');
}
