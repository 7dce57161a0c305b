// What the builder needs of the engine: to pull a base image and to run a command in a container. Files, layers and images it
// reads and writes itself, in the same tables.

import type {JsonObject} from '../../../base/json.js';
import type {Writes} from '../../../base/transaction.js';
import type {FsId} from '../../kernel/file-types.js';
import type {Work} from '../registry.js';
import type {EngineId, Image, ImageConfig, ImageEvent, ImageId, ImageSchema} from '../schema.js';
import type {KernelEvent} from '../../kernel/schema.js';

/** A mount that only this RUN sees. */
export type BuildMount =
	/** An empty directory, thrown away afterwards; with `fs`, a filesystem kept between builds. */
	| {readonly kind: 'volume'; readonly target: string; readonly fs: FsId | undefined}
	| {readonly kind: 'tmpfs'; readonly target: string; readonly sizeBytes: number | undefined}
	/** A stack of layers, uppermost first, and a path in it. */
	| {readonly kind: 'bind'; readonly target: string; readonly lower: readonly FsId[]; readonly source: string; readonly isWritable: boolean};

export type RunRequest = {
	/** 64 hexadecimal digits; its first 12 are the host name. */
	readonly container: string;
	/** The filesystems of the image's layers, uppermost first. */
	readonly lower: readonly FsId[];
	/** Empty at first; takes what the command writes, and becomes the new layer. */
	readonly upper: FsId;
	readonly argv: readonly string[];
	readonly env: readonly string[];
	readonly workingDir: string;
	/** `name`, `uid`, `name:group`, `uid:gid`; empty for root. */
	readonly user: string;
	readonly mounts: readonly BuildMount[];
	readonly network: 'default' | 'none' | 'host';
	/** Further settings of the container, by the names of the Engine API: limits, names of hosts. */
	readonly hostConfig: JsonObject;
	readonly output: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
};

export type RunOutcome =
	| {readonly kind: 'exited'; readonly status: number}
	/** The container could not be started: `unable to find user x: no matching entries in passwd file`, ... */
	| {readonly kind: 'refused'; readonly message: string};

/** What is behind a URL, or why nobody knows. */
export type Fetched =
	| {readonly error: string}
	| {readonly status: number; readonly reason: string; readonly bytes: Uint8Array; readonly modifiedUs: number | undefined};

/** A container of the classic builder that stays when its step is over. */
export type KeptContainer = {
	readonly container: string;
	readonly image: ImageId;
	readonly config: ImageConfig;
	readonly hostConfig: JsonObject;
	/** What its command wrote and how it ended; undefined for a step without a command, which is never started. */
	readonly ended: {readonly upper: FsId; readonly status: number} | undefined;
};

export type BuildHost = {
	readonly engine: EngineId;
	readonly tx: Writes<ImageSchema, KernelEvent | ImageEvent>;
	/** Fetches an image that is not here, or fetches it again (`--pull`); `reference` in full. A text says why not. */
	pull(reference: string): Work<Image | {readonly kind: 'pull-error'; readonly status: number; readonly message: string}>;
	run(request: RunRequest): Work<RunOutcome>;
	/** Gets a URL over the network of the engine's host. */
	fetch(url: string): Work<Fetched>;
	/** Lists a container among the others, as `docker ps -a` does. */
	keep(container: KeptContainer): void;
};

/** What happens during a build, in order. Clients render it: BuildKit's plain progress, or the classic stream. */
export type BuildEvent =
	/** A unit of work begins. Numbered by the client in the order of first appearance. */
	| {readonly kind: 'started'; readonly vertex: string; readonly name: string; readonly atNs: number}
	| {readonly kind: 'cached'; readonly vertex: string}
	/** `transferring context`, `exporting layers`, `writing image sha256:...`: a line below the vertex. */
	| {readonly kind: 'status'; readonly vertex: string; readonly text: string; readonly startNs: number; readonly atNs: number; readonly isDone: boolean}
	| {readonly kind: 'log'; readonly vertex: string; readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array; readonly atNs: number}
	| {readonly kind: 'warning'; readonly vertex: string; readonly rule: string; readonly message: string; readonly line: number}
	| {readonly kind: 'done'; readonly vertex: string; readonly atNs: number}
	| {readonly kind: 'failed'; readonly vertex: string; readonly message: string; readonly atNs: number}
	/** Classic builder: a text of the `stream` field. */
	| {readonly kind: 'stream'; readonly text: string};
