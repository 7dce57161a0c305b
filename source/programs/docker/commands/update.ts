// docker update. Source: docker/cli cli/command/container/update.go.

import {print, warn} from '../client/client.js';
import {fetchJson} from '../client/request.js';
import type {Call, CommandSpec} from '../command/command.js';
import {updateFlags} from '../command/flag-table.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {restartPolicy} from '../container/create-body.js';
import {memberOf, textsOf, type Writable} from '../go/json.js';

export const update: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] CONTAINER [CONTAINER...]',
	short: 'Update configuration of one or more containers',
	aliases: 'docker container update, docker update',
	flags: updateFlags,
	arguments: {kind: 'at-least', count: 1},
	run: updateContainers,
};

function * updateContainers({client, flags, args}: Call): Steps<number | Refusal> {
	if (flags.names().length === 0) {
		return refusal('you must provide one or more flags when using this command');
	}

	const restart = flags.text('restart') === '' ? {Name: '', MaximumRetryCount: 0} : restartPolicy(flags.text('restart'));
	if (refused(restart)) {
		return restart;
	}

	const json: Writable = {
		CpuShares: flags.int('cpu-shares'), Memory: flags.bytes('memory'), NanoCpus: flags.nanoCpus('cpus'), CgroupParent: '', BlkioWeight: flags.int('blkio-weight'), BlkioWeightDevice: undefined,
		BlkioDeviceReadBps: undefined, BlkioDeviceWriteBps: undefined, BlkioDeviceReadIOps: undefined, BlkioDeviceWriteIOps: undefined, CpuPeriod: flags.int('cpu-period'), CpuQuota: flags.int('cpu-quota'),
		CpuRealtimePeriod: flags.int('cpu-rt-period'), CpuRealtimeRuntime: flags.int('cpu-rt-runtime'), CpusetCpus: flags.text('cpuset-cpus'), CpusetMems: flags.text('cpuset-mems'), Devices: undefined, DeviceCgroupRules: undefined, DeviceRequests: undefined,
		MemoryReservation: flags.bytes('memory-reservation'), MemorySwap: flags.bytes('memory-swap'), MemorySwappiness: undefined, OomKillDisable: undefined,
		PidsLimit: flags.changed('pids-limit') ? flags.int('pids-limit') : undefined, Ulimits: undefined, CpuCount: 0, CpuPercent: 0, IOMaximumIOps: 0, IOMaximumBandwidth: 0, RestartPolicy: restart,
	};
	const problems: string[] = [];
	const warnings: string[] = [];
	for (const name of args) {
		const answer = yield * fetchJson(client, {method: 'POST', path: `/containers/${name}/update`, json});
		if (refused(answer)) {
			problems.push(answer.message);
			continue;
		}

		yield * print(client, `${name}\n`);
		warnings.push(...textsOf(memberOf(answer.value, 'Warnings')));
	}

	if (warnings.length > 0) {
		yield * warn(client, `${warnings.join('\n')}\n`);
	}

	return problems.length === 0 ? 0 : refusal(problems.join('\n'));
}
