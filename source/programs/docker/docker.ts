// docker, the client: reads its command line, speaks HTTP to dockerd over a socket and prints what docker 28.2.2 prints.
// Everything it knows it learns by those requests.
//
//     docker.ts ── command-table.ts ── command/    flags, help, dispatch: what cobra and pflag do
//                                   ├─ commands/   one file per command or family
//                                   ├─ container/  options of run and create      build/  contexts and progress
//                                   ├─ client/     requests, hijacked streams, progress messages, tar files
//                                   ├─ format/     tables and templates           go-template/  text/template
//                                   └─ go/         JSON, durations and sizes as Go writes them
//
// The plugin compose is beside it, in programs/compose/.

import {runCompose} from '../compose/compose.js';
import type {Process, Running} from '../../model/kernel/program.js';
import {daemonHost} from './client/daemon-host.js';
import {print, terminalColumns, warn, clientVersion, type Client} from './client/client.js';
import {rootCommands, rootSections} from './command-table.js';
import {conclude, helpOf, runNode} from './command/dispatch.js';
import {flag, type FlagSpec} from './command/flag.js';
import {parseFlags, type Flags} from './command/flag-set.js';
import {refusal, refused, type Refusal, type Steps} from './command/refusal.js';
import {commandList, flagUsages, shortOf} from './command/usage.js';
import {classicBuild, deprecation} from './commands/build.js';
import {clientCommit} from './commands/version.js';
import type {Group} from './command/command.js';

export function * docker(process: Process): Running {
	const outcome = yield * main(process);
	const client: Client = {process, host: {url: '', address: {family: 'unix', path: ''}}, session: {version: undefined}};
	return yield * conclude(client, outcome);
}

function rootFlags(process: Process): readonly FlagSpec[] {
	const home = `${process.env.get('HOME') ?? ''}/.docker`;
	return [
		flag('config', 'string', 'Location of client config files', {default: home, isMissing: true}),
		flag('context', 'string', 'Name of the context to use to connect to the daemon (overrides DOCKER_HOST env var and default context set with "docker context use")', {short: 'c'}),
		flag('debug', 'bool', 'Enable debug mode', {short: 'D', isMissing: true}),
		flag('host', 'list', 'Daemon socket to connect to', {short: 'H'}),
		flag('log-level', 'string', 'Set the logging level ("debug", "info", "warn", "error", "fatal")', {short: 'l', default: 'info', isMissing: true}),
		flag('tls', 'bool', 'Use TLS; implied by --tlsverify', {isMissing: true}),
		flag('tlscacert', 'string', 'Trust certs signed only by this CA', {default: `${home}/ca.pem`, isMissing: true}),
		flag('tlscert', 'string', 'Path to TLS certificate file', {default: `${home}/cert.pem`, isMissing: true}),
		flag('tlskey', 'string', 'Path to TLS key file', {default: `${home}/key.pem`, isMissing: true}),
		flag('tlsverify', 'bool', 'Use TLS and verify the remote', {isMissing: true}),
		flag('version', 'bool', 'Print version information and quit', {short: 'v'}),
	];
}

const root: Group = {kind: 'group', short: 'A self-sufficient runtime for containers', commands: rootCommands as Group['commands'], otherNames: new Map()};

export function rootHelp(process: Process): string {
	const sections = rootSections.map(([title, commands]) => commandList(title, [...commands].map(([name, node]) => ({name, short: shortOf(node)}))));
	return `Usage:  docker [OPTIONS] COMMAND\n\n${root.short}\n${sections.join('')}\nGlobal Options:\n${flagUsages(rootFlags(process), terminalColumns(process) - 1)}
Run 'docker COMMAND --help' for more information on a command.

For more help on how to use Docker, head to https://docs.docker.com/go/guides/
`;
}

function * main(process: Process): Steps<number | Refusal> {
	const parsed = parseFlags(rootFlags(process), process.argv.slice(1), {isInterspersed: false});
	if (parsed.kind === 'error') {
		return refusal(`${parsed.message}\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\nRun 'docker --help' for more information`, 125);
	}

	const client = parsed.kind === 'help' ? defaultClient(process) : clientOf(process, parsed.flags);
	if (refused(client)) {
		return client;
	}

	if (parsed.kind === 'help') {
		yield * print(client, rootHelp(process));
		return 0;
	}

	const [name, ...rest] = parsed.args;
	if (parsed.flags.bool('version')) {
		yield * print(client, `Docker version ${clientVersion}, build ${clientCommit}\n`);
		return 0;
	}

	if (name === undefined) {
		yield * warn(client, rootHelp(process));
		return 0;
	}

	return yield * runNamed(client, name, rest);
}

function * runNamed(client: Client, name: string, rest: readonly string[]): Steps<number | Refusal> {
	if (name === 'help') {
		if (rest.length === 0) {
			yield * print(client, rootHelp(client.process));
			return 0;
		}

		return yield * rest[0] === 'compose' ? runCompose(client, ['help', ...rest.slice(1)]) : helpOf(client, root, 'docker', rest);
	}

	if (name === 'compose') {
		return yield * runCompose(client, rest);
	}

	const node = rootCommands.get(name);
	if (node === undefined) {
		return refusal(`docker: unknown command: docker ${name}\n\nRun 'docker --help' for more information`);
	}

	const isClassic = ['0', 'false'].includes(client.process.env.get('DOCKER_BUILDKIT') ?? '');
	const isBuild = name === 'build' || ((name === 'image' || name === 'builder') && rest[0] === 'build');
	if (isClassic && isBuild) {
		yield * warn(client, deprecation);
		return yield * runNode(client, {node: classicBuild, path: name === 'build' ? 'docker build' : `docker ${name} build`, rest: name === 'build' ? rest : rest.slice(1)});
	}

	return yield * runNode(client, {node, path: `docker ${name}`, rest});
}

function clientOf(process: Process, flags: Flags): Client | Refusal {
	const missing = rootFlags(process).find(({name, isMissing}) => isMissing === true && flags.changed(name));
	if (missing !== undefined) {
		return refusal(`virtlab: docker --${missing.name} is not modelled`, 125);
	}

	const [given, ...more] = flags.list('host');
	if (more.length > 0) {
		return refusal('specify only one -H');
	}

	const context = flags.changed('context') ? flags.text('context') : process.env.get('DOCKER_CONTEXT') ?? 'default';
	if (given !== undefined && flags.changed('context')) {
		return refusal('conflicting options: cannot specify both --host and --context');
	}

	if (context !== 'default' && context !== '') {
		return refusal(`virtlab: docker context ${JSON.stringify(context)}: only the default context is modelled`);
	}

	const host = daemonHost(given ?? process.env.get('DOCKER_HOST'));
	return refused(host) ? host : {process, host, session: {version: undefined}};
}

function defaultClient(process: Process): Client | Refusal {
	const host = daemonHost(undefined);
	return refused(host) ? host : {process, host, session: {version: undefined}};
}
