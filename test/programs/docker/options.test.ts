// Start: a command line. What the client makes of it, without a daemon: flags, their errors, and the document it would send.

import {expect, test} from 'vitest';
import {readFileSync} from 'node:fs';
import type {Client} from '../../../source/programs/docker/client/client.js';
import {runFlags, psFlags, buildFlags} from '../../../source/programs/docker/command/flag-table.js';
import {parseFlags} from '../../../source/programs/docker/command/flag-set.js';
import {refused} from '../../../source/programs/docker/command/refusal.js';
import {createRequest} from '../../../source/programs/docker/container/create-body.js';
import {marshal, memberOf, parseJson, type Json} from '../../../source/programs/docker/go/json.js';
import {DetachWatch, parseDetachKeys} from '../../../source/programs/docker/client/detach-keys.js';
import {Demultiplexer} from '../../../source/programs/docker/client/multiplex.js';
import {encodeText, decodeText} from '../../../source/base/bytes.js';
import {processWith} from './process-double.js';

const client: Client = {process: processWith({env: {HOME: '/home/learner', FROM_HERE: 'yes'}}), host: {url: '', address: {family: 'unix', path: ''}}, session: {version: '1.50'}};

/** The document that `docker run ARGS` sends, or what it says instead. */
function body(...args: readonly string[]): Json | string {
	const parsed = parseFlags(runFlags, args, {isInterspersed: false});
	if (parsed.kind !== 'parsed') {
		return parsed.kind === 'error' ? parsed.message : 'help';
	}

	const steps = createRequest(client, parsed.flags, parsed.args);
	const step = steps.next('woken');
	if (step.done !== true) {
		return 'sleeps';
	}

	if (refused(step.value)) {
		return step.value.message;
	}

	const document = parseJson(marshal(step.value.body({isDetached: parsed.flags.bool('detach'), consoleSize: [0, 0]})));
	return 'error' in document ? document.error : document.value;
}

type Sample = {readonly args: readonly string[]; readonly body: string};
const samples = JSON.parse(readFileSync(new URL('../../golden/docker/create-bodies.json', import.meta.url), 'utf8')) as readonly Sample[];

test.each(samples.map(({args, body: expected}) => [args.join(' '), args, expected] as const))('docker run %s sends what the real client sends', (_name, args, expected) => {
	expect(marshal(body(...args))).toBe(expected);
});

const at = (document: Json | string, ...path: readonly string[]) => typeof document === 'string' ? document : memberOf(document, ...path);
const text = (document: Json | string, ...path: readonly string[]) => marshal(at(document, ...path));

test('ports, in all their forms', () => {
	const document = body('-p', '8080:80', '-p', '127.0.0.1:53:53/udp', '-p', 'published=9000,target=90', '--expose', '7000-7001', '-P', 'x');
	expect(text(document, 'HostConfig', 'PortBindings')).toBe('{"53/udp":[{"HostIp":"127.0.0.1","HostPort":"53"}],"80/tcp":[{"HostIp":"","HostPort":"8080"}],"90/tcp":[{"HostIp":"","HostPort":"9000"}]}');
	expect(text(document, 'ExposedPorts')).toBe('{"53/udp":{},"7000/tcp":{},"7001/tcp":{},"80/tcp":{},"90/tcp":{}}');
	expect(at(document, 'HostConfig', 'PublishAllPorts')).toBe(true);
});

test('volumes, mounts and tmpfs', () => {
	const document = body('-v', 'data:/d', '-v', './rel:/r:ro', '-v', '/anon', '--mount', 'type=bind,src=./b,dst=/b,readonly', '--tmpfs', '/t:size=1m', 'x');
	expect(text(document, 'HostConfig', 'Binds')).toBe('["data:/d","/home/learner/rel:/r:ro"]');
	expect(text(document, 'Volumes')).toBe('{"/anon":{}}');
	expect(text(document, 'HostConfig', 'Mounts')).toBe('[{"Type":"bind","Source":"/home/learner/b","Target":"/b","ReadOnly":true}]');
	expect(text(document, 'HostConfig', 'Tmpfs')).toBe('{"/t":"size=1m"}');
});

test('environment, labels, limits, health, restart, network', () => {
	const document = body('-e', 'A=1', '-e', 'FROM_HERE', '-e', 'UNSET', '-l', 'k=v', '--memory', '64m', '--cpus', '1.5', '--pids-limit', '20', '--restart', 'on-failure:3', '--init',
		'--health-cmd', 'true', '--health-interval', '5s', '--net', 'app', '--network-alias', 'db', '--ip', '10.0.0.9', '--add-host', 'h:1.2.3.4', '--stop-timeout', '3', 'x', 'cmd', '-v');
	expect(text(document, 'Env')).toBe('["A=1","FROM_HERE=yes","UNSET"]');
	expect(text(document, 'Labels')).toBe('{"k":"v"}');
	expect(['Memory', 'NanoCpus', 'PidsLimit', 'Init'].map(name => at(document, 'HostConfig', name))).toEqual([67_108_864, 1_500_000_000, 20, true]);
	expect(text(document, 'HostConfig', 'RestartPolicy')).toBe('{"Name":"on-failure","MaximumRetryCount":3}');
	expect(text(document, 'Healthcheck')).toBe('{"Test":["CMD-SHELL","true"],"Interval":5000000000}');
	expect(at(document, 'HostConfig', 'NetworkMode')).toBe('app');
	expect(text(document, 'NetworkingConfig', 'EndpointsConfig', 'app', 'IPAMConfig')).toBe('{"IPv4Address":"10.0.0.9"}');
	expect(text(document, 'NetworkingConfig', 'EndpointsConfig', 'app', 'Aliases')).toBe('["db"]');
	expect(text(document, 'Cmd')).toBe('["cmd","-v"]');
	expect(at(document, 'StopTimeout')).toBe(3);
});

test.each([
	[['--rm', '--restart', 'always', 'x'], 'conflicting options: cannot specify both --restart and --rm'],
	[['-p', '99999:80', 'x'], 'invalid hostPort: 99999'],
	[['-p', 'abc', 'x'], 'invalid containerPort: abc'],
	[['--pid', 'bogus', 'x'], '--pid: invalid PID mode'],
	[['-v', 'a::b', 'x'], 'invalid spec: a::b: empty section between colons'],
	[['--mount', 'type=bind,foo=1', 'x'], 'invalid argument "type=bind,foo=1" for "--mount" flag: unexpected key \'foo\' in \'foo=1\''],
	[['-m', 'abc', 'x'], 'invalid argument "abc" for "-m, --memory" flag: invalid size: \'abc\''],
	[['--cpus', 'abc', 'x'], 'invalid argument "abc" for "--cpus" flag: failed to parse abc as a rational number'],
	[['--no-healthcheck', '--health-cmd', 'x', 'x'], '--no-healthcheck conflicts with --health-* options'],
	[['--log-driver', 'none', '--log-opt', 'a=b', 'x'], 'invalid logging opts for driver none'],
	[['--dns', '1.2.3', 'x'], 'invalid argument "1.2.3" for "--dns" flag: IP address is not correctly formatted: 1.2.3'],
	[['--nosuch'], 'unknown flag: --nosuch'],
	[['-itz'], 'unknown shorthand flag: \'z\' in -z'],
	[['--name'], 'flag needs an argument: --name'],
	[['-p'], 'flag needs an argument: \'p\' in -p'],
	[['--rm=maybe'], 'invalid argument "maybe" for "--rm" flag: strconv.ParseBool: parsing "maybe": invalid syntax'],
	[['--=x'], 'bad flag syntax: --=x'],
])('docker run %j is refused', (args, message) => {
	expect(body(...args)).toBe(message);
});

test('short flags join and carry values; a first argument ends the flags of run, not of ps', () => {
	const run = parseFlags(runFlags, ['-dp8080:80', '-it', '--name=x', 'img', '-p', '1'], {isInterspersed: false});
	expect(run.kind === 'parsed' ? [run.flags.list('publish'), run.flags.bool('tty'), run.flags.text('name'), run.args] : run).toEqual([['8080:80'], true, 'x', ['img', '-p', '1']]);
	const ps = parseFlags(psFlags, ['extra', '-aq', '--', '-x'], {isInterspersed: true});
	expect(ps.kind === 'parsed' ? [ps.flags.bool('all'), ps.args] : ps).toEqual([true, ['extra', '-x']]);
	expect(parseFlags(psFlags, ['-f', 'noequals'], {isInterspersed: true})).toEqual({kind: 'error', message: 'invalid argument "noequals" for "-f, --filter" flag: bad format of filter (expected name=value)'});
	expect(parseFlags(buildFlags, ['-t', 'BAD', '.'], {isInterspersed: true})).toEqual({kind: 'error', message: 'invalid argument "BAD" for "-t, --tag" flag: invalid reference format: repository name (library/BAD) must be lowercase'});
});

test('detach keys: held back until it is clear what they are', () => {
	const watch = new DetachWatch([16, 17]);
	const shown = (bytes: readonly number[]) => {
		const {pass, isDetached} = watch.push(Uint8Array.from(bytes));
		return [[...pass], isDetached];
	};

	expect([shown([97, 16]), shown([98]), shown([16]), shown([17])]).toEqual([[[97], false], [[16, 98], false], [[], false], [[], true]]);
	expect([parseDetachKeys('ctrl-a,q'), parseDetachKeys('nonsense')]).toEqual([[1, 113], {error: 'unknown character: \'nonsense\''}]);
});

test('frames of two streams arrive in pieces', () => {
	const frames = new Demultiplexer();
	const bytes = Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 3, ...encodeText('out'), 2, 0, 0, 0, 0, 0, 0, 4, ...encodeText('err\n')]);
	const seen = [...bytes].flatMap(byte => frames.push(Uint8Array.of(byte))).map(frame => [frame.fd, decodeText(frame.bytes)]);
	expect(seen).toEqual([[1, 'out'], [2, 'err\n']]);
});
