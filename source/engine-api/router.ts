// Which handler answers a method and a path. `:name` stands for one segment, `:name*` for one or more (image names have slashes).

export type Route<H> = {readonly method: string; readonly pattern: string; readonly handler: H};
export type Match<H> = {readonly handler: H; readonly params: ReadonlyMap<string, string>};

export class Router<H> {
	readonly #routes: ReadonlyArray<{readonly method: string; readonly pattern: readonly string[]; readonly handler: H}>;

	constructor(routes: ReadonlyArray<Route<H>>) {
		this.#routes = routes.map(({method, pattern, handler}) => ({method, pattern: segments(pattern), handler}));
	}

	/** The first route that matches. */
	match(method: string, path: string): Match<H> | undefined {
		const parts = segments(path);
		for (const route of this.#routes) {
			const params = new Map<string, string>();
			if (route.method === method && matches(route.pattern, parts, params)) {
				return {handler: route.handler, params};
			}
		}

		return undefined;
	}

	/** Whether the path is answered under another method. */
	knowsPath(path: string): boolean {
		const parts = segments(path);
		return this.#routes.some(({pattern}) => matches(pattern, parts, new Map()));
	}
}

function segments(path: string): readonly string[] {
	return path.split('/').slice(1);
}

function matches(pattern: readonly string[], parts: readonly string[], params: Map<string, string>): boolean {
	const star = pattern.findIndex(segment => segment.endsWith('*'));
	if (star === -1) {
		return pattern.length === parts.length && pattern.every((segment, index) => matchesSegment(segment, parts[index]!, params));
	}

	const after = pattern.length - star - 1;
	const taken = parts.slice(star, parts.length - after);
	if (taken.length === 0 || taken.includes('')) {
		return false;
	}

	params.set(pattern[star]!.slice(1, -1), taken.join('/'));
	return pattern.slice(0, star).every((segment, index) => matchesSegment(segment, parts[index]!, params))
		&& pattern.slice(star + 1).every((segment, index) => matchesSegment(segment, parts[parts.length - after + index]!, params));
}

function matchesSegment(segment: string, part: string | undefined, params: Map<string, string>): boolean {
	if (part === undefined || (part === '' && segment !== '')) {
		return false;
	}

	if (segment.startsWith(':')) {
		params.set(segment.slice(1), part);
		return true;
	}

	return segment === part;
}
