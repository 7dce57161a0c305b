// Answers that tell of work while it goes on, a JSON document a line.

import type {Json} from '../base/json.js';
import type {Work} from '../model/container/engine-host.js';
import type {Connection} from './connection.js';

/**
 * Runs work that reports progress by a function, sending each report before the work sleeps again. `begin` is called before the
 * first.
 */
export function * withProgress<T>(connection: Connection, begin: () => Work<void>, start: (report: (message: object) => void) => Work<T>): Work<T> {
	const messages: object[] = [];
	let hasBegun = false;
	const work = start(message => {
		messages.push(message);
	});
	const flush = function * (): Work<void> {
		while (messages.length > 0) {
			if (!hasBegun) {
				hasBegun = true;
				yield * begin();
			}

			yield * connection.sendJsonLine(messages.shift() as Json);
		}
	};
	let result = work.next('woken');
	while (result.done !== true) {
		yield * flush();
		const wake = yield result.value;
		result = work.next(wake);
	}

	yield * flush();
	return result.value;
}
