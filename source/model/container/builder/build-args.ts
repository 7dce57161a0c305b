// Build arguments and what they mean where: `ARG` before the first FROM is for FROM lines only; in a stage it makes `--build-arg`
// (or its default) visible to what follows, unless ENV has the name. Source: docs "Dockerfile reference", ARG; moby/moby
// builder/dockerfile/buildargs.go.

/** Usable without being declared, and left out of the history. */
const predefined = new Set(['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'FTP_PROXY', 'ftp_proxy', 'NO_PROXY', 'no_proxy', 'ALL_PROXY', 'all_proxy']);

/** What RUN's PATH is in an image that sets none. */
export const defaultPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Arguments that BuildKit sets itself. */
export const buildPlatform: ReadonlyMap<string, string> = new Map([
	['TARGETPLATFORM', 'linux/amd64'], ['TARGETOS', 'linux'], ['TARGETARCH', 'amd64'], ['TARGETVARIANT', ''],
	['BUILDPLATFORM', 'linux/amd64'], ['BUILDOS', 'linux'], ['BUILDARCH', 'amd64'], ['BUILDVARIANT', ''],
]);

export class BuildArgs {
	readonly #given: ReadonlyMap<string, string>;
	readonly #used = new Set<string>();
	readonly #meta = new Map<string, string | undefined>();
	readonly #platform: ReadonlyMap<string, string>;
	#declared = new Map<string, string | undefined>();

	constructor(given: ReadonlyMap<string, string>, platform: ReadonlyMap<string, string>) {
		this.#given = given;
		this.#platform = platform;
	}

	/** An ARG before the first FROM. */
	declareMeta(name: string, value: string | undefined): void {
		this.#meta.set(name, value);
		this.#use(name);
	}

	declare(name: string, value: string | undefined): void {
		this.#declared.set(name, value);
		this.#use(name);
	}

	startStage(): void {
		this.#declared = new Map();
	}

	/** What a stage has declared, for a stage that is built on it. */
	get declared(): ReadonlyMap<string, string | undefined> {
		return this.#declared;
	}

	/** The value that an ARG of the stage has: given, its default, or that of the meta argument of the name. */
	value(name: string): string | undefined {
		const meta = this.#meta.has(name) ? this.#given.get(name) ?? this.#meta.get(name) : undefined;
		return this.#given.get(name) ?? this.#declared.get(name) ?? meta ?? this.#platform.get(name);
	}

	/** What FROM lines see. */
	metaEnvironment(): ReadonlyMap<string, string> {
		const environment = new Map(this.#platform);
		for (const [name, value] of this.#meta) {
			const effective = this.#given.get(name) ?? value;
			if (effective !== undefined) {
				environment.set(name, effective);
			}
		}

		return environment;
	}

	/** Declared arguments with a value, by name; those of the same name as a variable of `environment` are hidden by it. */
	visible(environment: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
		return [...this.#declared.keys()].sort().flatMap(name => {
			const value = this.value(name);
			return value === undefined || environment.has(name) ? [] : [[name, value] as const];
		});
	}

	/** Given proxy settings, which every RUN sees. */
	proxies(): readonly (readonly [string, string])[] {
		return [...this.#given].filter(([name]) => predefined.has(name) && !this.#declared.has(name));
	}

	/** Names given with --build-arg that no ARG declared. */
	unused(): readonly string[] {
		return [...this.#given.keys()].filter(name => !this.#used.has(name) && !predefined.has(name)).sort();
	}

	#use(name: string): void {
		this.#used.add(name);
	}
}

/** `NAME=value` lines as a map; the last of a name counts. */
export function environmentOf(lines: readonly string[] | undefined): ReadonlyMap<string, string> {
	return new Map((lines ?? []).map(line => {
		const equals = line.indexOf('=');
		return equals === -1 ? [line, ''] as const : [line.slice(0, equals), line.slice(equals + 1)] as const;
	}));
}
