// How `ls` writes entries: long lines, columns, colours, quotes.

import {compareText} from '../base/bytes.js';
import {strftime} from '../base/calendar.js';
import {failed} from '../model/kernel/errno.js';
import type {Attributes} from '../model/kernel/file-types.js';
import type {Accounts} from './account-names.js';
import {modeText} from './file-modes.js';
import type {LsName} from './ls.js';
import {escaped, needsQuotes, quoted} from './quoting.js';
import {busyboxHumanSize, humanSize} from './sizes.js';
import {compareVersions} from './sort.js';
import type {Blocking} from './standard-io.js';
import type {Tool} from './tool.js';

export type Listed = {
	readonly name: string;
	readonly path: string;
	readonly attributes: Attributes;
	/** Of symbolic links. */
	readonly target: string | undefined;
	readonly targetAttributes: Attributes | undefined;
};

type LsTool = Tool<LsName>;

function shownTimeUs(t: LsTool, {attributes}: Listed): number {
	const word = t.value('time') ?? '';
	if (t.last('changeTime', 'accessTime') === 'changeTime' || word === 'ctime' || word === 'status') {
		return attributes.ctimeUs;
	}

	return t.has('accessTime') || ['atime', 'access', 'use'].includes(word) ? attributes.atimeUs : attributes.mtimeUs;
}

function isDirectory({attributes, targetAttributes}: Listed): boolean {
	return (targetAttributes ?? attributes).type === 'directory';
}

/** The order that the options ask for; names decide between equals. */
export function compareListed(t: LsTool, a: Listed, b: Listed): number {
	if (t.has('directoriesFirst') && isDirectory(a) !== isDirectory(b)) {
		return isDirectory(a) ? -1 : 1;
	}

	const chosen = t.last('sortSize', 'sortTime', 'sortNone', 'sortVersion', 'sortExtension', 'sort', 'unsorted');
	const key = chosen === 'sort' ? t.value('sort')! : (chosen ?? (t.has('changeTime', 'accessTime') && !(t.has('long', 'longNoOwner', 'longNoGroup', 'numeric', 'fullTime')) ? 'time' : 'name'));
	const order = compareBy(t, key, a, b);
	return t.has('reverse') ? -order : order;
}

function compareBy(t: LsTool, key: string, a: Listed, b: Listed): number {
	const byName = compareText(a.name, b.name);
	switch (key) {
		case 'sortSize':
		case 'size': return b.attributes.sizeBytes - a.attributes.sizeBytes || byName;
		case 'sortTime':
		case 'time': return shownTimeUs(t, b) - shownTimeUs(t, a) || byName;
		case 'sortVersion':
		case 'version': return compareVersions(a.name, b.name) || byName;
		case 'sortExtension':
		case 'extension': return compareText(extension(a.name), extension(b.name)) || byName;
		case 'sortNone':
		case 'unsorted':
		case 'none': return 0;
		case 'width': return a.name.length - b.name.length || byName;
		default: return byName;
	}
}

function extension(name: string): string {
	const dot = name.lastIndexOf('.');
	return dot < 0 ? '' : name.slice(dot);
}

/** `ls -l` shows the year instead of the time for what is older than half a year or lies in the future. */
const halfYearSeconds = 31_556_952 / 2;

export class LsFormatter {
	readonly isLong: boolean;
	readonly #t: LsTool;
	readonly #accounts: Accounts;
	readonly #style: 'long' | 'one' | 'columns' | 'across' | 'commas';
	readonly #onTerminal: boolean;
	readonly #colored: boolean;
	readonly #nowSeconds: number;
	#anyPainted = false;

	constructor(t: LsTool, accounts: Accounts) {
		this.#t = t;
		this.#accounts = accounts;
		this.#onTerminal = t.sys.isTerminal(1);
		const format = t.last('long', 'longNoOwner', 'longNoGroup', 'numeric', 'fullTime', 'one', 'columns', 'across', 'commas');
		const anyLong = t.has('long', 'longNoOwner', 'longNoGroup', 'numeric', 'fullTime');
		this.isLong = anyLong && (format === undefined || !['columns', 'across', 'commas'].includes(format));
		this.#style = this.isLong ? 'long' : (format === 'columns' || format === 'across' || format === 'commas' || format === 'one' ? format : (this.#onTerminal ? 'columns' : 'one'));
		const when = t.has('color') ? t.value('color') ?? 'always' : (t.isGnu ? 'never' : 'auto');
		this.#colored = (!t.isGnu || terminalHasColors(t.process.env)) && (['always', 'yes', 'force'].includes(when) || (['auto', 'tty', 'if-tty'].includes(when) && this.#onTerminal));
		this.#nowSeconds = t.sys.realTime().seconds;
	}

	/** The entries of a directory: long listings begin with the space they take. */
	* printDirectory(listed: readonly Listed[]): Blocking<void> {
		if (this.isLong || this.#t.has('size')) {
			const blocks = listed.reduce((sum, {attributes}) => sum + attributes.blocks, 0);
			yield * this.#t.print(`total ${this.#blocks(blocks)}\n`);
		}

		yield * this.print(listed);
	}

	* print(listed: readonly Listed[]): Blocking<void> {
		switch (this.#style) {
			case 'long': {
				yield * this.#printLong(listed);
				break;
			}

			case 'one': {
				const cells = this.#cells(listed);
				for (const {text} of cells) {
					yield * this.#t.print(`${text}\n`);
				}

				break;
			}

			case 'commas': {
				yield * this.#printCommas(this.#cells(listed));
				break;
			}

			case 'columns':
			case 'across': {
				yield * this.#printColumns(this.#cells(listed));
				break;
			}

			default: {
				this.#style satisfies never;
			}
		}
	}

	/** A name as it is shown, without colour and indicator. */
	quote(name: string): string {
		const t = this.#t;
		switch (t.last('escape', 'literal', 'quoteName')) {
			case 'escape': return escaped(name);
			case 'literal': return name;
			case 'quoteName': return `"${escaped(name.replaceAll(' ', '\u0000')).replaceAll(String.raw`\000`, ' ').replaceAll('"', String.raw`\"`)}"`;
			default: {
				if (t.isGnu && this.#onTerminal) {
					return needsQuotes(name) ? quoted(name) : name;
				}

				return t.has('hideControl') || (this.#onTerminal && !t.isGnu) ? name.replaceAll(/[\u0000-\u001F\u007F]/gv, '?') : name;
			}
		}
	}

	#cells(listed: readonly Listed[]): readonly {readonly text: string; readonly width: number}[] {
		const t = this.#t;
		// On a terminal names without quotes stand one column in when a neighbour has them.
		const anyQuoted = t.isGnu && this.#onTerminal && this.#style !== 'commas' && listed.some(({name}) => this.quote(name) !== name && /^["']/v.test(this.quote(name)));
		const inodeWidth = Math.max(0, ...listed.map(({attributes}) => String(attributes.node).length));
		const blockWidth = Math.max(0, ...listed.map(({attributes}) => this.#blocks(attributes.blocks).length));
		const padded = this.#style !== 'commas';
		return listed.map(entry => {
			const name = this.quote(entry.name);
			const inode = t.has('inode') ? `${String(entry.attributes.node).padStart(padded ? inodeWidth : 0)} ` : '';
			const size = t.has('size') ? `${this.#blocks(entry.attributes.blocks).padStart(padded ? blockWidth : 0)} ` : '';
			const shift = anyQuoted && !/^["']/v.test(name) ? ' ' : '';
			const indicator = this.#indicator(entry.attributes);
			return {
				text: inode + size + shift + this.#paint(name, entry.attributes) + indicator,
				width: inode.length + size.length + shift.length + [...name].length + indicator.length,
			};
		});
	}

	* #printCommas(cells: readonly {readonly text: string; readonly width: number}[]): Blocking<void> {
		const width = this.#width();
		let at = 0;
		let row = '';
		for (const [index, cell] of cells.entries()) {
			const comma = index === cells.length - 1 ? '' : ',';
			if (at > 0 && at + 1 + cell.width + comma.length > width) {
				row += '\n';
				at = 0;
			} else if (at > 0) {
				row += ' ';
				at++;
			}

			row += cell.text + comma;
			at += cell.width + comma.length;
		}

		yield * this.#t.print(cells.length === 0 ? '' : `${row}\n`);
	}

	* #printColumns(cells: readonly {readonly text: string; readonly width: number}[]): Blocking<void> {
		const {rows, widths} = layOut(cells.map(cell => cell.width), this.#width(), this.#style === 'across');
		for (let row = 0; row < rows; row++) {
			let line = '';
			let at = 0;
			for (let column = 0; column < widths.length; column++) {
				const index = this.#style === 'across' ? row * widths.length + column : column * rows + row;
				const cell = cells[index];
				if (cell === undefined) {
					break;
				}

				const next = this.#style === 'across' ? (column + 1 < widths.length ? cells[index + 1] : undefined) : cells[index + rows];
				line += cell.text;
				if (next !== undefined) {
					line += this.#gap(at + cell.width, at + widths[column]!);
					at += widths[column]!;
				}
			}

			yield * this.#t.print(`${line}\n`);
		}
	}

	* #printLong(listed: readonly Listed[]): Blocking<void> {
		const t = this.#t;
		const rows = listed.map(entry => ({entry, cells: this.#longCells(entry)}));
		const columns = rows[0]?.cells.length ?? 0;
		const widths = Array.from({length: columns}, (_, column) => t.isGnu ? Math.max(...rows.map(({cells}) => cells[column]!.text.length)) : 0);
		const anyQuoted = t.isGnu && this.#onTerminal && listed.some(({name}) => /^["']/v.test(this.quote(name)));
		for (const {entry, cells} of rows) {
			const fields = cells.map(({text, left}, column) => left ? text.padEnd(widths[column]!) : text.padStart(widths[column]!)).join(' ');
			const name = this.quote(entry.name);
			const shift = anyQuoted && !/^["']/v.test(name) ? ' ' : '';
			yield * t.print(`${fields} ${shift}${this.#paint(name, entry.attributes)}${this.#longTail(entry)}\n`);
		}
	}

	#longTail(entry: Listed): string {
		if (entry.target === undefined) {
			return this.#indicator(entry.attributes);
		}

		const target = entry.targetAttributes;
		const name = this.quote(entry.target);
		return ` -> ${target === undefined ? name : this.#paint(name, target) + this.#indicator(target)}`;
	}

	#longCells({attributes}: Listed): readonly {readonly text: string; readonly left: boolean}[] {
		const t = this.#t;
		const numeric = t.has('numeric');
		const owner = (numeric ? undefined : this.#accounts.userName(attributes.uid)) ?? String(attributes.uid);
		const group = (numeric ? undefined : this.#accounts.groupName(attributes.gid)) ?? String(attributes.gid);
		const cell = (text: string, left = false) => ({text, left});
		return [
			...t.has('inode') ? [cell(String(attributes.node))] : [],
			...t.has('size') ? [cell(this.#blocks(attributes.blocks))] : [],
			cell(modeText(attributes.type, attributes.mode), true),
			cell(t.isGnu ? String(attributes.nlink) : String(attributes.nlink).padStart(4)),
			...t.has('longNoOwner') ? [] : [cell(t.isGnu ? owner : owner.slice(0, 8).padEnd(8), true)],
			...t.has('longNoGroup', 'noGroup') ? [] : [cell(t.isGnu ? group : group.slice(0, 8).padEnd(8), true)],
			cell(this.#sizeCell(attributes).padStart(t.isGnu ? 0 : (t.has('human') ? 7 : 9))),
			cell(this.#time(attributes), true),
		];
	}

	#sizeCell(attributes: Attributes): string {
		if (attributes.type === 'char' || attributes.type === 'block') {
			return `${attributes.rdev.major}, ${String(attributes.rdev.minor).padStart(3)}`;
		}

		if (this.#t.has('si')) {
			return humanSize(attributes.sizeBytes, 1000);
		}

		return this.#t.has('human') ? (this.#t.isGnu ? humanSize(attributes.sizeBytes) : busyboxHumanSize(attributes.sizeBytes)) : String(attributes.sizeBytes);
	}

	#time(attributes: Attributes): string {
		const timeUs = shownTimeUs(this.#t, {name: '', path: '', attributes, target: undefined, targetAttributes: undefined});
		const seconds = Math.floor(timeUs / 1e6);
		const moment = {seconds, nanoseconds: (timeUs - seconds * 1e6) * 1000};
		const recent = seconds > this.#nowSeconds - halfYearSeconds && seconds <= this.#nowSeconds;
		const style = this.#t.has('fullTime') ? 'full-iso' : this.#t.value('timeStyle') ?? 'locale';
		switch (style) {
			case 'full-iso': return strftime(this.#t.isGnu ? '%Y-%m-%d %H:%M:%S.%N %z' : '%Y-%m-%d %H:%M:%S %z', moment);
			case 'long-iso': return strftime('%Y-%m-%d %H:%M', moment);
			case 'iso': return strftime(recent ? '%m-%d %H:%M' : '%Y-%m-%d ', moment);
			default: {
				if (style.startsWith('+')) {
					return strftime(style.slice(1), moment);
				}

				return strftime(recent ? '%b %e %H:%M' : '%b %e  %Y', moment);
			}
		}
	}

	#blocks(blocks: number): string {
		const bytes = blocks * 512;
		return this.#t.has('human') ? (this.#t.isGnu ? humanSize(bytes) : busyboxHumanSize(bytes)) : (this.#t.has('si') ? humanSize(bytes, 1000) : String(Math.ceil(bytes / 1024)));
	}

	#indicator(attributes: Attributes): string {
		if (attributes.type === 'directory') {
			return this.#t.has('classify', 'slash') ? '/' : '';
		}

		if (!this.#t.has('classify')) {
			return '';
		}

		switch (attributes.type) {
			case 'symlink': return this.isLong ? '' : '@';
			case 'fifo': return '|';
			case 'socket': return '=';
			case 'file': return (attributes.mode & 0o111) === 0 ? '' : '*';
			default: return '';
		}
	}

	#paint(name: string, attributes: Attributes): string {
		return this.#paintCode(name, this.#colored ? (this.#t.isGnu ? gnuColor(attributes) : busyboxColor(attributes)) : '');
	}

	#paintCode(name: string, code: string): string {
		if (code === '') {
			return name;
		}

		if (!this.#t.isGnu) {
			return `\u001B[${code}m${name}\u001B[m`;
		}

		// GNU ls resets the terminal before the first colour.
		const reset = this.#anyPainted ? '' : '\u001B[0m';
		this.#anyPainted = true;
		return `${reset}\u001B[${code}m${name}\u001B[0m`;
	}

	/** GNU ls moves from column to column with tabs where they reach. */
	#gap(from: number, to: number): string {
		let gap = '';
		for (let at = from; at < to;) {
			const tab = at + 8 - at % 8;
			const useTab = this.#t.isGnu && Math.floor(to / 8) > Math.floor((at + 1) / 8);
			gap += useTab ? '\t' : ' ';
			at = useTab ? tab : at + 1;
		}

		return gap;
	}

	#width(): number {
		const given = this.#t.value('width');
		if (given !== undefined) {
			return Number(given) === 0 ? Infinity : Number(given);
		}

		const size = this.#t.sys.windowSize(1);
		return failed(size) ? Number(this.#t.process.env.get('COLUMNS') ?? 80) : size.columns;
	}
}

/** Without LS_COLORS and COLORTERM GNU ls looks whether TERM is one of the terminals that dircolors(1) lists. */
function terminalHasColors(env: ReadonlyMap<string, string>): boolean {
	const isSet = (name: string): boolean => (env.get(name) ?? '') !== '';
	return isSet('LS_COLORS') || isSet('COLORTERM') || /^(?:.*color.*|ansi|cygwin|con.*|Eterm.*|gnome.*|konsole.*|linux.*|putty.*|rxvt.*|screen.*|st.*|tmux.*|vt100.*|vt220.*|xterm.*|alacritty.*|kterm.*)$/v.test(env.get('TERM') ?? '');
}

/** The fewest rows whose columns, each as wide as its widest entry and two spaces, fit the width. */
function layOut(sizes: readonly number[], width: number, across: boolean): {readonly rows: number; readonly widths: readonly number[]} {
	for (let columns = Math.min(sizes.length, Math.max(1, Math.floor(width / 3))); columns >= 1; columns--) {
		const rows = Math.ceil(sizes.length / columns);
		const used = across ? columns : Math.ceil(sizes.length / rows);
		const widths = Array.from({length: used}, () => 0);
		for (const [index, size] of sizes.entries()) {
			const column = across ? index % columns : Math.floor(index / rows);
			widths[column] = Math.max(widths[column]!, size + (column === used - 1 ? 0 : 2));
		}

		if (columns === 1 || widths.reduce((sum, column) => sum + column, 0) <= width - 1) {
			return {rows, widths};
		}
	}

	return {rows: 0, widths: []};
}

/** The colours of dircolors(1) when LS_COLORS is not set. */
function gnuColor(attributes: Attributes): string {
	switch (attributes.type) {
		case 'directory': return (attributes.mode & 0o1002) === 0o1002 ? '30;42' : ((attributes.mode & 0o002) === 0 ? '01;34' : '34;42');
		case 'symlink': return '01;36';
		case 'char':
		case 'block': return '01;33';
		case 'fifo': return '33';
		case 'socket': return '01;35';
		case 'file': return (attributes.mode & 0o4000) === 0 ? ((attributes.mode & 0o2000) === 0 ? ((attributes.mode & 0o111) === 0 ? '' : '01;32') : '30;43') : '37;41';
		default: return attributes.type satisfies never;
	}
}

function busyboxColor(attributes: Attributes): string {
	switch (attributes.type) {
		case 'directory': return '1;34';
		case 'symlink': return '1;36';
		case 'char':
		case 'block': return '1;33';
		case 'fifo': return '0;33';
		case 'socket': return '1;35';
		case 'file': return (attributes.mode & 0o111) === 0 ? '0;0' : '1;32';
		default: return attributes.type satisfies never;
	}
}
