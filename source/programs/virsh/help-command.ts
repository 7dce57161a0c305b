// virsh help: the list of commands by groups, and the description of one. Source: libvirt 9.0 tools/vsh.c (vshCmddefHelp).

import type {VirshCommand, VirshOption} from './command.js';

export type CommandGroup = {readonly name: string; readonly keyword: string; readonly commands: readonly VirshCommand[]};

const nameWidth = 30;

export function helpOfGroups(groups: readonly CommandGroup[]): string {
	return `Grouped commands:\n\n${groups.map(group => helpOfGroup(group)).join('\n')}`;
}

export function helpOfGroup({name, keyword, commands}: CommandGroup): string {
	return ` ${name} (help keyword '${keyword}'):\n${commands.map(command => `    ${command.name.padEnd(nameWidth)} ${command.info}\n`).join('')}`;
}

export function helpOfCommand({name, info, options}: VirshCommand): string {
	const synopsis = options.map(option => ` ${synopsisOf(option)}`).join('');
	const rows = options.map(option => `    ${labelOf(option).padEnd(15)}  ${option.help}\n`).join('');
	return `  NAME\n    ${name} - ${info}\n\n  SYNOPSIS\n    ${name}${synopsis}\n\n  DESCRIPTION\n    ${info}\n${options.length === 0 ? '' : `\n  OPTIONS\n${rows}`}`;
}

function synopsisOf(option: VirshOption): string {
	switch (option.kind) {
		case 'flag': {
			return `[--${option.name}]`;
		}

		case 'rest': {
			return option.isRequired === true ? `<${option.name}>...` : `[<${option.name}>]...`;
		}

		case 'text':
		case 'number': {
			return option.isRequired === true ? `<${option.name}>` : `[--${option.name} <${option.kind === 'number' ? 'number' : 'string'}>]`;
		}

		default: {
			return option.kind satisfies never;
		}
	}
}

function labelOf(option: VirshOption): string {
	if (option.kind === 'flag') {
		return `--${option.name}`;
	}

	return option.isRequired === true ? `[--${option.name}] <${option.kind === 'number' ? 'number' : 'string'}>` : `--${option.name} <${option.kind === 'number' ? 'number' : 'string'}>`;
}
