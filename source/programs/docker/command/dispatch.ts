// From the words of a command line to the command that runs: groups, other names, help, flags, number of arguments.
// Source: docker/cli cli/cobra.go, cli/required.go, cmd/docker/docker.go; spf13/cobra command.go.

import {print, terminalColumns, warn, type Client} from '../client/client.js';
import {argumentsProblem, type CommandSpec, type Group, type Node} from './command.js';
import {parseFlags} from './flag-set.js';
import {refusal, refused, type Refusal, type Steps} from './refusal.js';
import {commandHelp, groupHelp, useLine} from './usage.js';

export type Target = {readonly node: Node; readonly path: string; readonly rest: readonly string[]};

export function lookUp(group: Group, name: string): Node | undefined {
	return group.commands.get(name) ?? group.managementCommands?.get(name) ?? group.commands.get(group.otherNames.get(name) ?? '');
}

/** Runs the command that a node is, or that the words below a group name. */
export function * runNode(client: Client, {node, path, rest}: Target): Steps<number | Refusal> {
	switch (node.kind) {
		case 'missing': {
			return refusal(`virtlab: ${path} is not modelled`);
		}

		case 'group': {
			return yield * runGroup(client, {node, path, rest}, node);
		}

		case 'command': {
			return yield * runCommand(client, {node, path, rest}, node);
		}
	}
}

function * runGroup(client: Client, {path, rest}: Target, group: Group): Steps<number | Refusal> {
	const help = () => groupHelp(group, {path, columns: terminalColumns(client.process)});
	const parsed = parseFlags(group.flags ?? [], rest, {isInterspersed: false});
	if (parsed.kind === 'error') {
		return refusal(`${parsed.message}\n\nUsage:  ${group.usagePath ?? path}\n\nRun '${path} --help' for more information`, 125);
	}

	if (parsed.kind === 'help') {
		yield * print(client, help());
		return 0;
	}

	const [name, ...after] = parsed.args;
	if (name === undefined) {
		yield * warn(client, help());
		return 0;
	}

	if (name === 'help') {
		return yield * helpOf(client, group, path, after);
	}

	const node = lookUp(group, name);
	if (node === undefined) {
		return refusal(`docker: unknown command: ${path} ${name}\n\nUsage:  ${path}\n\nRun '${path} --help' for more information`);
	}

	return yield * runNode(client, {node, path: `${path} ${name}`, rest: after});
}

/** `docker help ps`, `docker container help ls`. */
export function * helpOf(client: Client, group: Group, path: string, words: readonly string[]): Steps<number | Refusal> {
	let here: Node = group;
	let named = path;
	for (const word of words) {
		const next: Node | undefined = here.kind === 'group' ? lookUp(here, word) : undefined;
		if (next === undefined) {
			return refusal(`unknown help topic: ${words.join(' ')}`);
		}

		here = next;
		named += ` ${word}`;
	}

	const style = {path: named, columns: terminalColumns(client.process)};
	yield * print(client, here.kind === 'group' ? groupHelp(here, style) : (here.kind === 'command' ? commandHelp(here, style) : `virtlab: ${named} is not modelled\n`));
	return 0;
}

/** How the help is recommended after a wrong number of arguments; `SRun` is a slip of the real client. Source: cli/required.go. */
const helpWords = {none: 'Run', exactly: 'Run', 'at-least': 'See', 'at-most': 'SRun', between: 'Run'} as const;

function * runCommand(client: Client, {path, rest}: Target, spec: CommandSpec): Steps<number | Refusal> {
	const parsed = parseFlags(spec.flags, rest, {isInterspersed: spec.isInterspersed ?? true});
	const usage = `Usage:  ${useLine(spec, path)}`;
	if (parsed.kind === 'error') {
		return refusal(`${parsed.message}\n\n${usage}\n\nRun '${path} --help' for more information`, 125);
	}

	if (parsed.kind === 'help') {
		if (parsed.isShort) {
			yield * warn(client, 'Flag shorthand -h has been deprecated, use --help\n');
		}

		yield * print(client, commandHelp(spec, {path, columns: terminalColumns(client.process)}));
		return 0;
	}

	const problem = argumentsProblem(spec.arguments, parsed.args.length);
	if (problem !== undefined) {
		return refusal(`docker: '${path}' ${problem}\n\n${usage}\n\n${helpWords[spec.arguments.kind]} '${path} --help' for more information`);
	}

	const missing = spec.flags.find(({name, isMissing}) => isMissing === true && parsed.flags.changed(name));
	if (missing !== undefined) {
		return refusal(`virtlab: ${path} --${missing.name} is not modelled`, 125);
	}

	return yield * spec.run({client, flags: parsed.flags, args: parsed.args, path});
}

/** Says what a refusal has to say and gives the exit status. */
export function * conclude(client: Client, outcome: number | Refusal): Steps<number> {
	if (!refused(outcome)) {
		return outcome;
	}

	if (outcome.message !== '') {
		yield * warn(client, `${outcome.message}\n`);
	}

	return outcome.status;
}
