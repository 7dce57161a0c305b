// `docker search`: what Docker Hub says of the repositories that the built-in one has. Source: hub.docker.com of November 2024.
//
// Simplified: names and descriptions are looked through, and the results are ordered by stars, where Docker Hub has a ranking of its own.

import {engineError, type EngineError} from '../engine.js';

export type SearchRow = {readonly star_count: number; readonly is_official: boolean; readonly name: string; readonly is_automated: false; readonly description: string};

const official: ReadonlyArray<readonly [name: string, stars: number, description: string]> = [
	['nginx', 20_300, 'Official build of Nginx.'],
	['ubuntu', 17_300, 'Ubuntu is a Debian-based Linux operating system based on free software.'],
	['mysql', 15_500, 'MySQL is a widely used, open-source relational database management system (RDBMS).'],
	['node', 13_600, 'Node.js is a JavaScript-based platform for server-side and networking applications.'],
	['redis', 13_000, 'Redis is the world’s fastest data platform for caching, vector search, and NoSQL databases.'],
	['alpine', 11_000, 'A minimal Docker image based on Alpine Linux with a complete package index and only 5 MB in size!'],
	['python', 9900, 'Python is an interpreted, interactive, object-oriented, open-source programming language.'],
	['centos', 7750, 'DEPRECATED; The official build of CentOS.'],
	['debian', 5100, 'Debian is a Linux distribution that\'s composed entirely of free and open-source software.'],
	['httpd', 4800, 'The Apache HTTP Server Project'],
	['registry', 4000, 'Distribution implementation for storing and distributing of container images and artifacts'],
	['busybox', 3370, 'Busybox base image.'],
	['hello-world', 2330, 'Hello World! (an example of minimal Dockerization)'],
];

/** The repositories whose name or description has the term. */
export function searchHub(term: string): readonly SearchRow[] {
	const wanted = term.toLowerCase().replace(/^library\//v, '');
	return official.filter(([name, , description]) => name.includes(wanted) || description.toLowerCase().includes(wanted))
		.map(([name, stars, description]) => ({star_count: stars, is_official: true, name, is_automated: false, description}));
}

export type SearchFilters = {readonly isOfficial: boolean | undefined; readonly isAutomated: boolean | undefined; readonly stars: number};

export function parseSearchFilters(filters: ReadonlyMap<string, readonly string[]>): SearchFilters | EngineError {
	const booleans = new Map<string, boolean>();
	for (const name of ['is-official', 'is-automated']) {
		const value = filters.get(name)?.[0];
		if (value !== undefined && !['true', 'false', '1', '0'].includes(value)) {
			return engineError(400, `invalid filter '${name}=[${value}]'`);
		}

		if (value !== undefined) {
			booleans.set(name, value === 'true' || value === '1');
		}
	}

	const stars = filters.get('stars')?.[0] ?? '0';
	return /^\d+$/v.test(stars) ? {isOfficial: booleans.get('is-official'), isAutomated: booleans.get('is-automated'), stars: Number(stars)} : engineError(400, `invalid filter 'stars=[${stars}]'`);
}

export function matchesSearch({is_official: isOfficial, star_count: stars}: SearchRow, wanted: SearchFilters): boolean {
	return (wanted.isOfficial === undefined || wanted.isOfficial === isOfficial) && wanted.isAutomated !== true && stars >= wanted.stars;
}
