// One truth: our docker client inside a world and the real client connected to an equal world say the same, byte for byte. Where no docker client
// is installed, these tests are skipped.
//
// What is not compared, and why:
// - The pids of a container's processes. A client that runs on the host takes process ids there; one that is served from outside does not.
// - Fractions of seconds. A client on the host uses its processor, so what it asks for comes some microseconds later.
// - The ids of images that are made in a session: digests of documents that hold such a fraction. They are numbered instead.
// - How long ago a container or image was made, which the client itself reckons with its own clock: the real one has the real clock.

import {execFile} from 'node:child_process';
import {afterAll, describe, expect, test} from 'vitest';
import {decodeText} from '../../source/base/bytes.js';
import {secondNs} from '../../source/base/clock.js';
import {apply, startSession} from '../../source/session/apply.js';
import type {Origin, Session} from '../../source/session/session.js';
import {type Ran, RealClient, realClientVersion, worldNs} from '../support/real-client.js';
import {serveEngine} from '../support/served-engine.js';
import {sessions} from './two-ways-table.js';

/** Sessions that make images. */
const makesImages: ReadonlySet<string> = new Set(['builds', 'archives']);

const version = realClientVersion();
const origin: Origin = {lab: undefined, scenario: 'default', seed: 7, learner: 'ann', interactive: false, columns: 80, rows: 24};

class OurClient {
	session: Session = apply(startSession(origin).session, {type: 'line', text: 'mkdir work; cd work'}).session;

	advanceTo(ns: number): void {
		const missing = ns - worldNs(this.session);
		if (missing > 0) {
			this.session = apply(this.session, {type: 'advance', ns: missing}).session;
		}
	}

	run(text: string): Ran {
		const {session, output, broken} = apply(this.session, {type: 'line', text});
		expect(broken).toBeUndefined();
		this.session = session;
		const of = (wanted: string) => output.filter(({stream}) => stream === wanted).map(({bytes}) => decodeText(bytes)).join('');
		return {stdout: of('stdout'), stderr: of('stderr'), status: session.status};
	}
}

const ago = /(?:Less than a second|\d+ (?:second|minute|hour|day|week|month|year)s?|About an? (?:minute|hour)) ago(?<padding> *)/gv;

/** The ids of images that were made in a session, numbered in the order in which they are first seen. */
class MadeIds {
	readonly #numbers = new Map<string, number>();

	mask(text: string): string {
		return text.replaceAll(/(?<=sha256:| ---> |Successfully built |^)(?<id>[\da-f]{64}|[\da-f]{12})(?=\s|$|")/gmv, id => {
			const short = id.slice(0, 12);
			const number = this.#numbers.get(short) ?? this.#numbers.size;
			this.#numbers.set(short, number);
			return `ID-${number}`;
		});
	}
}

/** The output without what cannot be equal; see above. */
function comparable(line: string, {stdout, stderr, status}: Ran, folder: string, made: MadeIds | undefined): Ran {
	const mask = (whole: string) => {
		const text = (made?.mask(whole) ?? whole).replaceAll(folder, '/home/learner/work');
		const timed = text.replaceAll(/(?<second>T\d\d:\d\d:\d\d)\.\d{1,9}(?=Z|[+\-]\d\d:\d\d)/gv, '$<second>.FRACTION')
			.replaceAll(/"Pid": [1-9]\d*/gv, '"Pid": PID');
		const relative = /^docker (?:ps|images|history|image|system df -v)/v.test(line) ? timed.replaceAll(ago, 'AGO ').replaceAll(/CREATED +/gv, 'CREATED ') : timed;
		return /^docker top/v.test(line) ? relative.replaceAll(/^(?<user>[a-z]+ +)?\d+ +(?:\d+ +)?/gmv, '$<user>PID ') : relative;
	};
	return {stdout: mask(stdout), stderr: mask(stderr), status};
}

describe.skipIf(version === undefined)('the real docker client', () => {
	const open: RealClient[] = [];
	afterAll(() => {
		for (const real of open) {
			real.stop();
		}
	});

	test.each(Object.entries(sessions))('%s', async (name, lines) => {
		const ours = new OurClient();
		const real = await RealClient.start(origin);
		open.push(real);
		const [ourIds, realIds] = makesImages.has(name) ? [new MadeIds(), new MadeIds()] : [];
		for (const line of lines) {
			const expected = await real.run(line);
			expect.soft({line, ...comparable(line, ours.run(line), real.folder, ourIds)}).toEqual({line, ...comparable(line, expected, real.folder, realIds)});
			// Both worlds go on at the same whole second.
			const next = (Math.ceil(Math.max(worldNs(ours.session), worldNs(real.server.session)) / secondNs) + 1) * secondNs;
			ours.advanceTo(next);
			real.advanceTo(next);
		}
	}, 120_000);
});

test.skipIf(version === undefined)('a served world begins now, so that the client reckons rightly how long ago something was', async () => {
	const {socketPath, stop} = await serveEngine();
	const docker = async (line: string): Promise<string> => new Promise(settle => {
		execFile('bash', ['--norc', '-c', line], {env: {PATH: process.env['PATH'], DOCKER_HOST: `unix://${socketPath}`}}, (_error, stdout, stderr) => settle(stdout + stderr));
	});
	await docker('docker pull -q busybox; docker run -d --name c1 busybox sleep 1000');
	expect(await docker('docker ps --format "{{.RunningFor}}"')).toMatch(/^(?:Less than a second|\d+ seconds?) ago\n$/v);
	expect(await docker('sleep 1.1; docker events --since 1m --until 0s --format "{{.Action}}"')).toMatch(/^pull\ncreate\n/v);
	expect(Math.abs(Number(await docker('docker run --rm busybox date +%s')) - Date.now() / 1000)).toBeLessThan(5);
	stop();
});

test.skipIf(version !== undefined)('the real docker client is not installed here: nothing was compared with it', () => {
	expect(version).toBeUndefined();
});
