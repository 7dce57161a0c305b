// Whether the learner fetched a page and saw it: in one action a connection was made to the port and the text was shown.

import * as z from 'zod';
import {valuesAt} from '../condition.js';
import type {Json} from '../../base/json.js';
import {predicate} from '../predicate.js';

export const httpArguments = z.strictObject({
	port: z.int().min(1).max(65_535).describe('The port that was connected to.'),
	contains: z.string().min(1).describe('A text of the page.'),
}).describe('A page that the learner fetched and saw, with curl, wget or whatever.');

export const http = predicate({
	arguments: httpArguments,
	judge(moment, args) {
		const connections = moment.trace.filter(event => event.kind === 'connect').map(event => String(valuesAt(event as unknown as Json, 'to')[0]));
		const isConnected = connections.some(to => to.endsWith(`:${args.port}`));
		return {
			passed: isConnected && moment.output.includes(args.contains),
			expected: `a page at port ${args.port} with ${JSON.stringify(args.contains)}`,
			actual: isConnected ? 'another page' : `${connections.length === 0 ? 'no connection' : `connections to ${connections.join(', ')}`}`,
		};
	},
});
