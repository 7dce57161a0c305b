// What a guest does that its host can feel: programs that keep vCPUs busy. They are started and stopped through the guest agent, as
// `virsh qemu-agent-command` does: guest-exec, guest-exec-status, guest-ping. Source: QEMU guest agent protocol reference.
//
// Simplified: a guest here is a small Linux with an agent and two programs, stress-ng (keeps processors busy) and pkill (ends
// it); it has no files and no other processes, and needs no disk to boot from.

import {isJsonObject, type Json, parseJson} from '../../base/json.js';
import {nowNs} from '../../base/clock.js';
import {type Domain, type GuestJob, type Hypervisor, isRefusal, type Live, type Refusal, refuse} from './domain-schema.js';
import {putDomain} from './domain-table.js';

const fullPpm = 1_000_000;

/** Sends a command to the agent; the answer is its JSON. */
export function agentCommand(hypervisor: Hypervisor, domain: Domain, text: string): Json | Refusal {
	const {live} = domain;
	if (live === undefined) {
		return refuse('Requested operation is not valid: domain is not running');
	}

	if (live.state !== 'running') {
		return refuse('Requested operation is not valid: domain is not running');
	}

	const parsed = parseJson(text);
	if ('error' in parsed || !isJsonObject(parsed.value)) {
		return refuse(`internal error: cannot parse json ${text}: lexical error: invalid char in json text.`);
	}

	const {execute, arguments: given} = parsed.value;
	const args = isJsonObject(given) ? given : {};
	switch (execute) {
		case 'guest-ping': {
			return {return: {}};
		}

		case 'guest-exec': {
			return guestExec(hypervisor, domain, live, args);
		}

		case 'guest-exec-status': {
			return guestExecStatus(live, args['pid']);
		}

		default: {
			return agentError(String(execute), typeof execute === 'string' ? `The command ${execute} has not been found` : 'QMP input lacks member \'execute\'');
		}
	}
}

function agentError(command: string, description: string): Refusal {
	return refuse(`internal error: unable to execute QEMU agent command '${command}': ${description}`);
}

function guestExec(hypervisor: Hypervisor, domain: Domain, live: Live, args: Readonly<Record<string, Json | undefined>>): Json | Refusal {
	const {path, arg} = args;
	const unknown = Object.keys(args).find(name => name !== 'path' && name !== 'arg' && name !== 'capture-output');
	if (unknown !== undefined) {
		return agentError('guest-exec', `Parameter '${unknown}' is unexpected`);
	}

	if (typeof path !== 'string') {
		return agentError('guest-exec', 'Parameter \'path\' is missing');
	}

	const words = Array.isArray(arg) ? (arg as readonly Json[]).map(String) : [];
	const pid = live.nextGuestPid;
	const jobs = jobsAfter(live, {path, words, pid, now: nowNs(hypervisor.tx)});
	if (isRefusal(jobs)) {
		return jobs;
	}

	putDomain(hypervisor, {...domain, live: {...live, jobs, nextGuestPid: pid + 1}});
	return {return: {pid}};
}

type Exec = {readonly path: string; readonly words: readonly string[]; readonly pid: number; readonly now: number};

function jobsAfter(live: Live, exec: Exec): readonly GuestJob[] | Refusal {
	const program = exec.path.slice(exec.path.lastIndexOf('/') + 1);
	if (program === 'stress-ng') {
		const job = stressJob(exec, live.config.vcpus);
		return isRefusal(job) ? job : [...live.jobs, job];
	}

	if (program === 'pkill') {
		return exec.words.length === 1 ? live.jobs.filter(job => !job.path.slice(job.path.lastIndexOf('/') + 1).includes(exec.words[0]!)) : agentError('guest-exec', 'virtlab models `pkill PATTERN` in guests, without options');
	}

	return agentError('guest-exec', `Guest agent command failed, error was 'Failed to execute child process \u201C${exec.path}\u201D (No such file or directory)'`);
}

/** `stress-ng --cpu N [--cpu-load P] [--timeout T]`; N of 0 means one worker a processor. */
function stressJob({path, words, pid, now}: Exec, vcpus: number): GuestJob | Refusal {
	let job: GuestJob = {pid, path, workers: 0, loadPpm: fullPpm, untilNs: undefined};
	for (let at = 0; at < words.length;) {
		const [option = '', attached] = words[at]!.split('=', 2);
		const value = attached ?? words[at + 1] ?? '';
		at += attached === undefined ? 2 : 1;
		if ((option === '--cpu' || option === '-c') && /^\d{1,4}$/v.test(value)) {
			job = {...job, workers: Number(value) === 0 ? vcpus : Number(value)};
		} else if ((option === '--cpu-load' || option === '-l') && /^\d{1,3}$/v.test(value) && Number(value) <= 100) {
			job = {...job, loadPpm: Number(value) * 10_000};
		} else if ((option === '--timeout' || option === '-t') && /^\d{1,6}[smhd]?$/v.test(value)) {
			job = {...job, untilNs: now + Number.parseInt(value, 10) * ({m: 60, h: 3600, d: 86_400}[value.at(-1)!] ?? 1) * 1e9};
		} else {
			return agentError('guest-exec', `virtlab models stress-ng --cpu N --cpu-load P --timeout T in guests, not '${words.join(' ')}'`);
		}
	}

	return job;
}

function guestExecStatus(live: Live, pid: Json | undefined): Json | Refusal {
	if (typeof pid !== 'number') {
		return agentError('guest-exec-status', 'Parameter \'pid\' is missing');
	}

	if (live.jobs.some(job => job.pid === pid)) {
		return {return: {exited: false}};
	}

	return pid >= 1000 && pid < live.nextGuestPid ? {return: {exitcode: 0, exited: true}} : agentError('guest-exec-status', `PID ${pid} does not exist`);
}

/** How busy each vCPU is kept: the guest's own scheduler gives the next worker to the vCPU with the least to do. */
export function demandOf({jobs, vcpus, state}: Live): readonly number[] {
	const demand: number[] = vcpus.map(() => 0);
	for (const {workers, loadPpm} of state === 'running' ? jobs : []) {
		for (let worker = 0; worker < Math.min(workers, vcpus.length * 4); worker++) {
			const least = demand.indexOf(Math.min(...demand));
			demand[least] = demand[least]! + loadPpm;
		}
	}

	return demand.map(ppm => Math.min(ppm, fullPpm));
}

/** The moment when the next of its programs ends by itself. */
export function nextJobEnd({jobs}: Live): number | undefined {
	const ends = jobs.flatMap(({untilNs}) => untilNs === undefined ? [] : [untilNs]);
	return ends.length === 0 ? undefined : Math.min(...ends);
}

/** Without the programs whose time is over. */
export function withoutEndedJobs(live: Live, now: number): Live {
	return {...live, jobs: live.jobs.filter(({untilNs}) => untilNs === undefined || untilNs > now)};
}
