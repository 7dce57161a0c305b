// The parts of HostConfig that are lists: devices, rates of block devices, resource limits. Source: moby/moby
// api/types/container/hostconfig.go, daemon/daemon_unix.go.

import type {Json} from '../../base/json.js';
import {type ResourceLimit, type ResourceLimits, type ResourceName, resourceNames, unlimited} from '../kernel/resource-limits.js';
import type {BlockIo, DeviceMapping, DeviceRate, HostConfig, Ulimit} from './container-schema.js';
import {engineError, type EngineError} from './engine.js';
import {JsonFields} from './json-fields.js';

export const blockRateKeys = ['BlkioDeviceReadBps', 'BlkioDeviceWriteBps', 'BlkioDeviceReadIOps', 'BlkioDeviceWriteIOps'] as const;

type Parts = BlockIo & Pick<HostConfig, 'Devices' | 'DeviceCgroupRules' | 'DeviceRequests' | 'Ulimits'>;

export function parseResourceLists(fields: JsonFields): Parts {
	const rates = (key: string): readonly DeviceRate[] => (fields.objects(key) ?? []).map(object => {
		const rate = new JsonFields(object, 'ThrottleDevice');
		return {Path: rate.text('Path'), Rate: rate.integer('Rate')};
	});
	return {
		BlkioWeight: fields.integer('BlkioWeight'),
		// Needs the BFQ scheduler: the daemon discards it with a warning.
		BlkioWeightDevice: [],
		BlkioDeviceReadBps: rates('BlkioDeviceReadBps'),
		BlkioDeviceWriteBps: rates('BlkioDeviceWriteBps'),
		BlkioDeviceReadIOps: rates('BlkioDeviceReadIOps'),
		BlkioDeviceWriteIOps: rates('BlkioDeviceWriteIOps'),
		Devices: (fields.objects('Devices') ?? []).map((object): DeviceMapping => {
			const device = new JsonFields(object, 'DeviceMapping');
			return {PathOnHost: device.text('PathOnHost'), PathInContainer: device.text('PathInContainer'), CgroupPermissions: device.text('CgroupPermissions')};
		}),
		DeviceCgroupRules: fields.texts('DeviceCgroupRules') ?? null,
		DeviceRequests: fields.objects('DeviceRequests') ?? null,
		Ulimits: (fields.objects('Ulimits') ?? []).map((object): Ulimit => {
			const limit = new JsonFields(object, 'Ulimit');
			return {Name: limit.text('Name'), Hard: limit.integer('Hard'), Soft: limit.integer('Soft')};
		}),
	};
}

/** What dockerd says of lists that it cannot use, while it makes the container. */
export function checkResourceLists({Ulimits, DeviceCgroupRules, BlkioWeight}: Parts): EngineError | undefined {
	const limit = Ulimits.find(({Name}) => !resourceNames.some(name => name === Name));
	if (limit !== undefined) {
		return engineError(400, `invalid ulimit type: ${limit.Name}`);
	}

	const rule = DeviceCgroupRules?.find(each => !/^[acb] (?:\d+|\*):(?:\d+|\*) [rwm]{1,3}$/v.test(each));
	if (rule !== undefined) {
		return engineError(400, `invalid device cgroup rule format: '${rule}'`);
	}

	return BlkioWeight !== 0 && (BlkioWeight < 10 || BlkioWeight > 1000) ? engineError(400, 'Range of blkio weight is from 10 to 1000') : undefined;
}

/** What containerd's unit has: LimitNOFILE, LimitNPROC and LimitCORE of infinity. Containers inherit it. */
const serviceLimits: ResourceLimits = {nofile: {soft: 1_048_576, hard: 1_048_576}, core: {soft: unlimited, hard: unlimited}};

/** The limits of a container's processes; -1 is no limit. */
export function resourceLimitsOf({Ulimits}: Pick<HostConfig, 'Ulimits'>): ResourceLimits {
	const value = (number: number) => number === -1 ? unlimited : number;
	const asked = Ulimits.map(({Name, Soft, Hard}): readonly [ResourceName, ResourceLimit] => [Name as ResourceName, {soft: value(Soft), hard: value(Hard)}]);
	return {...serviceLimits, ...Object.fromEntries(asked)};
}

/** The fields as `docker inspect` shows them. */
export function blockIoJson({BlkioWeight, BlkioWeightDevice, BlkioDeviceReadBps, BlkioDeviceWriteBps, BlkioDeviceReadIOps, BlkioDeviceWriteIOps}: BlockIo): Readonly<Record<string, Json>> {
	return {BlkioWeight, BlkioWeightDevice, BlkioDeviceReadBps, BlkioDeviceWriteBps, BlkioDeviceReadIOps, BlkioDeviceWriteIOps};
}
