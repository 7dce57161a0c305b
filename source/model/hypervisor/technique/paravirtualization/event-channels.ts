// Event channels: Xen's interrupts. A port that is notified sets its bit in the page that the domain shares with Xen; if nothing masks it, the
// kernel is called back before it goes on. Source: xen/include/public/event_channel.h.

import type {PhysicalMemory} from '../../../machine/physical-memory.js';
import {type Domain, isAlive, type Port} from './domain.js';
import {errno, maxPorts, sharedInfo, virqTimer} from './interface.js';

export class EventChannels {
	readonly #memory: PhysicalMemory;
	readonly #domains: ReadonlyMap<number, Domain>;

	constructor(memory: PhysicalMemory, domains: ReadonlyMap<number, Domain>) {
		this.#memory = memory;
		this.#domains = domains;
	}

	/** The new port, or an error. Port 0 is never given out. */
	open(domain: Domain, port: Port): number {
		for (let number = 1; number < maxPorts; number++) {
			if (!domain.ports.has(number)) {
				domain.ports.set(number, port);
				return number;
			}
		}

		return errno.ENOSPC;
	}

	/** Joins a new port to one that the other domain has opened for this one. */
	bindInterdomain(domain: Domain, remote: number, remotePort: number): number {
		const other = this.#domains.get(remote);
		const theirs = other?.ports.get(remotePort);
		if (other === undefined || theirs?.kind !== 'unbound' || theirs.remote !== domain.id) {
			return errno.EINVAL;
		}

		const port = this.open(domain, {kind: 'interdomain', remote, remotePort});
		if (port > 0) {
			other.ports.set(remotePort, {kind: 'interdomain', remote: domain.id, remotePort: port});
		}

		return port;
	}

	close(domain: Domain, number: number): number {
		const port = domain.ports.get(number);
		if (port === undefined) {
			return errno.EINVAL;
		}

		domain.ports.delete(number);
		if (port.kind === 'interdomain') {
			this.#domains.get(port.remote)?.ports.set(port.remotePort, {kind: 'unbound', remote: domain.id});
		}

		return 0;
	}

	send(domain: Domain, number: number): number {
		const port = domain.ports.get(number);
		if (port?.kind !== 'interdomain') {
			return errno.EINVAL;
		}

		const other = this.#domains.get(port.remote);
		if (other !== undefined) {
			this.notify(other, port.remotePort);
		}

		return 0;
	}

	/** The timer is due. */
	raiseTimer(domain: Domain): void {
		const found = [...domain.ports].find(([, port]) => port.kind === 'virq' && port.virq === virqTimer);
		if (found !== undefined) {
			this.notify(domain, found[0]);
		}
	}

	notify(domain: Domain, port: number): void {
		if (!isAlive(domain) || this.#testAndSet(domain, sharedInfo.pending, port)) {
			return;
		}

		domain.counts.events += 1;
		if (!this.#test(domain, sharedInfo.mask, port)) {
			this.#raise(domain, port);
		}
	}

	/** Lets a port through again; what came in the meantime comes now. */
	unmask(domain: Domain, port: number): number {
		if (port < 0 || port >= maxPorts) {
			return errno.EINVAL;
		}

		const place = domain.sharedFrame + sharedInfo.mask + 4 * Math.floor(port / 32);
		this.#memory.writeDword(place, this.#memory.readDword(place) & ~(1 << port % 32));
		if (this.#test(domain, sharedInfo.pending, port)) {
			this.#raise(domain, port);
		}

		return 0;
	}

	/** Whether the kernel is to be called back. */
	wantsUpcall(domain: Domain): boolean {
		return this.#memory.readByte(domain.sharedFrame + sharedInfo.upcallPending) !== 0 && !this.isMasked(domain);
	}

	isMasked({sharedFrame}: Domain): boolean {
		return this.#memory.readByte(sharedFrame + sharedInfo.upcallMask) !== 0;
	}

	setMask({sharedFrame}: Domain, isMasked: boolean): void {
		this.#memory.writeByte(sharedFrame + sharedInfo.upcallMask, Number(isMasked));
	}

	#raise(domain: Domain, port: number): void {
		const selector = domain.sharedFrame + sharedInfo.pendingSelector;
		this.#memory.writeDword(selector, this.#memory.readDword(selector) | 1 << Math.floor(port / 32));
		this.#memory.writeByte(domain.sharedFrame + sharedInfo.upcallPending, 1);
		if (domain.status === 'blocked') {
			domain.status = 'running';
		}
	}

	#test({sharedFrame}: Domain, bitmap: number, port: number): boolean {
		return (this.#memory.readDword(sharedFrame + bitmap + 4 * Math.floor(port / 32)) >>> port % 32 & 1) === 1;
	}

	#testAndSet(domain: Domain, bitmap: number, port: number): boolean {
		const was = this.#test(domain, bitmap, port);
		const place = domain.sharedFrame + bitmap + 4 * Math.floor(port / 32);
		this.#memory.writeDword(place, this.#memory.readDword(place) | 1 << port % 32);
		return was;
	}
}
