// nginx(8): a master process that reads the configuration, opens sockets and logs and keeps workers running, and is steered by signals.
// Source: nginx src/os/unix/ngx_process_cycle.c, src/core/nginx.c.
//
//     TERM, INT  end at once       QUIT  end when connections are done       HUP  read the configuration again       USR1  reopen logs

import {encodeText} from '../base/bytes.js';
import {readAll} from '../model/kernel/blocking.js';
import {failed} from '../model/kernel/errno.js';
import type {Fd, Process, Running} from '../model/kernel/program.js';
import {decodeText} from '../base/bytes.js';
import type {SignalName} from '../model/kernel/signal.js';
import {signalNumbers} from '../model/kernel/signal.js';
import {changeTask} from '../model/kernel/tasks.js';
import {type ConfigError, errnoText, isConfigError, parseGlobal, readConfiguration} from './nginx/configuration.js';
import {type ErrorLog, logError, logTime} from './nginx/log.js';
import {nginxVersion} from './nginx/serve-file.js';
import {type Site, siteOf} from './nginx/site.js';
import {type Listening, type Logs, worker, type WorkerUser} from './nginx/worker.js';
import {type Blocking, printTo} from './standard-io.js';

type Options = {
	readonly file: string;
	readonly globals: string;
	readonly action: 'run' | 'test' | 'dump' | 'version' | 'build' | 'help';
	readonly signal: string | undefined;
	readonly isQuiet: boolean;
};

const help = `nginx version: nginx/${nginxVersion}
Usage: nginx [-?hvVtTq] [-s signal] [-p prefix]
             [-e filename] [-c filename] [-g directives]

Options:
  -?,-h         : this help
  -v            : show version and exit
  -V            : show version and configure options then exit
  -t            : test configuration and exit
  -T            : test configuration, dump it and exit
  -q            : suppress non-error messages during configuration testing
  -s signal     : send signal to a master process: stop, quit, reopen, reload
  -p prefix     : set prefix path (default: /etc/nginx/)
  -e filename   : set error log file (default: /var/log/nginx/error.log)
  -c filename   : set configuration file (default: /etc/nginx/nginx.conf)
  -g directives : set global directives out of configuration file

`;

function parseOptions(argv: readonly string[]): Options | string {
	let options: Options = {file: '/etc/nginx/nginx.conf', globals: '', action: 'run', signal: undefined, isQuiet: false};
	for (let at = 1; at < argv.length; at++) {
		const word = argv[at]!;
		if (!word.startsWith('-') || word === '-') {
			return `invalid option: "${word}"`;
		}

		for (let index = 1; index < word.length; index++) {
			const letter = word[index]!;
			if (['c', 'g', 's'].includes(letter)) {
				const value = word.slice(index + 1) || argv[++at];
				if (value === undefined) {
					return `option "-${letter}" requires ${letter === 'c' ? 'file name' : 'parameter'}`;
				}

				options = letter === 'c' ? {...options, file: value} : (letter === 'g' ? {...options, globals: value} : {...options, signal: value});
				if (letter === 's' && !['stop', 'quit', 'reopen', 'reload'].includes(value)) {
					return `invalid option: "-s ${value}"`;
				}

				break;
			}

			const action = ({t: 'test', T: 'dump', v: 'version', V: 'build', h: 'help', '?': 'help'} as const)[letter];
			if (letter === 'q') {
				options = {...options, isQuiet: true};
			} else if (action === undefined) {
				return letter === 'p' || letter === 'e' ? `virtlab does not model the option "-${letter}"` : `invalid option: "${letter}"`;
			} else {
				options = {...options, action};
			}
		}
	}

	return options;
}

export function * nginx(process: Process): Running {
	const options = parseOptions(process.argv);
	if (typeof options === 'string') {
		yield * printTo(process, 2, `nginx: ${options}\n`);
		return 1;
	}

	if (options.action === 'version' || options.action === 'build' || options.action === 'help') {
		yield * printTo(process, 2, options.action === 'help' ? help : `nginx version: nginx/${nginxVersion}\n${options.action === 'build' ? 'built by gcc 12.2.0 (Debian 12.2.0-14) \nconfigure arguments: --prefix=/etc/nginx\n' : ''}`);
		return 0;
	}

	const site = yield * readSite(process, options);
	if (isConfigError(site)) {
		yield * complain(process, site, options);
		return 1;
	}

	if (options.signal !== undefined) {
		return yield * signalMaster(process, site, options.signal);
	}

	if (options.action !== 'run') {
		return yield * testOnly(process, site, options);
	}

	return yield * run(process, site, options);
}

function * readSite(process: Process, options: Options): Blocking<Site | ConfigError> {
	const globals = parseGlobal(options.globals);
	const directives = yield * readConfiguration(process, options.file);
	return isConfigError(globals) ? globals : (isConfigError(directives) ? directives : siteOf([...globals, ...directives]));
}

function * complain(process: Process, {emerg}: ConfigError, {action, file}: Options): Blocking<void> {
	const pid = process.sys.getpid();
	const prefix = action === 'run' ? `${logTime(process)} [emerg] ${pid}#${pid}: ${emerg}\n` : '';
	yield * printTo(process, 2, `${prefix}nginx: [emerg] ${emerg}\n${action === 'run' ? '' : `nginx: configuration file ${file} test failed\n`}`);
}

/** `nginx -t`: opens what a start would open, then says so. */
function * testOnly(process: Process, site: Site, {file, action, isQuiet}: Options): Running {
	const logs = openLogs(process, site);
	if (isConfigError(logs)) {
		yield * complain(process, logs, {file, action, globals: '', signal: undefined, isQuiet});
		return 1;
	}

	if (!isQuiet) {
		yield * printTo(process, 2, `nginx: the configuration file ${file} syntax is ok\nnginx: configuration file ${file} test is successful\n`);
	}

	if (action === 'dump') {
		const fd = process.sys.open(file, {read: true});
		const bytes = failed(fd) ? fd : yield * readAll(process, fd);
		yield * printTo(process, 1, failed(bytes) ? '' : `# configuration file ${file}:\n${decodeText(bytes)}\n`);
	}

	return 0;
}

const masterSignals: Readonly<Record<string, SignalName>> = {stop: 'TERM', quit: 'QUIT', reopen: 'USR1', reload: 'HUP'};

/** `nginx -s reload`: a signal to the process that the pid file names. */
function * signalMaster(process: Process, site: Site, signal: string): Running {
	const pid = process.sys.getpid();
	yield * printTo(process, 2, `${logTime(process)} [notice] ${pid}#${pid}: signal process started\n`);
	const fd = process.sys.open(site.pidPath, {read: true});
	const bytes = failed(fd) ? fd : yield * readAll(process, fd);
	const fail = function * (message: string): Running {
		yield * printTo(process, 2, `${logTime(process)} [error] ${pid}#${pid}: ${message}\nnginx: [error] ${message}\n`);
		return 1;
	};
	if (failed(bytes)) {
		return yield * fail(`open() "${site.pidPath}" failed ${errnoText(bytes.errno)}`);
	}

	const text = decodeText(bytes).trim();
	if (!/^\d{1,9}$/v.test(text)) {
		return yield * fail(`invalid PID number "${text}" in "${site.pidPath}"`);
	}

	const sent = process.sys.kill(Number(text), masterSignals[signal]!);
	return failed(sent) ? yield * fail(`kill(${text}, ${signalNumbers[masterSignals[signal]!]}) failed (${sent.errno === 'ESRCH' ? '3: No such process' : '1: Operation not permitted'})`) : 0;
}

/** Opens all log files; one that cannot be opened ends nginx. */
function openLogs({sys}: Process, site: Site): Logs | ConfigError {
	const access = new Map<string, Fd>();
	const scopes = site.servers.flatMap(server => [server, ...server.locations]);
	const paths = new Set(scopes.flatMap(scope => scope.accessLogs.map(log => log.path)));
	const open = (path: string): Fd | ConfigError => {
		const fd = sys.open(path, {write: true, create: true, append: true}, 0o644);
		return failed(fd) ? {emerg: `open() "${path}" failed ${errnoText(fd.errno)}`} : fd;
	};

	const error = site.errorLog.path === 'stderr' ? 2 : open(site.errorLog.path);
	if (isConfigError(error)) {
		return error;
	}

	for (const path of paths) {
		const fd = open(path);
		if (isConfigError(fd)) {
			return fd;
		}

		access.set(path, fd);
	}

	return {error: {fd: error, level: site.errorLog.level}, access};
}

function openSockets({sys}: Process, site: Site, inherited: readonly Listening[]): readonly Listening[] | ConfigError {
	const sockets: Listening[] = [];
	for (const {address, port} of site.servers.flatMap(server => server.listens)) {
		if (sockets.some(socket => socket.address === address && socket.port === port)) {
			continue;
		}

		const kept = inherited.find(socket => socket.address === address && socket.port === port);
		const fd = kept?.fd ?? sys.socket('inet');
		const bound = kept !== undefined || failed(fd) ? undefined : sys.bind(fd, {family: 'inet', address, port});
		const listening = kept !== undefined || failed(fd) || failed(bound) ? bound : sys.listen(fd);
		if (failed(fd) || failed(listening)) {
			return {emerg: `bind() to ${address}:${port} failed ${errnoText(failed(fd) ? fd.errno : (listening as {errno: 'EADDRINUSE'}).errno)}`};
		}

		sockets.push({fd, address, port});
	}

	return sockets;
}

/** The account that workers run as: `user nginx;`, looked up where the program runs. */
function * workerUser(process: Process, site: Site): Blocking<WorkerUser | ConfigError> {
	if (process.sys.credentials().uid !== 0) {
		return undefined;
	}

	const name = site.user ?? 'nginx';
	const fd = process.sys.open('/etc/passwd', {read: true});
	const bytes = failed(fd) ? fd : yield * readAll(process, fd);
	if (!failed(fd)) {
		process.sys.close(fd);
	}

	const fields = failed(bytes) ? undefined : decodeText(bytes).split('\n').map(line => line.split(':')).find(([account]) => account === name);
	const where = site.userDirective === undefined ? '' : ` in ${site.userDirective.file}:${site.userDirective.line}`;
	return fields === undefined ? {emerg: `getpwnam("${name}") failed${where}`} : {uid: Number(fields[2]), gid: Number(fields[3])};
}

/** As `ps` shows a process that changed its title. */
function setTitle({sys}: Process, title: string): void {
	const {tx, kernel, task} = sys.kernel();
	changeTask(tx, kernel, task, {argv: [title]});
}

function * run(process: Process, site: Site, options: Options): Running {
	const {sys} = process;
	const logs = openLogs(process, site);
	const user = isConfigError(logs) ? logs : yield * workerUser(process, site);
	const sockets = isConfigError(user) ? user : openSockets(process, site, []);
	if (isConfigError(logs) || isConfigError(user) || isConfigError(sockets)) {
		const problem = [logs, user, sockets].find(isConfigError)!;
		yield * complain(process, problem, options);
		return 1;
	}

	if (sys.credentials().uid !== 0 && site.user !== undefined && site.userDirective !== undefined) {
		logError(process, logs.error, 'warn', `the "user" directive makes sense only if the master process runs with super-user privileges, ignored in ${site.userDirective.file}:${site.userDirective.line}`);
	}

	const start: Start = {site, options, logs, sockets, user};
	if (!site.isDaemon) {
		return yield * master(process, start);
	}

	sys.fork(child => {
		child.sys.setsid();
		return master(child, start);
	});
	return 0;
}

type Start = {readonly site: Site; readonly options: Options; readonly logs: Logs; readonly sockets: readonly Listening[]; readonly user: WorkerUser};

/** Private memory of the master. Source: smaps of nginx:1.27 after start. */
const masterBytes = 1_200_000;

function * master(process: Process, start: Start): Running {
	const {sys} = process;
	for (const signal of ['TERM', 'INT', 'QUIT', 'HUP', 'USR1', 'CHLD'] as const) {
		sys.sigaction(signal, 'catch');
	}

	sys.setMemory(masterBytes);
	setTitle(process, `nginx: master process ${process.argv.join(' ')}`);
	writePid(process, start.site);
	announce(process, start.logs.error);
	let current = start;
	let workers = startWorkers(process, current);
	let ending: SignalName | undefined;
	for (;;) {
		for (const signal of sys.takeSignals()) {
			if (signal !== 'CHLD') {
				logError(process, current.logs.error, 'notice', `signal ${signalNumbers[signal]} (SIG${signal}) received${signal === 'QUIT' ? ', shutting down' : (signal === 'HUP' ? ', reconfiguring' : (signal === 'USR1' ? ', reopening logs' : ', exiting'))}`);
			}

			if (signal === 'TERM' || signal === 'INT' || signal === 'QUIT') {
				ending = signal;
				tellWorkers(process, workers, signal === 'QUIT' ? 'QUIT' : 'TERM');
			} else if (signal === 'HUP') {
				const next = yield * reconfigure(process, current);
				if (next !== undefined) {
					const old = workers;
					current = next;
					workers = new Set([...startWorkers(process, current), ...old]);
					tellWorkers(process, old, 'QUIT');
				}
			} else if (signal === 'USR1') {
				const reopened = openLogs(process, current.site);
				current = isConfigError(reopened) ? current : {...current, logs: reopened};
			}
		}

		const lost = reap(process, workers, {log: current.logs.error, isEnding: ending !== undefined});
		for (let index = 0; index < lost; index++) {
			startWorker(process, current, workers);
		}

		if (ending !== undefined && workers.size === 0) {
			logError(process, current.logs.error, 'notice', 'exit');
			sys.unlink(current.site.pidPath);
			return 0;
		}

		yield {kind: 'sleep', channels: [sys.childChannel()]};
	}
}

function writePid({sys}: Process, {pidPath}: Site): void {
	const fd = sys.open(pidPath, {write: true, create: true, truncate: true}, 0o644);
	if (!failed(fd)) {
		sys.write(fd, encodeText(`${sys.getpid()}\n`));
		sys.close(fd);
	}
}

function announce(process: Process, log: ErrorLog): void {
	const {sysname, release} = process.sys.uname();
	const {soft, hard} = process.sys.getResourceLimit('nofile');
	for (const line of ['using the "epoll" event method', `nginx/${nginxVersion}`, 'built by gcc 12.2.0 (Debian 12.2.0-14) ', `OS: ${sysname} ${release}`, `getrlimit(RLIMIT_NOFILE): ${soft}:${hard}`]) {
		logError(process, log, 'notice', line);
	}
}

function startWorkers(process: Process, start: Start): Set<number> {
	const {site, logs} = start;
	const {tx, kernel} = process.sys.kernel();
	const count = site.workers === 0 ? tx.get('kernel', kernel)?.cpuCount ?? 1 : site.workers;
	logError(process, logs.error, 'notice', 'start worker processes');
	const pids = new Set<number>();
	for (let index = 0; index < count; index++) {
		startWorker(process, start, pids);
	}

	return pids;
}

function startWorker(process: Process, {site, logs, sockets, user}: Start, workers: Set<number>): void {
	const pid = process.sys.fork(child => {
		setTitle(child, 'nginx: worker process');
		return worker(child, site, {logs, sockets, user});
	});
	if (!failed(pid)) {
		workers.add(pid);
		logError(process, logs.error, 'notice', `start worker process ${pid}`);
	}
}

function tellWorkers({sys}: Process, workers: ReadonlySet<number>, signal: SignalName): void {
	for (const pid of workers) {
		sys.kill(pid, signal);
	}
}

/** Collects workers that have ended; answers how many of them were killed and must be replaced. */
function reap(process: Process, workers: Set<number>, {log, isEnding}: {readonly log: ErrorLog; readonly isEnding: boolean}): number {
	let lost = 0;
	for (;;) {
		const status = process.sys.wait(-1);
		if (failed(status)) {
			return lost;
		}

		if (workers.delete(status.pid)) {
			lost += status.kind === 'killed' && !isEnding ? 1 : 0;
			logError(process, log, 'notice', `signal 17 (SIGCHLD) received from ${status.pid}`);
			logError(process, log, status.kind === 'killed' && !isEnding ? 'alert' : 'notice', status.kind === 'killed'
				? `worker process ${status.pid} exited on signal ${signalNumbers[status.signal]}`
				: `worker process ${status.pid} exited with code ${status.kind === 'exited' ? status.status : 0}`);
		}
	}
}

/** A new configuration, or undefined if it is wrong and the old one stays. */
function * reconfigure(process: Process, current: Start): Blocking<Start | undefined> {
	const site = yield * readSite(process, current.options);
	const logs = isConfigError(site) ? site : openLogs(process, site);
	const sockets = isConfigError(logs) || isConfigError(site) ? logs : openSockets(process, site, current.sockets);
	if (isConfigError(site) || isConfigError(logs) || isConfigError(sockets)) {
		const problem = [site, logs, sockets].find(isConfigError)!;
		logError(process, current.logs.error, 'emerg', problem.emerg);
		return undefined;
	}

	return {...current, site, logs, sockets: sockets as readonly Listening[]};
}
