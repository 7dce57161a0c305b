// Asks on the terminal whether to go on.

import {decodeText} from '../../../base/bytes.js';
import {read} from '../../../model/kernel/blocking.js';
import {failed} from '../../../model/kernel/errno.js';
import type {Steps} from '../command/refusal.js';
import {print, type Client} from './client.js';

/** Anything but `y` is a no. */
export function * isConfirmed(client: Client, question: string, hint = '[y/N]'): Steps<boolean> {
	yield * print(client, `${question} ${hint} `);
	let line = '';
	while (!line.includes('\n')) {
		const bytes = yield * read(client.process, 0, 1);
		if (failed(bytes) || bytes.length === 0) {
			break;
		}

		line += decodeText(bytes);
	}

	return line.trim().toLowerCase() === 'y';
}
