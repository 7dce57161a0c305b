// What a registry is told: its configuration file, and variables of its environment, which go before it. REGISTRY_STORAGE_DELETE_ENABLED
// is `enabled` below `delete` below `storage`. Source: distribution docs/configuration.md, configuration/parser.go.

import {parse} from 'yaml';

export type RegistryConfig = {
	readonly port: number;
	/** Where it keeps everything. */
	readonly root: string;
	readonly isDeleteEnabled: boolean;
	readonly htpasswd: {readonly realm: string; readonly path: string} | undefined;
};

type Section = {[name: string]: unknown};

function isSection(value: unknown): value is Section {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Settings that would change what clients see, and that have nothing behind them. */
const unmodelled = ['http.tls', 'http.host', 'http.prefix', 'http.http2', 'proxy', 'notifications', 'validation', 'compatibility', 'middleware', 'auth.token', 'auth.silly', 'storage.s3', 'storage.gcs', 'storage.azure', 'storage.swift', 'storage.oss', 'storage.inmemory', 'storage.redirect'];

export function registryConfig(text: string, env: ReadonlyMap<string, string>): RegistryConfig | {readonly error: string} {
	let parsed: unknown;
	try {
		parsed = parse(text);
	} catch (error) {
		return {error: error instanceof Error ? error.message.split('\n', 1)[0]! : 'invalid YAML'};
	}

	const config: Section = isSection(parsed) ? parsed : {};
	const version = config['version'];
	if (version !== undefined && String(version) !== '0.1') {
		return {error: `unsupported version: ${JSON.stringify(String(version))}`};
	}

	for (const [name, value] of [...env].filter(([key]) => key.startsWith('REGISTRY_')).sort(([a], [b]) => a < b ? -1 : 1)) {
		override(config, name.slice('REGISTRY_'.length).toLowerCase().split('_'), value);
	}

	const missing = unmodelled.find(path => isMeant(settingAt(config, path)));
	return missing === undefined ? read(config) : {error: `virtlab does not model the setting ${missing} of a registry`};
}

function isMeant(value: unknown): boolean {
	return isSection(value) ? Object.values(value).some(isMeant) : value !== undefined && value !== null && value !== '' && value !== false && value !== 'false';
}

/** A section's name as a value (`REGISTRY_AUTH=htpasswd`) chooses that section. */
function override(config: Section, path: readonly string[], value: string): void {
	const [name = '', ...rest] = path;
	const before = config[name];
	if (rest.length > 0) {
		const inner = isSection(before) ? before : {};
		config[name] = inner;
		override(inner, rest, value);
		return;
	}

	config[name] = ['auth', 'storage'].includes(name) ? {...isSection(before) ? before : {}, [value]: {}} : value;
}

function settingAt(config: unknown, path: string): unknown {
	return path.split('.').reduce<unknown>((section, name) => isSection(section) ? section[name] : undefined, config);
}

function read(config: Section): RegistryConfig | {readonly error: string} {
	const text = (path: string) => {
		const value = settingAt(config, path);
		return value === undefined || value === null ? undefined : String(value);
	};
	const address = text('http.addr') ?? ':5000';
	const port = Number(/:(?<port>\d+)$/v.exec(address)?.groups?.['port']);
	if (!(port > 0 && port < 65_536)) {
		return {error: `listen tcp: address ${address}: missing port in address`};
	}

	const hasPasswords = settingAt(config, 'auth.htpasswd') !== undefined;
	const realm = text('auth.htpasswd.realm');
	const path = text('auth.htpasswd.path');
	if (hasPasswords && (realm === undefined || path === undefined)) {
		return {error: `unable to configure authorization (htpasswd): "${realm === undefined ? 'realm' : 'path'}" must be set for htpasswd access controller`};
	}

	return {
		port, root: text('storage.filesystem.rootdirectory') ?? '/var/lib/registry', isDeleteEnabled: text('storage.delete.enabled') === 'true',
		htpasswd: hasPasswords ? {realm: realm!, path: path!} : undefined,
	};
}
