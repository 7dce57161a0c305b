// What containers write, line by line, each line behind the name of its container. Source: docker/compose cmd/formatter/{logs,colors}.go.

import {concatBytes, decodeText, noBytes} from '../../../base/bytes.js';
import {print, warn, type Client} from '../../docker/client/client.js';
import type {Steps} from '../../docker/command/refusal.js';

export type LogStyle = {readonly hasPrefix: boolean; readonly isColored: boolean};

/** Cyan, yellow, green, magenta, blue, then the same in bold. */
const colors = ['36', '33', '32', '35', '34', '36;1', '33;1', '32;1', '35;1', '34;1'];

/** What is longer is no line that anybody reads, and is cut. */
const lineBytesMax = 65_536;

export class LogPrinter {
	readonly #client: Client;
	readonly #style: LogStyle;
	readonly #names: string[];
	readonly #pending = new Map<string, Uint8Array>();

	constructor(client: Client, names: readonly string[], style: LogStyle) {
		this.#client = client;
		this.#style = style;
		this.#names = [...names];
	}

	/** Bytes of a container's output; what is no whole line yet waits for its end. */
	* bytes(name: string, fd: 1 | 2, bytes: Uint8Array): Steps<void> {
		const key = `${fd} ${name}`;
		let rest = concatBytes([this.#pending.get(key) ?? noBytes, bytes]);
		for (let end = rest.indexOf(0x0a); end !== -1; end = rest.indexOf(0x0a)) {
			yield * this.line(name, fd, decodeText(rest.subarray(0, end)).replace(/\r$/v, ''));
			rest = rest.subarray(end + 1);
		}

		if (rest.length > lineBytesMax) {
			yield * this.line(name, fd, decodeText(rest));
			rest = noBytes;
		}

		this.#pending.set(key, rest);
	}

	/** Prints what is left without a newline. */
	* flush(name: string): Steps<void> {
		for (const fd of [1, 2] as const) {
			const rest = this.#pending.get(`${fd} ${name}`) ?? noBytes;
			this.#pending.delete(`${fd} ${name}`);
			if (rest.length > 0) {
				yield * this.line(name, fd, decodeText(rest));
			}
		}
	}

	* line(name: string, fd: 1 | 2, text: string): Steps<void> {
		const shown = `${this.#prefix(name)}${text}\n`;
		yield * fd === 1 ? print(this.#client, shown) : warn(this.#client, shown);
	}

	/** `web-1 exited with code 0`, in the container's colour. */
	* status(name: string, text: string): Steps<void> {
		yield * print(this.#client, this.#colored(name, `${this.#style.isColored ? '\r\u001B[K' : ''}${name} ${text}\n`));
	}

	#prefix(name: string): string {
		if (!this.#style.hasPrefix) {
			return '';
		}

		if (!this.#names.includes(name)) {
			this.#names.push(name);
		}

		const width = Math.max(...this.#names.map(each => each.length)) + 1;
		return this.#colored(name, `${name.padEnd(width)} | `);
	}

	#colored(name: string, text: string): string {
		const color = colors[Math.max(this.#names.indexOf(name), 0) % colors.length]!;
		return this.#style.isColored ? `\u001B[${color}m${text}\u001B[0m` : text;
	}
}
