// What the values of some flags must look like, said while the command line is read. Source: docker/cli opts/ (ValidateEnv,
// ValidateExtraHost, ValidateIPAddress, ...), cli/command/container/opts.go (validateAttach).

import {isReferenceError, parseReference} from '../../../model/container/reference.js';
import {quote} from '../go-template/quote.js';

export function checkEnv(value: string): string | undefined {
	return value === '' || value.startsWith('=') ? `invalid environment variable: ${value}` : undefined;
}

export function checkLabel(value: string): string | undefined {
	return value === '' || value.startsWith('=') ? `invalid label '${value}': empty name` : undefined;
}

export function checkExtraHost(value: string): string | undefined {
	const separator = value.includes('=') ? '=' : ':';
	const at = value.indexOf(separator);
	const address = value.slice(at + 1).replace(/^\[(.*)\]$/v, '$1');
	if (at <= 0) {
		return `bad format for add-host: ${quote(value)}`;
	}

	return address === 'host-gateway' || isIpAddress(address) ? undefined : `invalid IP address in add-host: ${quote(address)}`;
}

export function checkIpAddress(value: string): string | undefined {
	return isIpAddress(value.trim()) ? undefined : `IP address is not correctly formatted: ${value}`;
}

export function isIpAddress(text: string): boolean {
	const octet = /^(?:0|[1-9]\d{0,2})$/v;
	const parts = text.split('.');
	const isV4 = parts.length === 4 && parts.every(part => octet.test(part) && Number(part) <= 255);
	return isV4 || isIpv6(text);
}

function isIpv6(text: string): boolean {
	const halves = text.split('::');
	const groups = halves.flatMap(half => half === '' ? [] : half.split(':'));
	const areGroups = groups.every(group => /^[\da-fA-F]{1,4}$/v.test(group));
	return areGroups && (halves.length === 2 ? groups.length < 8 : halves.length === 1 && groups.length === 8);
}

export function checkStream(value: string): string | undefined {
	return ['stdin', 'stdout', 'stderr'].includes(value.toLowerCase()) ? undefined : 'valid streams are STDIN, STDOUT and STDERR';
}

export function checkReference(value: string): string | undefined {
	const reference = parseReference(value);
	return isReferenceError(reference) ? reference.message : undefined;
}

export function checkUlimit(value: string): string | undefined {
	const match = /^(\w+)=(-?\d+)(?::(-?\d+))?$/v.exec(value);
	if (match === null) {
		return value.includes('=') ? `strconv.ParseInt: parsing ${quote(value.slice(value.indexOf('=') + 1).split(':')[0]!)}: invalid syntax` : `invalid ulimit argument: ${value}`;
	}

	const [, name = '', soft = '', hard = soft] = match;
	if (!ulimitNames.has(name)) {
		return `invalid ulimit type: ${name}`;
	}

	return Number(hard) !== -1 && (Number(soft) > Number(hard) || Number(soft) === -1) ? `ulimit soft limit must be less than or equal to hard limit: ${soft} > ${hard}` : undefined;
}

const ulimitNames: ReadonlySet<string> = new Set(['core', 'cpu', 'data', 'fsize', 'locks', 'memlock', 'msgqueue', 'nice', 'nofile', 'nproc', 'rss', 'rtprio', 'rttime', 'sigpending', 'stack']);
