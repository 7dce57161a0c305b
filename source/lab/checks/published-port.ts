// Whether a running container answers on a port of the host.

import * as z from 'zod';
import {isJsonObject, type Json} from '../../base/json.js';
import {valuesAt} from '../condition.js';
import {predicate} from '../predicate.js';
import {containers} from './container.js';

export const publishedPortArguments = z.strictObject({
	host: z.string().optional(),
	port: z.int().min(1).max(65_535).describe('The port of the host.'),
	containerPort: z.int().min(1).max(65_535).optional(),
	protocol: z.enum(['tcp', 'udp']).default('tcp'),
	name: z.string().optional(),
	image: z.string().optional(),
}).describe('A port of the host that is published by a running container, as `docker port` shows.');

export const publishedPort = predicate({
	arguments: publishedPortArguments,
	judge({documents}, args) {
		const running = containers(documents, args).filter(document => valuesAt(document, 'State.Running')[0] === true);
		const published = running.flatMap(portsOf);
		const passed = published.some(item => item.host === args.port && item.protocol === args.protocol && (args.containerPort === undefined || item.container === args.containerPort));
		return {
			passed,
			expected: `port ${args.port} of the host leads to ${args.containerPort === undefined ? 'a container' : `port ${args.containerPort} of a container`}${args.image === undefined ? '' : ` of image ${args.image}`}`,
			actual: published.length === 0 ? 'no published port' : published.map(item => `${item.host} -> ${item.container}/${item.protocol}`).join(', '),
		};
	},
});

type Published = {readonly host: number; readonly container: number; readonly protocol: string};

function portsOf(document: Json): readonly Published[] {
	const [ports] = valuesAt(document, 'NetworkSettings.Ports');
	if (ports === undefined || !isJsonObject(ports)) {
		return [];
	}

	return Object.entries(ports).flatMap(([inside, bindings]) => {
		const [container, protocol = 'tcp'] = inside.split('/');
		return valuesAt(bindings ?? null, '[*].HostPort').map(host => ({host: Number(host), container: Number(container), protocol}));
	});
}
