// Help texts, laid out as cobra and pflag do. Source: docker/cli cli/cobra.go (usageTemplate); spf13/pflag flag.go
// (FlagUsagesWrapped, wrap, wrapN).

import {compareText} from '../../../base/bytes.js';
import type {CommandSpec, Group, Node} from './command.js';
import type {FlagSpec} from './flag.js';

/** The option lines, wrapped to `columns`. */
export function flagUsages(flags: readonly FlagSpec[], columns: number): string {
	const shown = flags.filter(flag => flag.isHidden !== true).toSorted((a, b) => compareText(a.name, b.name));
	const heads = shown.map(flag => flagHead(flag));
	const widest = Math.max(0, ...heads.map(head => head.length));
	return shown.map((flag, index) => {
		const text = flag.usage + (flag.default === undefined ? '' : ` (default ${flag.type === 'string' ? `"${flag.default}"` : flag.default})`);
		// Two columns between the longest head and the texts, one more than pflag's arithmetic says, as its own comment does.
		return `${heads[index]!.padEnd(widest)}   ${wrapBlock(text, widest + 3, columns)}\n`;
	}).join('');
}

function flagHead({name, short, type}: FlagSpec): string {
	return `${short === undefined ? '      ' : `  -${short}, `}--${name}${type === 'bool' ? '' : ` ${type}`}`;
}

const narrowest = 24;
const slop = 5;

/** Wraps a text whose first line begins at column `indent` of `columns`. */
function wrapBlock(text: string, indent: number, columns: number): string {
	const space = columns - indent;
	if (space < narrowest) {
		const inner = columns - 16;
		const start = `\n${' '.repeat(16)}`;
		return inner < narrowest ? text.replaceAll('\n', start) : start + wrapLines(text, 16, inner - slop);
	}

	return wrapLines(text, indent, space - slop);
}

function wrapLines(text: string, indent: number, width: number): string {
	const margin = `\n${' '.repeat(indent)}`;
	const lines: string[] = [];
	let rest = text;
	do {
		const [line, after] = wrapOnce(rest, width);
		lines.push(line.replaceAll('\n', margin));
		rest = after;
	} while (rest !== '');
	return lines.join(margin);
}

/** Cuts at the last space within `width`; up to `slop` more are allowed if that takes everything. */
function wrapOnce(text: string, width: number): readonly [string, string] {
	if (width + slop > text.length) {
		return [text, ''];
	}

	const head = text.slice(0, width);
	const cut = Math.max(head.lastIndexOf(' '), head.lastIndexOf('\t'), head.lastIndexOf('\n'));
	if (cut <= 0) {
		return [text, ''];
	}

	const newline = head.lastIndexOf('\n');
	return newline > 0 && newline < cut ? [text.slice(0, newline), text.slice(newline + 1)] : [text.slice(0, cut), text.slice(cut + 1)];
}

/** What help says of a command, whatever runs it. */
export type Described = Omit<CommandSpec, 'run'>;

/** `docker ps [OPTIONS]`. */
export function useLine(spec: Described, path: string): string {
	return `${spec.usagePath ?? path}${spec.use === '' ? '' : ` ${spec.use}`}`;
}

export type HelpStyle = {readonly path: string; readonly columns: number};

export function commandHelp(spec: Described, {path, columns}: HelpStyle): string {
	const aliases = spec.aliases === undefined ? '' : `\nAliases:\n  ${spec.aliases}\n`;
	const options = spec.flags.some(flag => flag.isHidden !== true) ? `\nOptions:\n${flagUsages(spec.flags, columns - 1).trimEnd()}\n` : '';
	return `Usage:  ${useLine(spec, path)}\n\n${(spec.long ?? spec.short).trimEnd()}\n${aliases}${options}`;
}

export function groupHelp(group: Group, {path, columns}: HelpStyle): string {
	const name = group.usagePath ?? path;
	const options = group.flags === undefined ? '' : `\nOptions:\n${flagUsages(group.flags, columns - 1).trimEnd()}\n`;
	const listed = (title: string, nodes: ReadonlyMap<string, Node>) => commandList(title, [...nodes].filter(([, node]) => node.kind !== 'command' || node.isSwarmOnly !== true).map(([each, node]) => ({name: each, short: shortOf(node)})));
	const commands = (group.managementCommands === undefined ? '' : listed('Management Commands', group.managementCommands)) + listed('Commands', group.commands);
	const epilogue = group.epilogue === undefined ? '' : `\n${group.epilogue}\n`;
	return `Usage:  ${name}${group.flags === undefined ? '' : ' [OPTIONS]'} COMMAND\n\n${group.long ?? group.short}\n${options}${commands}\nRun '${name} COMMAND --help' for more information on a command.\n${epilogue}`;
}

/** What a list of commands says of one. */
export function shortOf(node: Node): string {
	return node.kind === 'command' ? node.listedAs ?? node.short : node.short;
}

/** A headed list of commands, names padded to eleven columns as cobra's `NamePadding` makes them. */
export function commandList(title: string, commands: ReadonlyArray<{readonly name: string; readonly short: string}>): string {
	return `\n${title}:\n${commands.map(({name, short}) => `  ${name.padEnd(11)} ${short}\n`).join('')}`;
}
