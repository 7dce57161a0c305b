// Warnings as sirupsen/logrus writes them: a line of fields, or, on a terminal, a coloured word and the seconds since the start.

import {rfc3339OfMoment} from '../../../base/internet-date.js';
import {unixTime, warn, type Client} from '../../docker/client/client.js';
import type {Steps} from '../../docker/command/refusal.js';
import {quote} from '../../docker/go-template/quote.js';

export function * logWarning(client: Client, text: string): Steps<void> {
	if (client.process.sys.isTerminal(2)) {
		yield * warn(client, `\u001B[33mWARN\u001B[0m[0000] ${text.padEnd(44)} \n`);
		return;
	}

	const time = rfc3339OfMoment({seconds: unixTime(client.process).seconds, nanoseconds: 0});
	yield * warn(client, `time=${quote(time)} level=warning msg=${/^[\w.\/@^+\-]+$/v.test(text) ? text : quote(text)}\n`);
}
