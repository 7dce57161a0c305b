// Start: one booted host per scenario. The commands of test/golden/docker/cli, which a real client and engine answered, are typed
// here, and the answers compared. What cannot agree (ids, times, sizes, layers of other images) is made equal first; what does
// not agree is listed with its reason in known-differences.json, and the list must be exact: a step that begins to agree fails
// the test as much as one that ceases to. UPDATE_TRANSCRIPTS=1 rewrites the list, keeping the reasons it has.

import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {TestHost} from '../../support/test-host.js';

type Step = {readonly cmd: string; readonly rc: number; readonly stdout: string; readonly stderr: string};
type Differences = Record<string, Record<string, string>>;

const folder = new URL('../../golden/docker/', import.meta.url);
const listFile = new URL('known-differences.json', folder);
const scenarios = readdirSync(new URL('cli/', folder)).filter(name => name.endsWith('.json')).sort();
const known = JSON.parse(readFileSync(listFile, 'utf8')) as Differences;

/** Makes equal what differs from run to run, and what belongs to other images than ours. */
function normal(text: string): string {
	return text
		.replaceAll('\r', '')
		.replaceAll(/^[\da-f]{12}: (?:Pulling fs layer|Waiting|Verifying Checksum|Download complete|Pull complete|Already exists)\n/gmv, '')
		.replaceAll(/[\da-f]{64}/gv, '<ID>')
		.replaceAll(/\b[\da-f]{12}\b/gv, '<ID>')
		.replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| \+0000 UTC)/gv, '<TIME>')
		.replaceAll(/(?:\d+ (?:second|minute|hour|day|week|month|year)s?|Less than a second|About an? (?:minute|hour))/gv, '<AGE>')
		.replaceAll(/\b\d+(?:\.\d+)?(?:B|kB|MB|GB|KiB|MiB|GiB)\b/gv, '<SIZE>')
		.replaceAll(/\b(?:[\da-f]{2}:){5}[\da-f]{2}\b/gv, '<MAC>')
		.replaceAll(/^#(\d+) \d+\.\d{3} /gmv, '#$1 <S> ')
		.replaceAll(/\b\d+\.\d+s(?= done|$)/gmv, '<S>')
		.replaceAll(' <S> done', ' done')
		.replaceAll(/(?<=time=|= )[\d.\/]+ ms/gv, '<S>')
		.replaceAll(/[ \t]+/gv, ' ')
		.replaceAll(/ $/gmv, '')
		.trim();
}

/** Lists whose order is the engine's accident (equal creation times, Go's maps) are compared as sets. */
function lines(cmd: string, text: string): string {
	return /^docker (?:images|image ls|diff|volume ls|ps --format|compose (?:logs|rm))\b/v.test(cmd) ? normal(text).split('\n').sort().join('\n') : normal(text);
}

/** Compose does the same to several containers at the same time; which of them is done first is an accident. */
function errorLines(cmd: string, text: string): string {
	return /^docker compose\b/v.test(cmd) ? normal(text).split('\n').map(line => line.trim()).sort().join('\n') : normal(text);
}

/** What redis:7 was in the recording of compose: a small image whose container sleeps, with a file for the health check. */
const redisStandIn = 'docker run --name seed busybox sh -c "mkdir /data; touch /data/seed.txt"; docker commit -c \'CMD ["sleep", "1000"]\' -c "EXPOSE 6379" seed redis:7; docker rm seed';

function play(name: string): {readonly steps: readonly Step[]; readonly differing: readonly number[]} {
	const steps = JSON.parse(readFileSync(new URL(`cli/${name}`, folder), 'utf8')) as readonly Step[];
	const host = new TestHost();
	const where = {cwd: '/home/learner/work', env: {HOME: '/home/learner', ...name.startsWith('08') ? {COMPOSE_PROJECT_NAME: '08-compose'} : {}}};
	host.sh('mkdir -p /home/learner/work; docker pull -q busybox', {env: where.env});
	if (/^0[12]/v.test(name)) {
		host.sh('docker rmi busybox', {env: where.env});
	}

	if (name.startsWith('10')) {
		host.sh('docker run -d --name registry -p 5002:5000 registry:2; sleep 1', {env: where.env});
	}

	const differing: number[] = [];
	for (const [index, step] of steps.entries()) {
		// The recording took a second or so from step to step; containers that were left running went on meanwhile.
		host.run(['/bin/sleep', '1']);
		if (name.startsWith('08') && index === 1) {
			host.sh(redisStandIn, {env: where.env, seconds: 60});
		}

		const result = host.sh(step.cmd, {...where, seconds: 300});
		const agrees = result.status === step.rc && lines(step.cmd, result.stdout) === lines(step.cmd, step.stdout) && errorLines(step.cmd, result.stderr) === errorLines(step.cmd, step.stderr);
		if (process.env['SHOW_TRANSCRIPTS'] !== undefined && !agrees) {
			console.log(`--- ${name} ${index} $ ${step.cmd}\nreal ${step.rc}: ${normal(step.stdout)}\n[stderr] ${normal(step.stderr)}\nours ${result.status}: ${normal(result.stdout)}\n[stderr] ${normal(result.stderr)}`);
		}

		differing.push(...agrees ? [] : [index]);
	}

	return {steps, differing};
}

test.each(scenarios)('%s agrees but for the known differences', name => {
	const {steps, differing} = play(name);
	const scenario = name.replace('.json', '');
	const listed = known[scenario] ?? {};
	if (process.env['UPDATE_TRANSCRIPTS'] !== undefined) {
		known[scenario] = Object.fromEntries(differing.map(index => [`${index} ${steps[index]!.cmd}`, listed[`${index} ${steps[index]!.cmd}`] ?? 'not explained yet']));
		writeFileSync(listFile, `${JSON.stringify(known, undefined, '\t')}\n`);
		return;
	}

	expect(differing.map(index => `${index} ${steps[index]!.cmd}`)).toEqual(Object.keys(listed));
	const share = (steps.length - differing.length) / steps.length;
	console.log(`${scenario}: ${steps.length - differing.length} of ${steps.length} steps agree (${Math.round(share * 100)} %)`);
}, 120_000);
