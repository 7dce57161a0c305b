// `npm run bench`: how long things take here and now. Not a test: no figure is checked, because machines differ. Medians of several runs.
//
//     npm run bench             everything
//     npm run bench -- actions  one section: start, screen, actions, containers, machine, builds
//
// What it printed on a known machine is in docs/benchmarks.md.

import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {build as buildProgram} from './build.mjs';
import {measureMachine} from './machine-bench/measure.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cli = join(root, 'dist/cli.js');
const home = mkdtempSync(join(tmpdir(), 'virtlab-bench-'));
const environment = {...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, XDG_STATE_HOME: home, TERM: 'xterm-256color', LANG: 'C.UTF-8'};
delete environment.CI;
delete environment.VIRTLAB_HOME;

/** The screen is done when nothing was written for so long. */
const quietMs = 250;
const patienceMs = 10_000;
const repetitions = 30;
const instructionCount = 127;
const buildahPatienceMs = 180_000;
/** The most that an engine stacks. */
const layerCount = 125;

const sections = {start, screen, actions, containers, machine, builds};
const chosen = process.argv.slice(2);
await buildProgram();
try {
	for (const [name, section] of Object.entries(sections)) {
		if (chosen.length === 0 || chosen.includes(name)) {
			console.log(`\n${name}`);
			await section();
		}
	}
} finally {
	rmSync(home, {recursive: true, force: true});
}

function report(what, value, unit) {
	const text = value >= 100 ? value.toFixed(0) : value.toFixed(2);
	console.log(`  ${what.padEnd(52)} ${text.padStart(10)} ${unit}`);
}

function median(values) {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function milliseconds(work) {
	const before = performance.now();
	work();
	return performance.now() - before;
}

/** Whole processes, from spawn to exit, and to the first frame with a prompt; the ratio is to an empty script in bare Node, now and here. */
async function start() {
	const run = args => median(Array.from({length: 7}, () => milliseconds(() => spawnSync(process.execPath, args, {env: environment, input: 'true\n'}))));
	run([cli, 'list']);
	const bareMs = run(['-e', '0']);
	const reportStart = (what, value) => report(what, value, `ms  ${(value / bareMs).toFixed(1)} x bare`);
	reportStart('node, empty script', bareMs);
	reportStart('virtlab list', run([cli, 'list']));
	reportStart('virtlab shell, one command', run([cli, 'shell']));
	for (const [columns, rows] of [[80, 24], [120, 40]]) {
		for (const args of [['sandbox'], ['run', 'first-container']]) {
			const starts = [];
			for (let count = 0; count < 5; count++) {
				const {terminal, firstFrameMs} = await openScreen(args, {columns, rows});
				terminal.kill();
				starts.push(firstFrameMs);
			}

			reportStart(`virtlab ${args.join(' ')}, ${columns}x${rows}, first frame`, median(starts));
		}
	}
}

/** What a key and a command write to the terminal. */
async function screen() {
	for (const [columns, rows] of [[80, 24], [120, 40]]) {
		const runs = [];
		for (let run = 0; run < 3; run++) {
			const {terminal, output} = await openScreen(['sandbox'], {columns, rows});
			const key = await written(output, () => terminal.write('e'));
			await written(output, () => terminal.write('\u007Fdocker pull -q busybox'));
			terminal.write('\r');
			await until(() => output.text.includes('busybox:latest'), output);
			await written(output, () => terminal.write('docker run -d busybox sleep 1000'));
			const command = await written(output, () => terminal.write('\r'));
			terminal.kill();
			runs.push({key, command});
		}

		const size = `${columns}x${rows}`;
		report(`${size}: one typed key`, median(runs.map(({key}) => key.bytes)), 'bytes');
		report(`${size}: one typed key, to the last byte`, median(runs.map(({key}) => key.ms)), 'ms');
		report(`${size}: one command that changes a panel`, median(runs.map(({command}) => command.bytes)), 'bytes');
	}
}

/** The full screen in a pseudo-terminal, when it is quiet after its first frame with a prompt. */
async function openScreen(args, {columns, rows}) {
	const {spawn} = await import('@lydell/node-pty');
	const before = performance.now();
	const terminal = spawn(process.execPath, [cli, ...args], {cols: columns, rows, env: environment});
	const output = {text: '', atMs: 0};
	let firstFrameMs;
	terminal.onData(text => {
		output.text += text;
		output.atMs = performance.now();
		firstFrameMs ??= output.text.includes('learner@') ? output.atMs - before : undefined;
	});
	await until(() => firstFrameMs !== undefined, output);
	return {terminal, output, firstFrameMs};
}

/** What lives on the heap; the session that is measured has to be in use afterwards. */
function heapMib() {
	setFlagsFromString('--expose-gc');
	runInNewContext('gc')();
	return process.memoryUsage().heapUsed / 2 ** 20;
}

async function until(isThere, output) {
	const before = performance.now();
	while (!isThere() || performance.now() - output.atMs < quietMs) {
		if (performance.now() - before > patienceMs) {
			throw new Error(`bench: the screen did not show what it should: ${JSON.stringify(output.text.slice(-200))}`);
		}

		await new Promise(resolve => setTimeout(resolve, 5));
	}

	return output.atMs;
}

async function written(output, act) {
	const length = output.text.length;
	const before = performance.now();
	act();
	const atMs = await until(() => output.text.length > length, output);
	return {bytes: Buffer.byteLength(output.text.slice(length)), ms: atMs - before};
}

/** Actions through `apply`, as the interface and the grader do them. */
async function actions() {
	const session = await sessionModule();
	report('boot and log in', median(Array.from({length: 5}, () => milliseconds(() => session.startSession(session.origin)))), 'ms');
	for (const line of ['true', 'ls -l /etc', 'seq 1000 | sort -n | tail -1', 'for i in $(seq 100); do echo $i; done', 'echo x >> notes']) {
		report(`actions a second: ${line}`, 1000 / costOf(session, session.startSession(session.origin).session, line), '/s');
	}
}

/** What one action costs in a world that has many containers. */
async function containers() {
	const session = await sessionModule();
	let {session: at} = session.startSession(session.origin);
	at = session.apply(at, {type: 'line', text: 'docker pull -q busybox'}).session;
	let count = 0;
	for (const wanted of [10, 100, 1000]) {
		const before = performance.now();
		for (; count < wanted; count += 10) {
			at = session.apply(at, {type: 'line', text: 'for i in 0 1 2 3 4 5 6 7 8 9; do docker run -d busybox sleep 100000; done'}).session;
		}

		report(`${wanted} running containers: start one`, (performance.now() - before) / (wanted === 10 ? 10 : wanted * 0.9), 'ms');
		report(`${wanted} running containers: echo`, costOf(session, at, 'echo x'), 'ms');
		report(`${wanted} running containers: docker ps`, costOf(session, at, 'docker ps -q | wc -l'), 'ms');
		report(`${wanted} running containers: heap with the history`, heapMib(), 'MiB');
	}
}

/** A Dockerfile of 127 instructions, by the model's two builders and, where it is installed, by buildah, which does the same on the real disk. */
async function builds() {
	const session = await sessionModule();
	const type = (at, text) => session.apply(at, {type: 'line', text}).session;
	const instructions = (base, count, make) => [`FROM ${base}`, ...Array.from({length: count - 1}, (_, index) => make(index + 1))].join('\\n');
	const mixed = instructions('scratch', instructionCount, index => ['COPY f /f' + index, `ENV V${index}=${index}`, `LABEL l${index}=${index}`][index % 3]);
	const preparation = `mkdir b && cd b && echo content > f && printf '${mixed}\\n' > Dockerfile`;
	const times = command => {
		// One after the other: going on from an older session would run everything up to it again.
		let at = type(session.startSession(session.origin).session, preparation);
		const build = () => milliseconds(() => {
			at = type(at, command);
		});
		return {coldMs: build(), cachedMs: median(Array.from({length: 5}, build))};
	};
	const buildah = buildahTimes(mixed.replaceAll('\\n', '\n'));
	const ratio = (ms, other) => other === undefined ? 'ms' : `ms  ${(ms / other).toFixed(2)} x buildah`;
	for (const [name, command] of [['BuildKit', 'docker build -q .'], ['classic', 'DOCKER_BUILDKIT=0 docker build -q .']]) {
		const {coldMs, cachedMs} = times(command);
		report(`${instructionCount} instructions, ${name}, cold`, coldMs, ratio(coldMs, buildah?.coldMs));
		report(`${instructionCount} instructions, ${name}, cached`, cachedMs, ratio(cachedMs, buildah?.cachedMs));
	}

	if (buildah !== undefined) {
		report(`${instructionCount} instructions, buildah, cold`, buildah.coldMs, 'ms');
		report(`${instructionCount} instructions, buildah, cached`, buildah.cachedMs, 'ms');
	}

	stackLookup(session, type, instructions('busybox', layerCount, index => `COPY f /f${index}`));
}

/** Undefined where buildah is missing or cannot work. */
function buildahTimes(dockerfile) {
	const place = mkdtempSync(join(tmpdir(), 'virtlab-buildah-'));
	try {
		writeFileSync(join(place, 'Dockerfile'), `${dockerfile}\n`);
		writeFileSync(join(place, 'f'), 'content\n');
		const run = () => {
			let done;
			const ms = milliseconds(() => {
				done = spawnSync('buildah', ['--root', join(place, 'root'), '--runroot', join(place, 'run'), '--storage-driver', 'vfs', 'bud', '--isolation', 'chroot', '--layers', '-q', place], {encoding: 'utf8', timeout: buildahPatienceMs});
			});
			return done.status === 0 ? ms : `${done.error?.code ?? done.stderr.trim().split('\n').at(-1)}`;
		};
		const coldMs = run();
		const cachedMs = run();
		const problem = [coldMs, cachedMs].find(result => typeof result === 'string');
		if (problem !== undefined) {
			console.log(`  buildah could not build: ${problem}`);
			return undefined;
		}

		return {coldMs, cachedMs};
	} finally {
		rmSync(place, {recursive: true, force: true});
	}
}

/** A file of the lowest layer against one of the uppermost, in a container on all of them. */
function stackLookup(session, type, dockerfile) {
	let at = type(session.startSession(session.origin).session, `mkdir b && cd b && echo content > f && printf '${dockerfile}\\n' > Dockerfile && docker build -q -t deep . && docker run -d --name deep deep sleep 100000`);
	const look = path => milliseconds(() => {
		at = type(at, `docker exec deep sh -c 'for i in $(seq 100); do test -e ${path}; done'`);
	});
	look('/');
	const [lowest, uppermost] = ['/root', `/f${layerCount - 1}`].map(path => median(Array.from({length: 5}, () => look(path))));
	report(`100 lookups in ${layerCount} layers, in the uppermost`, uppermost, 'ms');
	report(`100 lookups in ${layerCount} layers, in the lowest`, lowest, `ms  ${(lowest / uppermost).toFixed(2)} x uppermost`);
}

/** Milliseconds an action, each applied to the session that the one before has led to. */
function costOf({apply}, session, text) {
	let at = session;
	const costs = Array.from({length: repetitions}, () => milliseconds(() => {
		at = apply(at, {type: 'line', text}).session;
	}));
	return median(costs);
}

async function sessionModule() {
	const {build} = await import('esbuild');
	const outfile = join(root, 'node_modules/.cache/bench', `session-${process.pid}.mjs`);
	mkdirSync(dirname(outfile), {recursive: true});
	await build({absWorkingDir: root, entryPoints: ['source/session/apply.ts'], outfile, bundle: true, format: 'esm', platform: 'node', target: 'node22', packages: 'external', logLevel: 'error'});
	try {
		const {apply, startSession} = await import(pathToFileURL(outfile).href);
		return {apply, startSession, origin: {lab: undefined, scenario: 'default', seed: 1, learner: 'bench', interactive: true, columns: 120, rows: 40}};
	} finally {
		rmSync(outfile, {force: true});
	}
}

/** The 32-bit machine against other engines, in turns, so that what else the computer does meets all of them. */
async function machine() {
	await measureMachine(report);
}
