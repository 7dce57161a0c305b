// What a container uses, as GET /containers/{id}/stats tells it: the counters of its cgroup and of its links.
// Source: moby/moby daemon/stats_unix.go.

import {nowNs, wallTime} from '../base/clock.js';
import {rfc3339OfMoment} from '../base/internet-date.js';
import type {JsonObject} from '../base/json.js';
import type {Container} from '../model/container/container-schema.js';
import {isRunning} from '../model/container/container-store.js';
import {fsContext, type EngineHost} from '../model/container/engine-host.js';
import {readControl} from '../model/kernel/cgroup/cgroup2.js';

const never = '0001-01-01T00:00:00Z';

export function containerStats(host: EngineHost, container: Container): {readonly json: JsonObject} {
	const base = {name: `/${container.name}`, id: container.id};
	if (!isRunning(container)) {
		const nothing = {cpu_usage: {total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0}, throttling_data: {periods: 0, throttled_periods: 0, throttled_time: 0}};
		return {json: {...base, read: never, preread: never, pids_stats: {}, blkio_stats: {}, num_procs: 0, storage_stats: {}, cpu_stats: nothing, precpu_stats: nothing, memory_stats: {}}};
	}

	const kernel = host.tx.get('kernel', host.engine)!;
	const now = nowNs(host.tx);
	const control = (name: string) => readControl(fsContext(host), container.cgroup, name) ?? '';
	const cpu = keyed(control('cpu.stat'));
	const limit = control('memory.max').trim();
	const cpuStats: JsonObject = {
		cpu_usage: {total_usage: (cpu['usage_usec'] ?? 0) * 1000, usage_in_kernelmode: (cpu['system_usec'] ?? 0) * 1000, usage_in_usermode: (cpu['user_usec'] ?? 0) * 1000},
		system_cpu_usage: now * kernel.cpuCount, online_cpus: kernel.cpuCount,
		throttling_data: {periods: cpu['nr_periods'] ?? 0, throttled_periods: cpu['nr_throttled'] ?? 0, throttled_time: (cpu['throttled_usec'] ?? 0) * 1000},
	};
	const pidsMax = control('pids.max').trim();
	return {json: {
		...base, read: rfc3339OfMoment(wallTime(host.tx, now)), preread: never,
		pids_stats: {current: Number(control('pids.current')), ...(pidsMax === 'max' || pidsMax === '' ? {} : {limit: Number(pidsMax)})},
		blkio_stats: {
			io_service_bytes_recursive: null, io_serviced_recursive: null, io_queue_recursive: null, io_service_time_recursive: null, io_wait_time_recursive: null,
			io_merged_recursive: null, io_time_recursive: null, sectors_recursive: null,
		},
		num_procs: 0, storage_stats: {}, cpu_stats: cpuStats,
		precpu_stats: {cpu_usage: {total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0}, throttling_data: {periods: 0, throttled_periods: 0, throttled_time: 0}},
		memory_stats: {usage: Number(control('memory.current')), stats: keyed(control('memory.stat')), limit: limit === 'max' || limit === '' ? kernel.memoryBytes : Number(limit)},
		...networkStats(host, container),
	}};
}

/** Lines `name number`. */
function keyed(text: string): Readonly<Record<string, number>> {
	return Object.fromEntries(text.split('\n').map(line => line.split(' ')).filter(words => words.length === 2).map(([name, value]) => [name!, Number(value)]));
}

function networkStats(host: EngineHost, {namespaces, hostConfig}: Container): JsonObject {
	if (namespaces === undefined || hostConfig.NetworkMode === 'host') {
		return {};
	}

	const links = [...host.tx.table(`link:${namespaces.net}`).values()].filter(link => link.kind !== 'loopback');
	return links.length === 0 ? {} : {
		networks: Object.fromEntries(links.map(link => [link.name, {
			rx_bytes: link.receivedBytes, rx_packets: link.receivedPackets, rx_errors: 0, rx_dropped: 0, tx_bytes: link.sentBytes, tx_packets: link.sentPackets, tx_errors: 0, tx_dropped: 0,
		}])),
	};
}
