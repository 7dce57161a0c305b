// Questions before something is removed or overwritten: asked on standard error, answered on standard input.

import {failed} from '../model/kernel/errno.js';
import type {Process} from '../model/kernel/program.js';
import {LineReader, printTo, type Blocking} from './standard-io.js';

/** Asks and reads answers; one for a whole run, because it reads ahead. */
export class Confirmer {
	readonly #process: Process;
	readonly #answers: LineReader;

	constructor(process: Process) {
		this.#process = process;
		this.#answers = new LineReader(process, 0);
	}

	/** True if the answer begins with y or Y; the end of input is no. */
	* ask(question: string): Blocking<boolean> {
		yield * printTo(this.#process, 2, `${question} `);
		const line = yield * this.#answers.next();
		return line !== undefined && !failed(line) && /^[yY]/v.test(line.text);
	}
}
