// Which registry a reference is fetched from, as whom, and whether without TLS. Source: moby/moby registry/config.go, registry/auth.go.

import {bytesOfBase64} from '../base/base64.js';
import {decodeText} from '../base/bytes.js';
import {type Header, headerOf} from '../base/http.js';
import {isJsonObject, type Json, parseJson} from '../base/json.js';
import {engineInfo, type EngineReader} from '../model/container/engine.js';
import type {EngineHost} from '../model/container/engine-host.js';
import {dockerHub, microsoftRegistry} from '../model/container/hub/docker-hub.js';
import type {Reference} from '../model/container/reference.js';
import type {Registry} from '../model/container/registry.js';
import {contains, parseCidr, parseIpv4} from '../model/network/address.js';
import {type Credentials, HttpRegistry} from './http-registry.js';

/** The built-in ones for their names, for others whoever answers under the name. */
export function registryFor(host: EngineHost, {domain}: Pick<Reference, 'domain'>, credentials?: Credentials): Registry {
	switch (domain) {
		case 'docker.io': {
			return dockerHub;
		}

		case 'mcr.microsoft.com': {
			return microsoftRegistry;
		}

		default: {
			return httpRegistry(host, domain, credentials);
		}
	}
}

export function httpRegistry(host: EngineHost, domain: string, credentials: Credentials | undefined): HttpRegistry {
	return new HttpRegistry(host, domain, {credentials, isInsecure: isInsecure(host, domain)});
}

/** Named in `insecure-registries`, or with an address in one of its networks. */
function isInsecure(engine: EngineReader, domain: string): boolean {
	const [name = ''] = domain.split(':');
	const address = parseIpv4(name);
	return engineInfo(engine).insecureRegistries.some(entry => {
		const network = parseCidr(entry);
		return entry === domain || entry === name || (network !== undefined && address !== undefined && contains(network, address));
	});
}

/** The name and password that a client sends along: JSON in base64 for URLs. */
export function credentialsOf(headers: readonly Header[]): Credentials | undefined {
	const text = headerOf(headers, 'X-Registry-Auth') ?? '';
	const padded = text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/v, '');
	const bytes = bytesOfBase64(padded.padEnd(Math.ceil(padded.length / 4) * 4, '='));
	const parsed = bytes === undefined ? {error: ''} : parseJson(decodeText(bytes));
	return 'error' in parsed ? undefined : credentialsIn(parsed.value);
}

export function credentialsIn(value: Json): Credentials | undefined {
	const {username, password} = isJsonObject(value) ? value : {};
	return typeof username === 'string' && username !== '' && typeof password === 'string' ? {username, password} : undefined;
}
