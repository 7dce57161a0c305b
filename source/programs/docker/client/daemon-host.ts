// Which daemon the client talks to: `-H`, then DOCKER_HOST, then the default socket. Source: docker/cli opts/hosts.go.

import {refusal, type Refusal} from '../command/refusal.js';
import type {DaemonHost} from './client.js';

const defaultUrl = 'unix:///var/run/docker.sock';

export function daemonHost(given: string | undefined): DaemonHost | Refusal {
	const url = given === undefined || given === '' ? defaultUrl : given;
	const invalid = refusal(`unable to parse docker host \`${url}\``);
	if (url.startsWith('unix://')) {
		const path = url.slice('unix://'.length);
		return path === '' ? {url: defaultUrl, address: {family: 'unix', path: '/var/run/docker.sock'}} : {url, address: {family: 'unix', path}};
	}

	if (url.startsWith('tcp://')) {
		const match = /^tcp:\/\/([^\/:]*)(?::(\d{1,5}))?\/?$/v.exec(url);
		if (match === null) {
			return invalid;
		}

		return {url, address: {family: 'inet', address: match[1] === '' || match[1] === 'localhost' ? '127.0.0.1' : match[1]!, port: Number(match[2] ?? '2375')}};
	}

	return /^(?:ssh|npipe|fd|http|https):\/\//v.test(url) ? refusal(`virtlab: docker host ${url}: only unix:// and tcp:// are modelled`) : invalid;
}
