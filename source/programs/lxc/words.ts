// How LXC's tools complain: the tool, the container, the place in LXC's own source, and the reason. Source: LXC 5.0.2, src/lxc/log.c.

import type {ExitStatus} from '../../model/kernel/program.js';
import type {Command, Option} from '../options.js';
import {baseName} from '../paths.js';
import type {Blocking} from '../standard-io.js';
import {printTo} from '../standard-io.js';
import type {Tool} from '../tool.js';
import {type BadConfig, findContainer, isBadConfig, type LxcContainer, lxcPath} from './container.js';

const nameOption = {name: {short: 'n', long: 'name', value: 'NAME', help: 'NAME of the container'}} as const satisfies Record<string, Option>;
const quietOption = {quiet: {short: 'q', long: 'quiet', help: 'Don\'t produce any output'}} as const satisfies Record<string, Option>;

type Named = 'name' | 'quiet';

export function lxcCommand<Name extends string>(name: string, summary: string, usage: string, options: Readonly<Record<Name, Option>>, stopAtOperand = false): Command<Name | Named> {
	return {name, usage: [usage], summary: `\n${name} ${summary}`, options: {...nameOption, ...quietOption, ...options}, stopAtOperand, version: '5.0.2', hint: () => ''};
}

/** `lxc-stop: web: ../src/lxc/tools/lxc_stop.c: main: 168 web is not running`. */
export function * trouble<Name extends string>(t: Tool<Name>, container: string, lines: readonly string[], status: ExitStatus = 1): Blocking<ExitStatus> {
	for (const line of lines) {
		yield * printTo(t.process, 2, `${baseName(t.name)}: ${container}: ${line}\n`);
	}

	return status;
}

/** The container's name, from -n or the first operand, and the operands after it. */
export function takeName<Name extends string>(t: Tool<Name | Named>): {readonly name: string; readonly rest: readonly string[]} | undefined {
	const given = t.value('name');
	const [first, ...others] = t.operands;
	const rest = given === undefined ? others : t.operands;
	const name = given ?? first;
	return name === undefined ? undefined : {name, rest: rest[0] === '--' ? rest.slice(1) : rest};
}

export function noName<Name extends string>(t: Tool<Name>): Blocking<ExitStatus> {
	return t.complain('No container name specified');
}

function badConfigLines({badKey, line, path}: BadConfig): readonly string[] {
	return [
		`../src/lxc/confile.c: set_config_unsupported_key: 164 Invalid argument - Unsupported config key "${badKey}"`,
		`../src/lxc/parse.c: lxc_file_for_each_line_mmap: 129 Failed to parse config file "${path}" at line "${line}"`,
	];
}

/** The container, or the exit status after saying that its configuration is wrong. */
export function * load<Name extends string>(t: Tool<Name>, name: string, last?: string): Blocking<LxcContainer | ExitStatus | undefined> {
	const container = findContainer(t.process, name);
	if (!isBadConfig(container)) {
		return container;
	}

	if (last !== undefined) {
		yield * trouble(t, name, badConfigLines(container));
	}

	yield * printTo(t.process, 2, `Failed to load config for ${name}\n`);
	return last === undefined ? 1 : yield * trouble(t, name, [last]);
}

export function pathName(name: string): string {
	return `${lxcPath}:${name}`;
}
