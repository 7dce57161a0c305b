// `virtlab shell` as a script sees it: standard input, output and error of a real process.

import {spawnSync} from 'node:child_process';
import {cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {builtCli} from '../support/built-cli.js';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'virtlab-line-mode-'));
let cli: string;

beforeAll(() => {
	cli = builtCli();
});

afterAll(() => {
	rmSync(folder, {recursive: true});
});

function virtlab(args: readonly string[], input = '') {
	const {stdout, stderr, status} = spawnSync(process.execPath, [cli, ...args], {input, encoding: 'utf8', env: {...process.env, VIRTLAB_HOME: folder, LANG: 'C'}});
	return {stdout, stderr, status};
}

test('the published page of a container is on the host\'s port', () => {
	const {stdout, status} = virtlab(['shell'], 'docker run -d -p 8080:80 --name web nginx\ncurl -s 127.0.0.1:8080\n');
	expect(stdout).toContain('<h1>Welcome to nginx!</h1>');
	expect(status).toBe(0);
});

test('output and errors are apart, here-docs are read from the script, the status is the last command\'s', () => {
	expect(virtlab(['shell'], 'cat <<END\nfor $USER\nEND\nls /nosuch\n')).toEqual({
		stdout: 'for learner\n',
		stderr: 'ls: cannot access \'/nosuch\': No such file or directory\n',
		status: 2,
	});
});

test('a command may read the lines that follow it, and exit ends the script', () => {
	expect(virtlab(['shell'], 'read -r first; echo "got $first"\nhello there\nexit 7\necho never\n')).toEqual({stdout: 'got hello there\n', stderr: '', status: 7});
});

test('a loop without end is stopped, and the script goes on', () => {
	const {stdout, stderr, status} = virtlab(['shell'], 'while :; do :; done\necho "after $?"\n');
	expect(stderr).toBe('virtlab: the command was stopped: it made more than 1000000 steps\n');
	expect(stdout).toBe('after 130\n');
	expect(status).toBe(0);
});

test('a lab can be worked on line by line: directives are comments to a shell', () => {
	const {stderr} = virtlab(['shell', '--lab', 'first-container'], 'docker pull -q nginx\n#: answer 99\n#: undo\n#: nonsense\n');
	expect(stderr).toContain('[-] That is not the number of layers.');
	expect(stderr).toContain('virtlab: unknown directive "nonsense"');
});

test('a recorded script replays to the same bytes in both languages, and is refused when a byte was changed', () => {
	const file = join(folder, 'session.cast');
	const shown = virtlab(['shell', '--record', file], 'docker run --rm busybox echo hello\ndate\n');
	const english = virtlab(['replay', file, '--lang', 'en']);
	const chinese = virtlab(['replay', file, '--lang', 'zh-CN']);
	expect(english).toEqual(shown);
	expect(chinese).toEqual(shown);

	const changed = readFileSync(file, 'utf8').replace('echo hello', 'echo hullo');
	writeFileSync(file, changed);
	const line = changed.split('\n').findIndex(text => text.includes('hullo')) + 1;
	const refused = virtlab(['replay', file]);
	expect(refused.status).toBe(2);
	expect(refused.stderr).toMatch(new RegExp(`^virtlab: .*: line (?:${line}|${line + 1}|${line + 2}|${line + 3}):`, 'v'));
});

test('unknown commands, labs, flags and seeds are refused with status 2', () => {
	expect(virtlab(['frobnicate'])).toEqual({stdout: '', stderr: 'virtlab: unknown command "frobnicate"; see virtlab --help\n', status: 2});
	expect(virtlab(['run', 'nosuch'])).toEqual({stdout: '', stderr: 'virtlab: there is no lab "nosuch"; `virtlab list` shows them\n', status: 2});
	expect(virtlab(['shell', '--seed', '-1']).status).toBe(2);
	expect(virtlab(['shell', '--nosuch']).status).toBe(2);
	expect(virtlab(['run', 'first-container'])).toEqual({stdout: '', stderr: 'virtlab: the full screen needs a terminal; use `virtlab shell` for line mode\n', status: 2});
});

test('a transcript of a lab of one\'s own is replayed and graded with its folder named', () => {
	const pack = join(folder, 'pack', 'own-lab');
	cpSync(join(root, 'labs', 'docker', 'first-container'), pack, {recursive: true});
	writeFileSync(join(pack, 'lab.yaml'), readFileSync(join(pack, 'lab.yaml'), 'utf8').replace('id: first-container', 'id: own-lab'));
	const file = join(folder, 'own.cast');
	virtlab(['shell', '--lab', pack, '--record', file], 'docker pull -q nginx\n');
	expect(virtlab(['replay', file]).stderr).toBe(`virtlab: ${file}: line 1: there is no lab "own-lab" here\n`);
	expect(virtlab(['replay', file, '--lab', join(folder, 'pack')])).toEqual({stdout: 'docker.io/library/nginx:latest\n', stderr: '', status: 0});
	expect(virtlab(['grade', file, '--lab', join(folder, 'pack')]).status).toBe(1);
});
