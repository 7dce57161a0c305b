// Lines of JSON over a socket: how virsh and libvirtd exchange requests and answers.

import {concatBytes, decodeText, encodeText} from '../../base/bytes.js';
import type {Json} from '../../base/json.js';
import {read, write} from '../../model/kernel/blocking.js';
import {failed} from '../../model/kernel/errno.js';
import type {Fd, Process} from '../../model/kernel/program.js';
import type {Blocking} from '../standard-io.js';

/** A request carries one XML description at most; virsh reads up to 10 MB of it. */
const maxLineBytes = 24 * 2 ** 20;
const newline = 10;

export class JsonLines {
	readonly #process: Process;
	readonly #fd: Fd;
	#parts: Uint8Array[] = [];
	#sizeBytes = 0;

	constructor(process: Process, fd: Fd) {
		this.#process = process;
		this.#fd = fd;
	}

	/** The next line without its end; undefined when the other side has left or says too much. */
	* next(): Blocking<string | undefined> {
		for (;;) {
			const bytes = yield * read(this.#process, this.#fd, 65_536);
			if (failed(bytes) || bytes.length === 0 || this.#sizeBytes > maxLineBytes) {
				return undefined;
			}

			this.#parts.push(bytes);
			this.#sizeBytes += bytes.length;
			// Requests and answers alternate, so that nothing follows the end of a line.
			if (bytes.at(-1) === newline) {
				const text = decodeText(concatBytes(this.#parts));
				this.#parts = [];
				this.#sizeBytes = 0;
				return text.slice(0, -1);
			}
		}
	}

	* send(value: Json): Blocking<boolean> {
		return !failed(yield * write(this.#process, this.#fd, encodeText(`${JSON.stringify(value)}\n`)));
	}
}
