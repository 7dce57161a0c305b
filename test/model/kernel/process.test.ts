// Processes and what they share: pipes, signals, files, waiting. The programs are written here, against the system calls alone.

import {expect, test} from 'vitest';
import {decodeText, encodeText} from '../../../source/base/bytes.js';
import {read, readAll, sleep, step, wait, write} from '../../../source/model/kernel/blocking.js';
import {failed} from '../../../source/model/kernel/errno.js';
import type {Process, Running} from '../../../source/model/kernel/program.js';
import {TestHost} from '../../support/test-host.js';

function ok<T>(value: T): Exclude<T, {errno: unknown}> {
	if (failed(value)) {
		throw new Error(value.errno);
	}

	return value as Exclude<T, {errno: unknown}>;
}

function * print(process: Process, text: string) {
	yield * write(process, 1, encodeText(text));
}

test('a child writes into a pipe until its parent has read everything', () => {
	const {stdout, status} = new TestHost().main(function * (process) {
		const {readEnd, writeEnd} = ok(process.sys.pipe());
		const child = ok(process.sys.fork(function * (self): Running {
			self.sys.close(readEnd);
			for (let line = 0; line < 20_000; line++) {
				yield * write(self, writeEnd, encodeText(`line ${line}\n`));
			}

			return 3;
		}));
		process.sys.close(writeEnd);
		const bytes = ok(yield * readAll(process, readEnd));
		const ended = ok(yield * wait(process, child));
		yield * print(process, `${decodeText(bytes).split('\n').length} ${JSON.stringify(ended)}`);
		return 0;
	});
	expect(status).toBe(0);
	expect(stdout).toMatch(/^20001 \{"pid":\d+,"kind":"exited","status":3\}$/v);
});

test('writing to a pipe that nobody reads kills by SIGPIPE', () => {
	const {stdout} = new TestHost().main(function * (process) {
		const {readEnd, writeEnd} = ok(process.sys.pipe());
		const child = ok(process.sys.fork(function * (self): Running {
			self.sys.close(readEnd);
			yield * write(self, writeEnd, encodeText('x'));
			return 0;
		}));
		process.sys.close(readEnd);
		const ended = ok(yield * wait(process, child));
		yield * print(process, JSON.stringify({...ended, pid: 0}));
		return 0;
	});
	expect(stdout).toBe('{"pid":0,"kind":"killed","signal":"PIPE","coreDumped":false}');
});

test('a loop without end is killed by its parent after a second of virtual time', () => {
	const {stdout} = new TestHost().main(function * (process) {
		const child = ok(process.sys.fork(function * (): Running {
			for (;;) {
				yield step;
			}
		}));
		const before = process.sys.now();
		yield * sleep(process, 1e9);
		process.sys.kill(child, 'KILL');
		const ended = ok(yield * wait(process, child));
		yield * print(process, `${JSON.stringify({...ended, pid: 0})} ${Math.round((process.sys.now() - before) / 1e9)}`);
		return 0;
	});
	expect(stdout).toBe('{"pid":0,"kind":"killed","signal":"KILL","coreDumped":false} 1');
});

test('a caught signal interrupts a sleep, a stopped task continues', () => {
	const {stdout} = new TestHost().main(function * (process) {
		const child = ok(process.sys.fork(function * (self): Running {
			self.sys.sigaction('TERM', 'catch');
			const slept = yield * sleep(self, 100e9);
			yield * print(self, `${failed(slept) ? slept.errno : 'slept'} ${self.sys.takeSignals().join(',')}\n`);
			return 5;
		}));
		yield * sleep(process, 1e9);
		process.sys.kill(child, 'STOP');
		const stopped = ok(yield * wait(process, child, {stopped: true}));
		process.sys.kill(child, 'TERM');
		yield * sleep(process, 1e9);
		yield * print(process, `${stopped.kind}\n`);
		process.sys.kill(child, 'CONT');
		yield * wait(process, child, {stopped: true});
		const ended = ok(yield * wait(process, child));
		yield * print(process, `${ended.kind === 'exited' ? ended.status : ended.kind}\n`);
		return 0;
	});
	expect(stdout).toBe('stopped\nEINTR TERM\n5\n');
});

test('the first process of a pid namespace ignores what it does not catch, and takes all others with it', () => {
	const {stdout} = new TestHost().main(function * (process) {
		process.sys.unshare(['pid']);
		const init = ok(process.sys.fork(function * (self): Running {
			const other = ok(self.sys.fork(function * (grandchild): Running {
				yield * sleep(grandchild, 1000e9);
				return 0;
			}));
			yield * print(self, `init ${self.sys.getpid()} other ${other}\n`);
			self.sys.kill(1, 'TERM');
			yield * sleep(self, 1000e9);
			return 0;
		}));
		yield * sleep(process, 1e9);
		process.sys.kill(init, 'TERM');
		yield * sleep(process, 1e9);
		const before = process.sys.wait(init);
		process.sys.kill(init, 'KILL');
		const ended = ok(yield * wait(process, init));
		yield * print(process, `${failed(before) ? before.errno : before.kind} then ${ended.kind}\n`);
		return 0;
	});
	expect(stdout).toBe('init 1 other 2\nEAGAIN then killed\n');
});

test('files: hard links, symbolic links, modes, sparse sizes', () => {
	const {stdout} = new TestHost().main(function * (process) {
		const {sys} = process;
		const fd = ok(sys.open('/tmp/a', {write: true, create: true}));
		sys.seek(fd, 1_000_000, 'start');
		sys.write(fd, encodeText('end'));
		sys.close(fd);
		sys.link('/tmp/a', '/tmp/b');
		sys.symlink('b', '/tmp/c');
		const {nlink, sizeBytes, blocks, mode} = ok(sys.stat('/tmp/c'));
		yield * print(process, `${nlink} ${sizeBytes} ${blocks} ${mode.toString(8)}\n`);
		sys.chmod('/tmp/a', 0);
		const again = ok(sys.fork(function * (self): Running {
			self.sys.setuid(1000);
			const opened = self.sys.open('/tmp/b', {read: true});
			yield * print(self, `${failed(opened) ? opened.errno : 'opened'} ${(failed(self.sys.unlink('/tmp/a')) as boolean) ? 'sticky' : 'removed'}\n`);
			return 0;
		}));
		yield * wait(process, again);
		return 0;
	});
	expect(stdout).toBe('2 1000003 8 644\nEACCES sticky\n');
});

test('a unix socket carries bytes both ways until it is closed', () => {
	const {stdout} = new TestHost().main(function * (process) {
		const {sys} = process;
		const listener = ok(sys.socket('unix'));
		ok(sys.bind(listener, {family: 'unix', path: '/tmp/echo.sock'}) ?? 0);
		sys.listen(listener);
		sys.fork(function * (self): Running {
			const client = ok(self.sys.socket('unix'));
			self.sys.connect(client, {family: 'unix', path: '/tmp/echo.sock'});
			yield * write(self, client, encodeText('ping'));
			self.sys.shutdown(client);
			yield * print(self, decodeText(ok(yield * readAll(self, client))));
			return 0;
		});
		yield * sleep(process, 1e6);
		const connection = ok(sys.accept(listener));
		const bytes = ok(yield * readAll(process, connection));
		yield * write(process, connection, encodeText(`${decodeText(bytes)} pong`));
		sys.close(connection);
		yield * wait(process, -1);
		return 0;
	});
	expect(stdout).toBe('ping pong');
});

test('reading from a closed descriptor, executing nothing, joining nobody', () => {
	const {stdout} = new TestHost().main(function * (process) {
		const {sys} = process;
		const answers = [yield * read(process, 77, 1), sys.execve('/nosuch', [], new Map()), sys.execve('/etc/passwd', [], new Map()), sys.wait(-1), sys.kill(99_999, 'TERM'), sys.mkdir('/tmp'), sys.rmdir('/usr'), sys.readlink('/tmp')];
		yield * print(process, answers.map(answer => failed(answer) ? answer.errno : 'ok').join(' '));
		return 0;
	});
	expect(stdout).toBe('EBADF ENOENT EACCES ECHILD ESRCH EEXIST ENOTEMPTY EINVAL');
});
