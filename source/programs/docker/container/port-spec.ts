// `-p` and `--expose`: port mappings as people write them. Source: docker/go-connections nat/nat.go, nat/parse.go; docker/cli
// cli/command/container/opts.go (convertToStandardNotation); errors in their words.

import {isIpAddress} from '../command/flag-checks.js';
import {refusal, refused, type Refusal} from '../command/refusal.js';

export type PortMapping = {
	/** `80/tcp`. */
	readonly port: string;
	readonly hostIp: string;
	/** Empty for any; a range for any of it. */
	readonly hostPort: string;
};

type Range = {readonly start: number; readonly end: number};

/** `[[ip:]hostPort:]containerPort[/protocol]`, each port possibly a range. */
export function parsePortSpec(text: string): readonly PortMapping[] | Refusal {
	const parts = text.split(':');
	const container = parts.at(-1)!;
	const hostPort = parts.at(-2) ?? '';
	const address = parts.slice(0, -2).join(':').replace(/^\[(.*)\]$/v, '$1');
	const [port = '', protocol = 'tcp'] = container.split('/');
	if (port === '') {
		return refusal(`no port specified: ${text}<empty>`);
	}

	if (address !== '' && !isIpAddress(address)) {
		return refusal(`invalid IP address: ${address}`);
	}

	const inside = parseRange(port);
	if (inside === undefined) {
		return refusal(`invalid containerPort: ${port}`);
	}

	const outside = hostPort === '' ? undefined : parseRange(hostPort);
	if (hostPort !== '' && outside === undefined) {
		return refusal(`invalid hostPort: ${hostPort}`);
	}

	if (outside !== undefined && inside.end - inside.start !== outside.end - outside.start && inside.end !== inside.start) {
		return refusal(`invalid ranges specified for container and host Ports: ${port} and ${hostPort}`);
	}

	const lower = protocol === '' ? 'tcp' : protocol.toLowerCase();
	return ['tcp', 'udp', 'sctp'].includes(lower) ? mappings({inside, outside, protocol: lower, address}) : refusal(`invalid proto: ${protocol}`);
}

function mappings({inside, outside, protocol, address}: {readonly inside: Range; readonly outside: Range | undefined; readonly protocol: string; readonly address: string}): readonly PortMapping[] {
	const isRangeForOne = outside !== undefined && inside.start === inside.end && outside.start !== outside.end;
	return Array.from({length: inside.end - inside.start + 1}, (_, index) => ({
		port: `${inside.start + index}/${protocol}`,
		hostIp: address,
		hostPort: outside === undefined ? '' : (isRangeForOne ? `${outside.start}-${outside.end}` : String(outside.start + index)),
	}));
}

function parseRange(text: string): Range | undefined {
	const match = /^(\d+)(?:-(\d+))?$/v.exec(text);
	if (match === null) {
		return undefined;
	}

	const start = Number(match[1]);
	const end = Number(match[2] ?? match[1]);
	return end <= 65_535 && start <= end ? {start, end} : undefined;
}

/** The long form `published=8080,target=80,protocol=tcp` as the short one; anything else as it is. */
export function standardNotation(text: string): string | Refusal {
	if (!text.includes('=')) {
		return text;
	}

	const params = new Map([['protocol', 'tcp']]);
	for (const field of text.split(',')) {
		const equals = field.indexOf('=');
		if (equals <= 0 || equals === field.length - 1) {
			return refusal(`invalid publish opts format (should be name=value but got '${field}')`);
		}

		params.set(field.slice(0, equals), field.slice(equals + 1));
	}

	return `${params.get('published') ?? ''}:${params.get('target') ?? ''}/${params.get('protocol')}`;
}

/** What `--publish` and `--expose` make of the container: exposed ports, and bindings by port. */
export type Publication = {readonly exposed: readonly string[]; readonly bindings: ReadonlyMap<string, ReadonlyArray<{readonly HostIp: string; readonly HostPort: string}>>};

export function publication(publish: readonly string[], expose: readonly string[]): Publication | Refusal {
	const exposed = new Set<string>();
	const bindings = new Map<string, Array<{readonly HostIp: string; readonly HostPort: string}>>();
	for (const text of publish) {
		const standard = standardNotation(text);
		const parsed = refused(standard) ? standard : parsePortSpec(standard);
		if (refused(parsed)) {
			return parsed;
		}

		for (const {port, hostIp, hostPort} of parsed) {
			exposed.add(port);
			const list = bindings.get(port) ?? [];
			bindings.set(port, list);
			list.push({HostIp: hostIp, HostPort: hostPort});
		}
	}

	for (const text of expose) {
		const [port = '', protocol = 'tcp'] = text.split('/');
		const range = parseRange(port);
		if (text.includes(':')) {
			return refusal(`invalid port format for --expose: ${text}`);
		}

		if (range === undefined) {
			return refusal(`invalid range format for --expose: ${text}, error: ${port === '' ? 'empty string specified for ports' : `strconv.ParseUint: parsing ${JSON.stringify(port)}: invalid syntax`}`);
		}

		for (let number = range.start; number <= range.end; number++) {
			exposed.add(`${number}/${protocol.toLowerCase()}`);
		}
	}

	return {exposed: [...exposed], bindings};
}
