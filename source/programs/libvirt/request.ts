// What a client can ask a driver for, and the documents that drivers answer with.
//
// Simplified: libvirt's remote protocol is XDR over the socket, with a number for each of some four hundred calls. Here a request and its
// answer are a line of JSON each, and one document tells all about a domain.

import {isJsonObject, type Json} from '../../base/json.js';
import type {CpuTune, DomainConfig} from '../../model/hypervisor/domain-schema.js';
import type {Impact} from '../../model/hypervisor/tuning.js';

type Named = {readonly name: string};

export type LibvirtRequest =
	| {readonly call: 'node'}
	| {readonly call: 'domains'}
	| {readonly call: 'capabilities'}
	| Named & {readonly call: 'domain' | 'destroy' | 'shutdown' | 'reboot' | 'suspend' | 'resume' | 'undefine'}
	| Named & {readonly call: 'start'; readonly paused: boolean}
	| {readonly call: 'define'; readonly xml: string}
	| {readonly call: 'create'; readonly xml: string; readonly paused: boolean}
	| Named & {readonly call: 'xml'; readonly inactive: boolean}
	| Named & {readonly call: 'autostart'; readonly on: boolean}
	| Named & {readonly call: 'set-vcpus'; readonly count: number; readonly maximum: boolean; readonly impact: Impact}
	| Named & {readonly call: 'set-memory'; readonly kib: number; readonly maximum: boolean; readonly impact: Impact}
	| Named & {readonly call: 'pin-vcpu'; readonly vcpu: number; readonly cpus: readonly number[]; readonly impact: Impact}
	| Named & {readonly call: 'set-tune'; readonly tune: Partial<CpuTune>; readonly impact: Impact}
	| Named & {readonly call: 'agent'; readonly command: string};

export type VcpuDocument = {
	readonly thread: number;
	readonly runNs: number;
	readonly waitNs: number;
	/** Millionths of a thread, now. */
	readonly runPpm: number;
	readonly waitPpm: number;
	readonly speedPpm: number;
};

export type DomainDocument = {
	readonly name: string;
	readonly uuid: string;
	readonly state: 'running' | 'paused' | 'shut off';
	readonly reason: string;
	readonly id: number | null;
	readonly osType: string;
	readonly persistent: boolean;
	readonly autostart: boolean;
	/** null for transient domains. */
	readonly config: DomainConfig | null;
	readonly live: DomainConfig | null;
	readonly vcpus: readonly VcpuDocument[];
	readonly cpuTimeNs: number;
};

export type NodeDocument = {
	readonly hostname: string;
	readonly model: string;
	readonly arch: string;
	readonly memoryKib: number;
	readonly cpus: number;
	readonly mhz: number;
	readonly cells: number;
	readonly sockets: number;
	readonly cores: number;
	readonly threads: number;
	/** Processors that can be pinned to. */
	readonly mapCpus: number;
	readonly freeKib: readonly number[];
	readonly maxVcpus: number;
	/** `QEMU 7.2.19`. */
	readonly hypervisor: string;
	readonly api: string;
	readonly uri: string;
	readonly schedulerType: string;
	/** Of the security driver; empty for none. */
	readonly securityModel: string;
	readonly securityLabel: string;
};

export type Answer = {readonly value: Json} | {readonly refusal: string};

type Shape = Readonly<Record<string, 'string' | 'number' | 'boolean' | 'object' | 'numbers'>>;

const named: Shape = {name: 'string'};

/** What each call must carry: anybody in the group libvirt can write to the socket. */
const shapes: Readonly<Record<LibvirtRequest['call'], Shape>> = {
	node: {}, domains: {}, capabilities: {}, domain: named, destroy: named, shutdown: named, reboot: named, suspend: named, resume: named, undefine: named,
	start: {...named, paused: 'boolean'}, define: {xml: 'string'}, create: {xml: 'string', paused: 'boolean'}, xml: {...named, inactive: 'boolean'}, autostart: {...named, on: 'boolean'},
	'set-vcpus': {...named, count: 'number', maximum: 'boolean', impact: 'object'}, 'set-memory': {...named, kib: 'number', maximum: 'boolean', impact: 'object'},
	'pin-vcpu': {...named, vcpu: 'number', cpus: 'numbers', impact: 'object'}, 'set-tune': {...named, tune: 'object', impact: 'object'}, agent: {...named, command: 'string'},
};

/** A request as it came over the socket, or undefined if it is none. */
export function readRequest(value: Json): LibvirtRequest | undefined {
	if (!isJsonObject(value) || typeof value['call'] !== 'string' || !Object.hasOwn(shapes, value['call'])) {
		return undefined;
	}

	const shape = shapes[value['call'] as LibvirtRequest['call']];
	return Object.entries(shape).every(([field, kind]) => isOfKind(value[field], kind)) ? value as unknown as LibvirtRequest : undefined;
}

function isOfKind(value: Json | undefined, kind: Shape[string]): boolean {
	if (kind === 'numbers') {
		return Array.isArray(value) && (value as readonly Json[]).every(item => isCount(item));
	}

	if (kind === 'number') {
		return isCount(value);
	}

	// The objects are flat: switches and numbers.
	return kind === 'object' ? isJsonObject(value) && Object.values(value).every(item => typeof item === 'boolean' || Number.isSafeInteger(item)) : typeof value === kind;
}

function isCount(value: Json | undefined): boolean {
	return Number.isSafeInteger(value) && (value as number) >= 0;
}
