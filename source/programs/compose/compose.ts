// docker compose, and docker-compose, the same program under its older name: reads a project's files and brings containers, networks and
// volumes to what they say, by the same requests to dockerd that docker makes.
//
//     compose.ts ── commands/   one file a family of commands      file/     a compose file's text as values: YAML, variables, merging
//                ├─ engine/     what is asked of dockerd           schema/   whether it has the right form
//                └─ output/     progress, logs                     project/  the complete project, its checks, its hash
//
// It is version 2 by either name: containers are called shop-web-1, where texts about version 1 have shop_web_1.

import type {Process, Running} from '../../model/kernel/program.js';
import {daemonHost} from '../docker/client/daemon-host.js';
import {print, terminalColumns, type Client} from '../docker/client/client.js';
import {conclude} from '../docker/command/dispatch.js';
import type {Flags} from '../docker/command/flag-set.js';
import {parseFlags} from '../docker/command/flag-set.js';
import {refusal, refused, type Refusal, type Steps} from '../docker/command/refusal.js';
import {commandHelp, commandList, flagUsages} from '../docker/command/usage.js';
import {quote} from '../docker/go-template/quote.js';
import type {ComposeCommand} from './commands/command.js';
import {commands, managementCommands} from './commands/table.js';
import {rootFlags} from './commands/flag-table.js';
import {version} from './commands/config.js';
import {Progress, type ProgressMode} from './output/progress.js';

/** The program of its own, which calls itself by the plugin's name. */
export function * dockerCompose(process: Process): Running {
	const host = daemonHost(process.env.get('DOCKER_HOST'));
	const client: Client = {process, host: refused(host) ? {url: '', address: {family: 'unix', path: ''}} : host, session: {version: undefined}};
	return yield * conclude(client, refused(host) ? host : yield * runCompose(client, process.argv.slice(1)));
}

export function composeHelp(columns: number): string {
	const lists = commandList('Management Commands', managementCommands) + commandList('Commands', [...commands].map(([name, command]) => ({name, short: command.short})));
	return `Usage:  docker compose [OPTIONS] COMMAND\n\nDefine and run multi-container applications with Docker\n\nOptions:\n${flagUsages(rootFlags, columns - 1)}${lists}\nRun 'docker compose COMMAND --help' for more information on a command.\n`;
}

/** The words behind `docker compose`. */
export function * runCompose(client: Client, words: readonly string[]): Steps<number | Refusal> {
	const parsed = parseFlags(rootFlags, words, {isInterspersed: false});
	if (parsed.kind === 'error') {
		return refusal(parsed.message);
	}

	const help = () => composeHelp(terminalColumns(client.process));
	if (parsed.kind === 'help' || parsed.args.length === 0) {
		if (parsed.kind === 'parsed' && parsed.flags.bool('version')) {
			return yield * runCommand(client, {flags: parsed.flags, name: 'version', command: version, rest: []});
		}

		yield * print(client, help());
		return 0;
	}

	const [given = '', ...rest] = parsed.args;
	const name = given === 'convert' ? 'config' : given;
	if (name === 'help') {
		const command = commands.get(rest[0] ?? '');
		yield * print(client, command?.kind === 'command' ? commandHelp(command, {path: `docker compose ${rest[0]}`, columns: terminalColumns(client.process)}) : help());
		return 0;
	}

	const command = commands.get(name);
	if (command?.kind === 'command') {
		return yield * runCommand(client, {flags: parsed.flags, name, command, rest});
	}

	if (command !== undefined || managementCommands.some(each => each.name === name)) {
		return refusal(`virtlab: docker compose ${name} is not modelled`);
	}

	yield * print(client, help());
	return refusal(`unknown docker command: ${quote(`compose ${name}`)}`);
}

type Called = {readonly flags: Flags; readonly name: string; readonly command: ComposeCommand; readonly rest: readonly string[]};

function * runCommand(client: Client, {flags: globals, name, command, rest}: Called): Steps<number | Refusal> {
	const path = `docker compose ${name}`;
	const missingGlobal = rootFlags.find(flag => flag.isMissing === true && globals.changed(flag.name));
	if (missingGlobal !== undefined) {
		return refusal(`virtlab: docker compose --${missingGlobal.name} is not modelled`);
	}

	const parsed = parseFlags(command.flags, rest, {isInterspersed: command.isInterspersed ?? true});
	if (parsed.kind === 'error') {
		return refusal(parsed.message);
	}

	if (parsed.kind === 'help') {
		yield * print(client, commandHelp(command, {path, columns: terminalColumns(client.process)}));
		return 0;
	}

	const missing = command.flags.find(flag => flag.isMissing === true && parsed.flags.changed(flag.name));
	const problem = missing === undefined ? countProblem(command, path, parsed.args.length) : `virtlab: ${path} --${missing.name} is not modelled`;
	if (problem !== undefined) {
		return refusal(problem);
	}

	const mode = progressMode(client, globals);
	return refused(mode) ? mode : yield * command.run({compose: {client, globals, progress: new Progress(client, mode, command.title)}, flags: parsed.flags, args: parsed.args});
}

function countProblem({arguments: rule}: ComposeCommand, path: string, count: number): string | undefined {
	switch (rule.kind) {
		case 'at-least': {
			return count >= rule.count ? undefined : `requires at least ${rule.count} arg(s), only received ${count}`;
		}

		case 'between': {
			return count >= rule.from && count <= rule.to ? undefined : `accepts between ${rule.from} and ${rule.to} arg(s), received ${count}`;
		}

		case 'none': {
			return count === 0 ? undefined : `unknown command for ${quote(path)}`;
		}

		default: {
			return count === rule.count ? undefined : `${quote(path)} requires ${rule.count} arguments.\nSee '${path} --help'.`;
		}
	}
}

/** --progress and --ansi; by themselves, lines if standard error is no terminal. */
function progressMode({process}: Client, globals: Flags): ProgressMode | Refusal {
	const isPlain = globals.text('ansi') === 'never' || globals.bool('no-ansi') || (!process.sys.isTerminal(2) && globals.text('ansi') !== 'always');
	const mode = globals.text('progress') || (process.env.get('COMPOSE_PROGRESS') ?? '');
	switch (mode) {
		case '':
		case 'auto': {
			return isPlain ? 'plain' : 'tty';
		}

		case 'tty':
		case 'plain':
		case 'json': {
			return mode;
		}

		case 'quiet':
		case 'none': {
			return 'quiet';
		}

		default: {
			return refusal(`unsupported --progress value ${quote(mode)}`);
		}
	}
}
