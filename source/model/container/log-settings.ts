// Log drivers and their options. Source: moby/moby daemon/logger/factory.go, jsonfilelog/jsonfilelog.go, local/config.go,
// loginfo.go (ExtraAttributes).
//
// Simplified: `json-file`, `local` and `none`; drivers that send logs elsewhere (syslog, journald, gelf, ...) and the options `tag`,
// `labels-regex`, `env-regex` and `compress=true` of json-file are refused. Rotated files of `local` are not compressed.

import type {ContainerConfig, HostConfig} from './container-schema.js';
import {engineError, type EngineError} from './engine.js';

type LogConfig = HostConfig['LogConfig'];

const otherDrivers = ['awslogs', 'etwlogs', 'fluentd', 'gcplogs', 'gelf', 'journald', 'splunk', 'syslog'];
const fileOptions = ['max-file', 'max-size', 'compress', 'labels', 'labels-regex', 'env', 'env-regex', 'tag'];
const localOptions = ['max-file', 'max-size', 'compress', 'max-buffer-size', 'mode'];

/** What the daemon says of a driver and its options while it makes the container. */
export function checkLogConfig({Type, Config}: LogConfig): EngineError | undefined {
	if (otherDrivers.includes(Type)) {
		return engineError(501, `virtlab does not model the log driver ${Type}`);
	}

	if (!['json-file', 'local', 'none'].includes(Type)) {
		return engineError(400, `logger: no log driver named '${Type}' is registered`);
	}

	const known: readonly string[] = Type === 'json-file' ? [...fileOptions, 'mode', 'max-buffer-size'] : (Type === 'local' ? localOptions : []);
	const unknown = Object.keys(Config).find(option => !known.includes(option));
	if (unknown !== undefined) {
		return engineError(400, Type === 'local' ? `unknown log opt '${unknown}' for log driver local` : `unknown log opt '${unknown}' for ${Type} log driver`);
	}

	const mode = Config['mode'] ?? '';
	if (!['', 'blocking', 'non-blocking'].includes(mode)) {
		return engineError(400, `logger: invalid log mode ${JSON.stringify(mode)}: log mode must be one of [blocking, non-blocking]`);
	}

	const isCompressed = Type === 'json-file' && ['1', 't', 'true', 'T', 'TRUE', 'True'].includes(Config['compress'] ?? '');
	const missing = mode === 'non-blocking' ? 'mode' : (isCompressed ? 'compress' : ['labels-regex', 'env-regex', 'tag'].find(option => Config[option] !== undefined));
	return missing === undefined ? undefined : engineError(501, `virtlab does not model the log option ${missing}=${Config[missing]}`);
}

export type LogSettings = {
	readonly driver: 'json-file' | 'local';
	/** A file that has reached this size is put aside; undefined for never. */
	readonly maxBytes: number | undefined;
	readonly maxFiles: number;
	/** What is written with every entry. */
	readonly attributes: Readonly<Record<string, string>>;
};

const localDefaults = {maxBytes: 20_000_000, maxFiles: 5} as const;

/** How a container's output is logged; undefined for the driver `none`. The daemon reads sizes when the container starts. */
export function logSettings({Type, Config}: LogConfig, config: Pick<ContainerConfig, 'Labels' | 'Env'>): LogSettings | undefined | EngineError {
	if (Type !== 'json-file' && Type !== 'local') {
		return undefined;
	}

	const refuse = (problem: string) => engineError(500, `failed to create task for container: failed to initialize logging driver: ${problem}`);
	const size = Config['max-size'];
	const files = Config['max-file'];
	const maxBytes = size === undefined ? (Type === 'local' ? localDefaults.maxBytes : undefined) : bytesOf(size);
	if (size !== undefined && maxBytes === undefined) {
		return refuse(`invalid size: '${size}'`);
	}

	if (maxBytes !== undefined && maxBytes <= 0) {
		return refuse(Type === 'local' ? 'max size should be a positive number' : `max-size must be a positive number`);
	}

	if (files !== undefined && !/^[+\-]?\d{1,9}$/v.test(files)) {
		return refuse(`strconv.Atoi: parsing ${JSON.stringify(files)}: invalid syntax`);
	}

	if (files !== undefined && Number(files) < 1) {
		return refuse(Type === 'local' ? 'max file count cannot be less than 1' : 'max-file cannot be less than 1');
	}

	return {driver: Type, maxBytes, maxFiles: files === undefined ? (Type === 'local' ? localDefaults.maxFiles : 1) : Number(files), attributes: attributesOf(Config, config)};
}

const decimal: Readonly<Record<string, number>> = {'': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12, p: 1e15};

/** units.FromHumanSize: powers of 1000. */
function bytesOf(text: string): number | undefined {
	const match = /^(?<number>-?\d{1,12}(?:\.\d{1,9})?) ?(?<unit>[kKmMgGtTpP]?)[iI]?[bB]?$/v.exec(text)?.groups;
	return match === undefined ? undefined : Math.floor(Number(match['number']) * decimal[match['unit']!.toLowerCase()]!);
}

/** The labels and variables that `labels` and `env` name, as far as the container has them. */
function attributesOf(options: LogConfig['Config'], {Labels, Env}: Pick<ContainerConfig, 'Labels' | 'Env'>): Readonly<Record<string, string>> {
	const labels = (options['labels'] ?? '').split(',').flatMap(name => Labels[name] === undefined ? [] : [[name, Labels[name]] as const]);
	const names = new Set((options['env'] ?? '').split(','));
	const variables = Env.map(word => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] as const).filter(([name]) => names.has(name));
	return Object.fromEntries([...labels, ...variables]);
}
