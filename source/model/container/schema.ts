// Images as an engine keeps them: content-addressed, so that equal things are one thing.
//
//     reference ──> Image (id = sha256 of its config's bytes) ──> rootfs.diff_ids ──> chain ids ──> Layer ──> filesystem + tar
//
//     DiffId   sha256 of a layer's uncompressed tar
//     ChainId  identifies a layer on top of given others: chain(d1) = d1, chain(d1..dn) = sha256(chain(d1..dn-1) + " " + dn)
//     Digest   sha256 of any blob: a compressed layer, a manifest, a config
//
// Source: OCI image-spec (config.md, "Layer ChainID"); moby/moby image/ and layer/. Every engine has tables of its own, cut by the
// kernel that its daemon runs on.

import type {Digest} from '../../base/digest.js';
import type {FsId} from '../kernel/file-types.js';
import type {KernelId, KernelSchema} from '../kernel/schema.js';

declare const diffIdBrand: unique symbol;
declare const chainIdBrand: unique symbol;
declare const imageIdBrand: unique symbol;

export type DiffId = Digest & {readonly [diffIdBrand]: 'DiffId'};
export type ChainId = Digest & {readonly [chainIdBrand]: 'ChainId'};
export type ImageId = Digest & {readonly [imageIdBrand]: 'ImageId'};

/** Which engine: the kernel that dockerd runs on. */
export type EngineId = KernelId;

/** Durations in nanoseconds, as in Go's JSON. */
export type Healthcheck = {
	/** `['NONE']`, `['CMD', ...]` or `['CMD-SHELL', line]`. */
	readonly Test?: readonly string[];
	readonly Interval?: number;
	readonly Timeout?: number;
	readonly StartPeriod?: number;
	readonly StartInterval?: number;
	readonly Retries?: number;
};

/** The `config` of an image, by the names of the specification's JSON. Absent and null say the same. */
export type ImageConfig = {
	readonly Hostname?: string;
	readonly Domainname?: string;
	readonly User?: string;
	readonly AttachStdin?: boolean;
	readonly AttachStdout?: boolean;
	readonly AttachStderr?: boolean;
	readonly ExposedPorts?: Readonly<Record<string, object>>;
	readonly Tty?: boolean;
	readonly OpenStdin?: boolean;
	readonly StdinOnce?: boolean;
	readonly Env?: readonly string[];
	readonly Cmd?: readonly string[];
	readonly Healthcheck?: Healthcheck;
	readonly ArgsEscaped?: boolean;
	readonly Image?: string;
	readonly Volumes?: Readonly<Record<string, object>>;
	readonly WorkingDir?: string;
	readonly Entrypoint?: readonly string[];
	readonly OnBuild?: readonly string[];
	readonly Labels?: Readonly<Record<string, string>>;
	readonly StopSignal?: string;
	readonly StopTimeout?: number;
	readonly Shell?: readonly string[];
};

export type History = {
	readonly created?: string;
	readonly created_by?: string;
	readonly author?: string;
	readonly comment?: string;
	readonly empty_layer?: boolean;
};

/** An image's configuration document: what is hashed into the image id. */
export type ImageDocument = {
	readonly architecture: string;
	readonly author?: string;
	readonly config: ImageConfig;
	/** Of images made by `docker commit` and the classic builder: the container they came from. */
	readonly container?: string;
	readonly container_config?: ImageConfig;
	readonly created: string;
	readonly docker_version?: string;
	readonly history: readonly History[];
	readonly os: string;
	readonly rootfs: {readonly type: 'layers'; readonly diff_ids: readonly DiffId[]};
	/** `v8` of arm images, and other fields that foreign documents may carry. */
	readonly variant?: string;
	readonly comment?: string;
};

export type Image = {
	readonly id: ImageId;
	/** The exact bytes whose digest is the id. */
	readonly configBytes: Uint8Array;
	readonly document: ImageDocument;
	/** The image before the last instruction, where the classic builder or `docker commit` made it on this engine. */
	readonly parent: ImageId | undefined;
	/** Sum of the layers' sizes. */
	readonly sizeBytes: number;
};

/** A name of an image on this engine. Its id in the table is `name:tag` or `name@digest` in full (`docker.io/library/nginx:latest`). */
export type ImageName = {
	readonly reference: string;
	readonly image: ImageId;
	/** When it was last given, in Unix microseconds: `Metadata.LastTagTime`. */
	readonly taggedUs: number;
};

/** A layer in the form in which registries hold it. */
export type BlobSource = {
	/** `docker.io/library/nginx`: the repository that is known to have it, so that a push need not send it. */
	readonly repository: string;
	readonly digest: Digest;
	readonly mediaType: string;
	readonly sizeBytes: number;
	/** See `Blob`. */
	readonly transferSizeBytes: number;
};

export type Layer = {
	readonly chain: ChainId;
	readonly parent: ChainId | undefined;
	readonly diff: DiffId;
	/** The filesystem whose root directory is the layer's `diff` directory: overlay's whiteouts and opaque marks inside. */
	readonly fs: FsId;
	/** The uncompressed archive. Its digest is `diff`. */
	readonly tar: Uint8Array;
	/** Sum of the logical sizes of its files; a file with several hard links counts once. */
	readonly sizeBytes: number;
	/** Name of its directory under /var/lib/docker/overlay2. */
	readonly cacheId: string;
	readonly sources: readonly BlobSource[];
};

/** Something a registry serves by digest. */
export type Blob = {
	readonly digest: Digest;
	readonly mediaType: string;
	readonly bytes: Uint8Array;
	/**
	 * Bytes that a download of the real blob moves.
	 * Simplified: our layers hold the big files as holes, so their archives are small; progress and time count this size instead.
	 */
	readonly transferSizeBytes: number;
};

/** A result that the builder may use again. Classic builds find theirs in the images; BuildKit keeps records of its own. */
export type BuildCacheRecord = {
	readonly key: string;
	/** As `docker builder du` shows it: 25 characters. */
	readonly id: string;
	readonly kind: 'regular' | 'source.local' | 'exec.cachemount';
	readonly description: string;
	/** The layer it made, or undefined if it made none. */
	readonly diff: DiffId | undefined;
	readonly parent: ChainId | undefined;
	readonly chain: ChainId | undefined;
	readonly sizeBytes: number;
	readonly createdUs: number;
	readonly usedUs: number;
	readonly usageCount: number;
};

export type ImageSchema = KernelSchema & {
	[images: `image:${EngineId}`]: Image;
	[names: `image-name:${EngineId}`]: ImageName;
	[layers: `layer:${EngineId}`]: Layer;
	[cache: `build-cache:${EngineId}`]: BuildCacheRecord;
};

export type ImageEvent =
	| {readonly kind: 'layer-add'; readonly engine: EngineId; readonly chain: ChainId; readonly sizeBytes: number}
	| {readonly kind: 'layer-share'; readonly engine: EngineId; readonly chain: ChainId}
	| {readonly kind: 'layer-remove'; readonly engine: EngineId; readonly chain: ChainId}
	| {readonly kind: 'image-add'; readonly engine: EngineId; readonly image: ImageId}
	| {readonly kind: 'image-remove'; readonly engine: EngineId; readonly image: ImageId}
	| {readonly kind: 'build-step'; readonly engine: EngineId; readonly step: string; readonly isCached: boolean};
