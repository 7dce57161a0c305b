// One call of ip(8): its words, what it may see and change, and how it says what the kernel refused.

import {errorText} from '../../model/kernel/errno.js';
import type {NetworkAccess} from '../../model/kernel/kernel-access.js';
import {findLink} from '../../model/network/link.js';
import type {Link} from '../../model/network/network-schema.js';
import type {NetlinkRefusal} from '../../model/network/rtnetlink.js';
import type {Blocking} from '../standard-io.js';
import type {Tool} from '../tool.js';

export type Wish = {oneLine: boolean; brief: boolean; statistics: boolean; details: boolean; family: 'all' | '4' | '6'; isForAll: boolean};

export class IpCall {
	readonly t: Tool<never>;
	readonly wish: Readonly<Wish>;
	readonly #words: string[];

	constructor(t: Tool<never>, wish: Wish, words: readonly string[]) {
		this.t = t;
		this.wish = wish;
		this.#words = [...words];
	}

	/** The namespace, asked for anew at every use: it may have been entered meanwhile. */
	get net(): NetworkAccess {
		return this.t.sys.netlink();
	}

	/** The next word. */
	next(): string | undefined {
		return this.#words.shift();
	}

	peek(): string | undefined {
		return this.#words[0];
	}

	/** All that is left. */
	get rest(): readonly string[] {
		return this.#words;
	}

	link(name: string): Link | undefined {
		return findLink(this.net.tx, this.net.namespace, name);
	}

	/** A sentence on standard error, in BusyBox with its name before it. */
	* say(text: string, status: number): Blocking<number> {
		yield * this.t.complainPlain(this.t.isGnu ? `${text}\n` : `ip: ${text}\n`);
		return status;
	}

	unknown(object: string, word: string): Blocking<number> {
		return this.say(`Command "${word}" is unknown, try "ip ${object} help".`, 255);
	}

	noDevice(name: string): Blocking<number> {
		return this.say(this.t.isGnu ? `Cannot find device "${name}"` : `can't find device '${name}'`, 1);
	}

	garbage(word: string): Blocking<number> {
		return this.say(`Error: either "dev" is duplicate, or "${word}" is a garbage.`, 255);
	}

	wrong(word: string, problem: string): Blocking<number> {
		return this.say(`Error: argument "${word}" is wrong: ${problem}`, 255);
	}

	unmodelled(what: string): Blocking<number> {
		return this.say(`virtlab: ip ${what} is not modelled`, 1);
	}

	/** Changes the namespace, if the caller may. */
	change(make: (net: NetworkAccess) => NetlinkRefusal | undefined): Blocking<number> {
		const {net} = this;
		return this.report(net.mayChange ? make(net) : {errno: 'EPERM'});
	}

	* report(refusal: NetlinkRefusal | undefined): Blocking<number> {
		if (refusal === undefined) {
			return 0;
		}

		return yield * this.say(refusal.message === undefined || !this.t.isGnu ? `RTNETLINK answers: ${errorText[refusal.errno]}` : `Error: ${refusal.message}`, 2);
	}
}

/** Whether a word is, or abbreviates, one of the names. */
export function isWord(word: string | undefined, ...names: readonly string[]): boolean {
	return word !== undefined && word !== '' && names.some(name => name.startsWith(word));
}
