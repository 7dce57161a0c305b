// Prompts: the backslash escapes of PS1, PS2 and PS4. Source: bash manual 6.9.

import {strftime} from '../base/calendar.js';
import {failed} from '../model/kernel/errno.js';
import type {Shell} from './shell.js';
import {decodeShellText} from './text.js';

/** The text with its escapes replaced. Parameters and substitutions in it are expanded afterwards, by the caller. */
export function decodePrompt(shell: Shell, text: string): string {
	return text.replace(/\\(?:(?<octal>[0-7]{3})|D\{(?<format>[^\}]*)\}|(?<letter>[\s\S]))/gv, (...match) => {
		const groups = match.at(-1) as {readonly octal?: string; readonly format?: string; readonly letter?: string};
		if (groups.octal !== undefined) {
			return String.fromCodePoint(Number.parseInt(groups.octal, 8));
		}

		return groups.letter === undefined ? clock(shell, 'T') : escapeValue(shell, groups.letter);
	});
}

const constants: Readonly<Record<string, string>> = {
	a: '\u0007', e: '\u001B', n: '\n', r: '\r', '\\': '\\', s: 'bash', v: '5.2', V: '5.2.15', '[': '', ']': '',
};

function escapeValue(shell: Shell, letter: string): string {
	const {sys} = shell.process;
	if (Object.hasOwn(constants, letter)) {
		return constants[letter]!;
	}

	switch (letter) {
		case 'u': {
			return userName(shell, sys.credentials().uid) ?? 'I have no name!';
		}

		case 'h': {
			return sys.uname().nodename.split('.')[0]!;
		}

		case 'H': {
			return sys.uname().nodename;
		}

		case 'w':
		case 'W': {
			return directory(shell, letter === 'W');
		}

		case '$': {
			return sys.credentials().uid === 0 ? '#' : '$';
		}

		case '?': {
			return String(shell.status);
		}

		case 'j': {
			return String(shell.jobs.jobs.length);
		}

		case '!':
		case '#': {
			return String(shell.history.length + 1);
		}

		case 'l': {
			return '0';
		}

		case 't':
		case 'T':
		case '@':
		case 'A':
		case 'd': {
			return clock(shell, letter);
		}

		default: {
			return `\\${letter}`;
		}
	}
}

function directory(shell: Shell, lastOnly: boolean): string {
	const cwd = shell.variables.get('PWD') ?? '';
	const home = shell.variables.get('HOME') ?? '';
	if (home !== '' && home !== '/' && (cwd === home || cwd.startsWith(`${home}/`))) {
		const short = `~${cwd.slice(home.length)}`;
		return lastOnly ? short.slice(short.lastIndexOf('/') + 1) : short;
	}

	return lastOnly && cwd !== '/' ? cwd.slice(cwd.lastIndexOf('/') + 1) : cwd;
}

/** What the time escapes of a prompt stand for, as strftime formats. Source: bash(1), PROMPTING. */
const clockFormats: Readonly<Record<string, string>> = {t: '%H:%M:%S', T: '%I:%M:%S', '@': '%I:%M %p', A: '%H:%M', d: '%a %b %d'};

/** Simplified: prompts know no time zone but UTC. */
function clock(shell: Shell, letter: string): string {
	return strftime(clockFormats[letter] ?? '', shell.process.sys.realTime());
}

/** A field of /etc/passwd: names for prompts, home directories for tildes. */
export function passwdEntry(shell: Shell, matchesEntry: (fields: readonly string[]) => boolean): readonly string[] | undefined {
	const {sys} = shell.process;
	const fd = sys.open('/etc/passwd', {read: true});
	if (failed(fd)) {
		return undefined;
	}

	const bytes = sys.read(fd, 65_536);
	sys.close(fd);
	const text = failed(bytes) ? '' : decodeShellText(bytes);
	return text.split('\n').map(line => line.split(':')).find(fields => fields.length >= 7 && matchesEntry(fields));
}

function userName(shell: Shell, uid: number): string | undefined {
	return passwdEntry(shell, fields => fields[2] === String(uid))?.[0];
}
