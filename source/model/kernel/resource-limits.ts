// Resource limits of a task: what setrlimit(2) sets, /proc/PID/limits and `ulimit` show. They are inherited by children and kept by
// execve. Source: getrlimit(2); Linux include/asm-generic/resource.h (INIT_RLIMITS), kernel/sys.c (do_prlimit).
//
// Enforced: nofile, nproc, fsize, cpu, and data and as for the one kind of memory there is. Simplified: the others are kept and shown, but
// nothing of the model would meet them (no core files, locked pages, message queues, priorities; stacks do not grow).

import {maxOpenFiles} from './limits.js';

export const resourceNames = [
	'cpu', 'fsize', 'data', 'stack', 'core', 'rss', 'nproc', 'nofile', 'memlock', 'as', 'locks', 'sigpending', 'msgqueue', 'nice', 'rtprio', 'rttime',
] as const;
export type ResourceName = typeof resourceNames[number];

/** RLIM_INFINITY. */
export const unlimited = Number.POSITIVE_INFINITY;

export type ResourceLimit = {readonly soft: number; readonly hard: number};
/** What differs from the limits that every task begins with. */
export type ResourceLimits = Readonly<Partial<Record<ResourceName, ResourceLimit>>>;

/** fs.nr_open: the most that RLIMIT_NOFILE can be, and what `infinity` in a unit of systemd makes of it. */
export const maxNofile = 1_048_576;

const infinite: ResourceLimit = {soft: unlimited, hard: unlimited};

/** The kernel's own, with the numbers of open files that systemd gives to what it starts. */
const initialLimits: Readonly<Record<ResourceName, ResourceLimit>> = {
	cpu: infinite, fsize: infinite, data: infinite, stack: {soft: 8 * 2 ** 20, hard: unlimited}, core: {soft: 0, hard: unlimited}, rss: infinite, nproc: infinite,
	nofile: {soft: maxOpenFiles, hard: maxNofile}, memlock: {soft: 8 * 2 ** 20, hard: 8 * 2 ** 20}, as: infinite, locks: infinite, sigpending: infinite,
	msgqueue: {soft: 819_200, hard: 819_200}, nice: {soft: 0, hard: 0}, rtprio: {soft: 0, hard: 0}, rttime: infinite,
};

export function resourceLimit({resourceLimits}: {readonly resourceLimits: ResourceLimits}, name: ResourceName): ResourceLimit {
	return resourceLimits[name] ?? initialLimits[name];
}
