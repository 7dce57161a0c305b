// The device files of a container: those of `--device`, and with --privileged all that the host has.
// Source: moby/moby oci/devices_linux.go DevicesFromPath; opencontainers/cgroups devices (GetDevices).
//
// Simplified: the program that decides which devices a group may open (BPF_PROG_TYPE_CGROUP_DEVICE) is not modelled: who may make a device
// file may use it, and the permissions `rwm` and --device-cgroup-rule are kept and shown only.

import {failed} from '../kernel/errno.js';
import type {Attributes} from '../kernel/file-types.js';
import type {BlockIo, HostConfig} from './container-schema.js';
import {engineError, type EngineError, isEngineError} from './engine.js';
import type {EngineHost} from './engine-host.js';
import {blockRateKeys} from './host-resources.js';

export type DeviceFile = {readonly path: string; readonly type: 'char' | 'block'; readonly mode: number; readonly uid: number; readonly gid: number; readonly major: number; readonly minor: number};

const notDevices = new Set(['pts', 'shm', 'fd', 'mqueue', '.lxc', '.lxd-mounts', '.udev', 'console']);

function deviceFile(path: string, {type, mode, uid, gid, rdev}: Attributes): DeviceFile | undefined {
	return type === 'char' || type === 'block' ? {path, type, mode, uid, gid, ...rdev} : undefined;
}

/** The files that the container gets beside the default ones. */
export function containerDevices(host: EngineHost, {Devices, Privileged}: HostConfig): readonly DeviceFile[] | EngineError {
	if (Privileged) {
		return devicesBelow(host, '/dev', '/dev');
	}

	const files: DeviceFile[] = [];
	for (const {PathOnHost, PathInContainer} of Devices) {
		const found = devicesAt(host, PathOnHost, PathInContainer === '' ? PathOnHost : PathInContainer);
		if (isEngineError(found)) {
			return found;
		}

		files.push(...found);
	}

	return files;
}

function devicesAt(host: EngineHost, source: string, target: string): readonly DeviceFile[] | EngineError {
	const attributes = host.process.sys.stat(source);
	const refuse = (reason: string) => engineError(500, `error gathering device information while adding custom device "${source}": ${reason}`);
	if (failed(attributes)) {
		return refuse('no such file or directory');
	}

	if (attributes.type === 'directory') {
		return devicesBelow(host, source, target);
	}

	const file = deviceFile(target, attributes);
	return file === undefined ? refuse('not a device node') : [file];
}

function devicesBelow({process: {sys}}: EngineHost, source: string, target: string): readonly DeviceFile[] {
	const entries = sys.readdir(source);
	const files: DeviceFile[] = [];
	for (const {name} of failed(entries) ? [] : entries) {
		const attributes = notDevices.has(name) ? undefined : sys.lstat(`${source}/${name}`);
		const file = attributes === undefined || failed(attributes) ? undefined : deviceFile(`${target}/${name}`, attributes);
		if (file !== undefined) {
			files.push(file);
		}
	}

	return files;
}

const rateWords = {BlkioDeviceReadBps: 'rbps', BlkioDeviceWriteBps: 'wbps', BlkioDeviceReadIOps: 'riops', BlkioDeviceWriteIOps: 'wiops'} as const;

/** What is written to io.max, a line for each device. */
export function ioMaxLines({process: {sys}}: EngineHost, config: BlockIo): readonly string[] | EngineError {
	const lines: string[] = [];
	for (const key of blockRateKeys) {
		for (const {Path, Rate} of config[key]) {
			const attributes = sys.stat(Path);
			if (failed(attributes)) {
				return engineError(500, `stat ${Path}: no such file or directory`);
			}

			lines.push(`${attributes.rdev.major}:${attributes.rdev.minor} ${rateWords[key]}=${Rate}`);
		}
	}

	return lines;
}
