// redis-server(1): a database of strings in memory, saved to dump.rdb when it stops. Source: redis 7.4 src/server.c, config.c.
//
// Simplified: the data types, replication, persistence by log, modules and scripting of Redis are not modelled; options for them are
// refused.

import {civilFromSeconds, monthNames} from '../base/calendar.js';
import {clockText} from '../base/internet-date.js';
import {read, readAll, write} from '../model/kernel/blocking.js';
import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Fd, Process, Running} from '../model/kernel/program.js';
import type {SignalName} from '../model/kernel/signal.js';
import {listenOn, serveUntilSignal} from './http-server.js';
import {type Context, type Database, runCommand} from './redis/commands.js';
import {decodeRdb, encodeRdb} from './redis/rdb.js';
import {encodeReply, fail, ok, type Reply, RespReader} from './redis/resp.js';
import {type Blocking, printTo} from './standard-io.js';

const version = '7.4.1';

type Options = {readonly port: number; readonly address: string; readonly saves: boolean; readonly requirepass: string | undefined};

export function * redisServer(process: Process): Running {
	const {sys} = process;
	if (process.argv.includes('--version') || process.argv.includes('-v')) {
		yield * printTo(process, 1, `Redis server v=${version} sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=f6dd2e7d5ddbbd1a\n`);
		return 0;
	}

	const options = parseOptions(process.argv.slice(1));
	if ('problem' in options) {
		yield * printTo(process, 2, options.problem);
		return 1;
	}

	yield * greet(process, options);
	const socket = listenOn(process, options.address, options.port);
	if (failed(socket)) {
		yield * log(process, 'M', '#', `Warning: Could not create server TCP listening socket *:${options.port}: bind: ${errorTextOf(socket)}`);
		yield * log(process, 'M', '#', `Failed listening on port ${options.port} (tcp), aborting.`);
		return 1;
	}

	for (const signal of ['TERM', 'INT'] as const) {
		sys.sigaction(signal, 'catch');
	}

	sys.sigaction('PIPE', 'ignore');
	const database: Database = {entries: new Map(), commands: 0, connections: 0, changes: 0};
	yield * load(process, database);
	chargeMemory(process, database);
	yield * log(process, 'M', '*', 'Ready to accept connections tcp');
	const startedMs = nowMs(process);
	const pid = sys.getpid();
	const signal = yield * serveUntilSignal(process, socket, (thread, client) => serve(thread, client, {database, options, startedMs, pid}));
	return yield * stop(process, database, {signal, options});
}

/** `--port 6380 --save ""`; a configuration file has the same words, a line each. */
function parseOptions(words: readonly string[]): Options | {readonly problem: string} {
	let options: Options = {port: 6379, address: '0.0.0.0', saves: true, requirepass: undefined};
	if (words[0] !== undefined && !words[0].startsWith('--')) {
		return {problem: `virtlab does not model configuration files of redis-server (${words[0]}); give the options as words, as in --port 6380\n`};
	}

	for (let at = 0; at < words.length; at += 2) {
		const name = words[at]!.replace(/^--/v, '');
		const value = words[at + 1];
		if (value === undefined || (name === 'port' && !/^\d{1,5}$/v.test(value))) {
			return {problem: `\n*** FATAL CONFIG FILE ERROR (Redis ${version}) ***\nReading the configuration file, at line 2\n>>> '${name}${value === undefined ? '' : ` "${value}"`}'\n${value === undefined ? 'wrong number of arguments' : 'argument couldn\'t be parsed into an integer'}\n`};
		}

		switch (name) {
			case 'port': options = {...options, port: Number(value)}; break;
			case 'bind': options = {...options, address: value === '*' ? '0.0.0.0' : value}; break;
			case 'save': options = {...options, saves: value !== ''}; break;
			case 'requirepass': options = {...options, requirepass: value}; break;
			default: return {problem: `\n*** FATAL CONFIG FILE ERROR (Redis ${version}) ***\nReading the configuration file, at line 2\n>>> '${name} "${value}"'\n${['appendonly', 'maxmemory', 'maxmemory-policy', 'replicaof', 'daemonize', 'loglevel', 'dir', 'dbfilename', 'protected-mode'].includes(name) ? 'virtlab does not model this directive' : 'Bad directive or wrong number of arguments'}\n`};
		}
	}

	return options;
}

function nowMs({sys}: Process): number {
	const {seconds, nanoseconds} = sys.realTime();
	return seconds * 1000 + Math.floor(nanoseconds / 1e6);
}

/** `1:M 01 Sep 2026 08:00:00.123 * text`. */
function * log(process: Process, role: 'C' | 'M', mark: '*' | '#', text: string): Blocking<void> {
	const {seconds, nanoseconds} = process.sys.realTime();
	const time = civilFromSeconds(seconds);
	const stamp = `${String(time.day).padStart(2, '0')} ${monthNames[time.month - 1]!.slice(0, 3)} ${time.year} ${clockText(time)}.${String(Math.floor(nanoseconds / 1e6)).padStart(3, '0')}`;
	yield * printTo(process, 1, `${process.sys.getpid()}:${role} ${stamp} ${mark} ${text}\n`);
}

function * greet(process: Process, {port}: Options): Blocking<void> {
	yield * log(process, 'C', '*', 'oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo');
	yield * log(process, 'C', '*', `Redis version=${version}, bits=64, commit=00000000, modified=0, pid=${process.sys.getpid()}, just started`);
	yield * process.argv.length === 1
		? log(process, 'C', '#', 'Warning: no config file specified, using the default config. In order to specify a config file use redis-server /path/to/redis.conf')
		: log(process, 'C', '*', 'Configuration loaded');
	yield * log(process, 'M', '*', 'monotonic clock: POSIX clock_gettime');
	yield * log(process, 'M', '*', `Running mode=standalone, port=${port}.`);
	yield * log(process, 'M', '*', 'Server initialized');
}

function * load(process: Process, database: Database): Blocking<void> {
	const fd = process.sys.open('dump.rdb', {read: true});
	const bytes = failed(fd) ? fd : yield * readAll(process, fd);
	if (!failed(fd)) {
		process.sys.close(fd);
	}

	const entries = failed(bytes) ? undefined : decodeRdb(bytes);
	if (entries !== undefined) {
		for (const [key, entry] of entries) {
			database.entries.set(key, entry);
		}

		yield * log(process, 'M', '*', `Done loading RDB, keys loaded: ${entries.size}, keys expired: 0.`);
		yield * log(process, 'M', '*', 'DB loaded from disk: 0.000 seconds');
	}
}

/** What a fresh server uses, and about a hundred bytes for each key besides its text. Source: redis INFO memory, used_memory_rss. */
function chargeMemory(process: Process, database: Database): void {
	let bytes = 8_000_000;
	for (const [key, {value}] of database.entries) {
		bytes += 100 + key.length + value.length;
	}

	process.sys.setMemory(bytes);
}

function * save(process: Process, database: Database): Blocking<string | undefined> {
	const fd = process.sys.open('temp.rdb', {write: true, create: true, truncate: true}, 0o644);
	const written = failed(fd) ? fd : yield * write(process, fd, encodeRdb(database.entries));
	if (!failed(fd)) {
		process.sys.close(fd);
	}

	const renamed = failed(written) ? written : process.sys.rename('temp.rdb', 'dump.rdb');
	database.changes = failed(renamed) ? database.changes : 0;
	return failed(renamed) ? errorTextOf(renamed) : undefined;
}

type Shared = {readonly database: Database; readonly options: Options; readonly startedMs: number; readonly pid: number};

/** One client's connection. */
function * serve(process: Process, client: Fd, shared: Shared): Running {
	const {sys} = process;
	const reader = new RespReader();
	let isTrusted = shared.options.requirepass === undefined;
	shared.database.connections++;
	for (;;) {
		const message = reader.next();
		if (message === undefined) {
			const bytes = yield * read(process, client, 65_536);
			if (failed(bytes) || bytes.length === 0) {
				break;
			}

			reader.push(bytes);
			continue;
		}

		const words = 'protocolError' in message ? undefined : wordsOf(message);
		if (words === undefined) {
			yield * write(process, client, encodeReply(fail(`ERR Protocol error: ${'protocolError' in message ? message.protocolError : 'expected \'$\''}`)));
			break;
		}

		const name = (words[0] ?? '').toUpperCase();
		if (name === 'AUTH') {
			isTrusted ||= words.at(-1) === shared.options.requirepass;
		}

		const reply = yield * reactTo(process, shared, {words, isTrusted});
		const sent = yield * write(process, client, encodeReply(reply));
		if (name === 'QUIT' || failed(sent)) {
			break;
		}
	}

	shared.database.connections--;
	sys.shutdown(client);
	return 0;
}

function wordsOf(message: Reply): readonly string[] | undefined {
	return message.kind === 'array' && message.items.every(item => item.kind === 'bulk') ? message.items.map(item => item.kind === 'bulk' ? item.text : '') : undefined;
}

function * reactTo(process: Process, {database, options, startedMs, pid}: Shared, {words, isTrusted}: {readonly words: readonly string[]; readonly isTrusted: boolean}): Blocking<Reply> {
	const name = (words[0] ?? '').toUpperCase();
	if (name === 'AUTH') {
		return options.requirepass === undefined
			? fail('ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?')
			: (isTrusted ? ok : fail('WRONGPASS invalid username-password pair or user is disabled.'));
	}

	if (!isTrusted && name !== 'QUIT') {
		return fail('NOAUTH Authentication required.');
	}

	switch (name) {
		case 'QUIT': return ok;
		case 'SAVE': {
			const problem = yield * save(process, database);
			return problem === undefined ? ok : fail('ERR');
		}

		case 'COMMAND':
		case 'CLIENT': return name === 'CLIENT' ? ok : {kind: 'array', items: []};
		case 'SHUTDOWN': {
			process.sys.kill(pid, 'TERM');
			return ok;
		}

		default: {
			const context: Context = {database, nowMs: nowMs(process), info: () => infoText(database, {port: options.port, pid, uptimeSeconds: Math.floor((nowMs(process) - startedMs) / 1000)})};
			const before = database.changes;
			const reply = runCommand(context, words);
			if (database.changes !== before) {
				chargeMemory(process, database);
			}

			return reply;
		}
	}
}

function infoText({entries, commands, connections, changes}: Database, {port, pid, uptimeSeconds}: {readonly port: number; readonly pid: number; readonly uptimeSeconds: number}): string {
	const expires = [...entries.values()].filter(entry => entry.expiresMs !== undefined).length;
	return [
		'# Server', `redis_version:${version}`, 'redis_mode:standalone', 'os:Linux x86_64', 'arch_bits:64', `process_id:${pid}`, `tcp_port:${port}`, `uptime_in_seconds:${uptimeSeconds}`, '',
		'# Clients', `connected_clients:${connections}`, '', '# Persistence', `rdb_changes_since_last_save:${changes}`, '', '# Stats', `total_commands_processed:${commands}`, '',
		'# Replication', 'role:master', 'connected_slaves:0', '', '# Keyspace', ...(entries.size === 0 ? [] : [`db0:keys=${entries.size},expires=${expires},avg_ttl=0,subexpiry=0`]), '',
	].join('\r\n');
}

function * stop(process: Process, database: Database, {signal, options}: {readonly signal: SignalName; readonly options: Options}): Running {
	yield * printTo(process, 1, `${process.sys.getpid()}:signal-handler (${process.sys.realTime().seconds}) Received SIG${signal} scheduling shutdown...\n`);
	yield * log(process, 'M', '*', 'User requested shutdown...');
	if (options.saves) {
		yield * log(process, 'M', '*', 'Saving the final RDB snapshot before exiting.');
		const problem = yield * save(process, database);
		if (problem !== undefined) {
			yield * log(process, 'M', '#', `Failed opening the temp RDB file temp.rdb (in server root dir) for saving: ${problem}`);
			yield * log(process, 'M', '#', 'Error trying to save the DB, can\'t exit.');
			return 1;
		}

		yield * log(process, 'M', '*', 'DB saved on disk');
	}

	yield * log(process, 'M', '#', 'Redis is now ready to exit, bye bye...');
	return 0;
}
