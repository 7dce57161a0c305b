// Limits of a container as the control files of its cgroup. Source: opencontainers/cgroups fs2, "cpu.weight" conversion of runc 1.3;
// moby/moby daemon/daemon_unix.go getCPUResources.

import type {HostConfig} from './container-schema.js';

/** File and what is written to it, in the order in which runc does. */
export function cgroupFiles(config: HostConfig): ReadonlyArray<readonly [file: string, value: string]> {
	const files: Array<readonly [string, string]> = [];
	if (config.PidsLimit !== null) {
		files.push(['pids.max', config.PidsLimit > 0 ? String(config.PidsLimit) : 'max']);
	}

	// Linux takes memory.swap.max for swap alone, docker counts memory and swap together.
	if (config.MemorySwap !== 0) {
		files.push(['memory.swap.max', config.MemorySwap < 0 ? 'max' : String(config.MemorySwap - config.Memory)]);
	}

	if (config.Memory !== 0) {
		files.push(['memory.max', String(config.Memory)]);
	}

	if (config.MemoryReservation !== 0) {
		files.push(['memory.low', String(config.MemoryReservation)]);
	}

	if (config.CpuShares !== 0) {
		files.push(['cpu.weight', String(cpuWeight(config.CpuShares))]);
	}

	const {quota, period} = cpuBandwidth(config);
	if (quota !== undefined || period !== undefined) {
		files.push(['cpu.max', `${quota ?? 'max'} ${period ?? 100_000}`]);
	}

	if (config.BlkioWeight !== 0) {
		files.push(['io.weight', String(ioWeight(config.BlkioWeight))]);
	}

	if (config.CpusetCpus !== '') {
		files.push(['cpuset.cpus', config.CpusetCpus]);
	}

	if (config.CpusetMems !== '') {
		files.push(['cpuset.mems', config.CpusetMems]);
	}

	return files;
}

function cpuBandwidth({NanoCpus, CpuPeriod, CpuQuota}: HostConfig): {readonly quota: number | undefined; readonly period: number | undefined} {
	if (NanoCpus > 0) {
		return {quota: Math.floor(NanoCpus / 10_000), period: 100_000};
	}

	return {quota: CpuQuota > 0 ? CpuQuota : undefined, period: CpuPeriod > 0 ? CpuPeriod : undefined};
}

/** Weight of cgroup v1 (10 to 1000) as io.weight (1 to 10000). Source: ConvertBlkIOToIOWeightValue. */
function ioWeight(weight: number): number {
	return 1 + Math.floor((weight - 10) * 9999 / 990);
}

/**
 * Shares of cgroup v1 (2 to 262144, default 1024) as a weight of cgroup v2 (1 to 10000, default 100):
 * 10 ^ ((l² + 125 l) / 612 - 7/34) with l = log2(shares), rounded up.
 */
export function cpuWeight(shares: number): number {
	if (shares <= 2) {
		return 1;
	}

	if (shares >= 262_144) {
		return 10_000;
	}

	const l = log2(shares);
	const exponent = (l * l + 125 * l) / 612 - 7 / 34;
	return Math.ceil(power2(exponent * log2Of10) - 1e-6);
}

/** log2(10), to the last bit of a double. */
const log2Of10 = 3.321_928_094_887_362_4;

/** Digit by digit, with multiplications only: the same on every machine. */
function log2(value: number): number {
	let rest = value;
	let result = 0;
	while (rest >= 2) {
		rest /= 2;
		result++;
	}

	for (let bit = 0.5; bit > 1e-12; bit /= 2) {
		rest *= rest;
		if (rest >= 2) {
			rest /= 2;
			result += bit;
		}
	}

	return result;
}

function power2(exponent: number): number {
	const whole = Math.floor(exponent);
	let rest = exponent - whole;
	let result = 2 ** whole;
	let root = Math.sqrt(2);
	for (let bit = 0.5; bit > 1e-12; bit /= 2) {
		if (rest >= bit) {
			rest -= bit;
			result *= root;
		}

		root = Math.sqrt(root);
	}

	return result;
}
