// Programs that draw a screen anew every few seconds until `q` is typed (top) or they are interrupted (watch).

import {read} from '../model/kernel/blocking.js';
import {failed} from '../model/kernel/errno.js';
import type {Process} from '../model/kernel/program.js';
import {printTo, type Blocking} from './standard-io.js';

const home = '\u001B[H\u001B[J';

/** Draws at the top of a cleared screen, line by line cut to its size. */
export function * drawScreen(process: Process, text: string): Blocking<void> {
	const size = process.sys.windowSize(1);
	const {columns, rows} = failed(size) ? {columns: 80, rows: 24} : size;
	const lines = text.split('\n').slice(0, rows - 1).map(line => line.slice(0, columns));
	yield * printTo(process, 1, `${home}${lines.join('\r\n')}`);
}

/** Sleeps; the answer is the key that was typed meanwhile, or undefined. */
export function * keyWithin(process: Process, ns: number): Blocking<string | undefined> {
	const untilNs = process.sys.now() + ns;
	while (process.sys.now() < untilNs) {
		if (process.sys.canRead(0)) {
			const bytes = yield * read(process, 0, 1);
			return failed(bytes) || bytes.length === 0 ? 'q' : String.fromCharCode(bytes[0]!);
		}

		if ((yield {kind: 'sleep', channels: [process.sys.readChannel(0)], untilNs}) === 'signal') {
			return 'q';
		}
	}

	return undefined;
}
