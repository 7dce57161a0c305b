// Flags of devices, block I/O and security, as the API wants them. Source: docker/cli cli/command/container/opts.go (parseLinuxDevice,
// validateLinuxPath, parseSecurityOpts), opts/throttledevice.go, weightdevice.go, gpus.go; errors in their words.

import {normalPath} from '../../../base/path.js';
import {parseJson} from '../../../base/json.js';
import {decodeText} from '../../../base/bytes.js';
import type {Client} from '../client/client.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {ramInBytes} from '../go/size.js';
import type {Writable} from '../go/json.js';
import {readWholeFile} from './env-file.js';

function isDeviceMode(text: string): boolean {
	return /^[rwm]{1,3}$/v.test(text) && new Set(text).size === text.length;
}

/** `--device /dev/a[:/dev/b][:rwm]`. */
export function parseDevice(text: string): Writable | Refusal {
	const parts = text.split(':');
	const [source = '', second = '', third = ''] = parts;
	if (parts.length > 3 || source === '') {
		return refusal(`bad format for path: ${text}`);
	}

	if (parts.length === 3 && !isDeviceMode(third)) {
		return refusal(`bad mode specified: ${third}`);
	}

	const hasModeOnly = parts.length === 2 && isDeviceMode(second);
	const inside = parts.length === 1 || hasModeOnly ? source : second;
	if (!inside.startsWith('/')) {
		return refusal(`${inside} is not an absolute path`);
	}

	return {PathOnHost: parts.length === 1 || hasModeOnly ? normalPath(source) : source, PathInContainer: normalPath(inside), CgroupPermissions: hasModeOnly ? second : (third || 'rwm')};
}

export function checkDeviceRule(value: string): string | undefined {
	return /^[acb] (?:\d+|\*):(?:\d+|\*) [rwm]{1,3}$/v.test(value) ? undefined : `invalid device cgroup format '${value}'`;
}

type Rate = {readonly Path: string; readonly Rate: number};

function splitRate(value: string): {readonly path: string; readonly rest: string} | string {
	const colon = value.indexOf(':');
	if (colon <= 0) {
		return `bad format: ${value}`;
	}

	return value.startsWith('/dev/') ? {path: value.slice(0, colon), rest: value.slice(colon + 1)} : `bad format for device path: ${value}`;
}

/** `--device-read-bps /dev/vda:1mb`, or why not. */
function byteRate(value: string): Rate | string {
	const parts = splitRate(value);
	const rate = typeof parts === 'string' ? 0 : ramInBytes(parts.rest);
	const isRate = typeof rate === 'number' && rate >= 0;
	return typeof parts === 'string' ? parts : (isRate ? {Path: parts.path, Rate: rate}
		: `invalid rate for device: ${value}. The correct format is <device-path>:<number>[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb`);
}

function operationRate(value: string): Rate | string {
	const parts = splitRate(value);
	return typeof parts === 'string' ? parts : (/^\d{1,15}$/v.test(parts.rest) ? {Path: parts.path, Rate: Number(parts.rest)}
		: `invalid rate for device: ${value}. The correct format is <device-path>:<number>. Number must be a positive integer`);
}

function deviceWeight(value: string): {readonly Path: string; readonly Weight: number} | string {
	const parts = splitRate(value);
	if (typeof parts === 'string') {
		return parts;
	}

	const weight = /^\d{1,5}$/v.test(parts.rest) ? Number(parts.rest) : Number.NaN;
	return weight === 0 || (weight >= 10 && weight <= 1000) ? {Path: parts.path, Weight: weight} : `invalid weight for device: ${value}`;
}

const problemOf = (result: object | string): string | undefined => typeof result === 'string' ? result : undefined;
export const checkByteRate = (value: string): string | undefined => problemOf(byteRate(value));
export const checkOperationRate = (value: string): string | undefined => problemOf(operationRate(value));
export const checkDeviceWeight = (value: string): string | undefined => problemOf(deviceWeight(value));

const known = <T extends object>(results: ReadonlyArray<T | string>): readonly T[] => results.filter((result): result is T => typeof result !== 'string');
export const byteRates = (values: readonly string[]): readonly Rate[] => known(values.map(value => byteRate(value)));
export const operationRates = (values: readonly string[]): readonly Rate[] => known(values.map(value => operationRate(value)));
export const deviceWeights = (values: readonly string[]): Writable => known(values.map(value => deviceWeight(value)));

export function checkGpus(value: string): string | undefined {
	return value === 'all' || value.includes('=') || /^-?\d+$/v.test(value) ? undefined : `invalid count (${value}): value must be either "all" or an integer: invalid syntax`;
}

/** `--gpus all`, `--gpus 2`. */
export function gpuRequests(values: readonly string[]): Writable {
	return values.length === 0 ? undefined : values.map(value => ({Driver: '', Count: value === 'all' ? -1 : Number(value), DeviceIDs: undefined, Capabilities: [['gpu']], Options: {}}));
}

export type Security = {readonly options: readonly string[]; readonly hasSystemPaths: boolean};

/** `--security-opt`: a seccomp profile is sent with the request; `systempaths=unconfined` becomes two empty lists. */
export function * securityOptions(client: Client, values: readonly string[]): Steps<Security | Refusal> {
	const options: string[] = [];
	let hasSystemPaths = false;
	for (const option of values) {
		const separator = option.includes('=') ? option.indexOf('=') : option.indexOf(':');
		const name = separator === -1 ? option : option.slice(0, separator);
		const value = separator === -1 ? '' : option.slice(separator + 1);
		if (value === '' && name !== 'no-new-privileges') {
			return refusal(`Invalid --security-opt: ${JSON.stringify(option)}`);
		}

		if (option === 'systempaths=unconfined') {
			hasSystemPaths = true;
			continue;
		}

		const profile = name === 'seccomp' && value !== 'builtin' && value !== 'unconfined' ? yield * seccompProfile(client, value) : option;
		if (refused(profile)) {
			return profile;
		}

		options.push(profile);
	}

	return {options, hasSystemPaths};
}

function * seccompProfile(client: Client, path: string): Steps<string | Refusal> {
	const bytes = yield * readWholeFile(client, path);
	if (refused(bytes)) {
		return refusal(`opening seccomp profile (${path}) failed: ${bytes.message}`);
	}

	const parsed = parseJson(decodeText(bytes));
	return 'error' in parsed ? refusal(`compacting json for seccomp profile (${path}) failed: ${parsed.error}`) : `seccomp=${JSON.stringify(parsed.value)}`;
}
