// Prompts: the backslash escapes of PS1, PS2 and PS4. Source: bash manual 6.9.

import {wallTime} from '../base/clock.js';
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

const weekdays = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Time of day in UTC. Simplified: prompts know no time zone. */
function clock(shell: Shell, letter: string): string {
	const {seconds} = wallTime(shell.process.sys.now());
	const two = (value: number): string => String(value).padStart(2, '0');
	const hours = Math.floor(seconds / 3600) % 24;
	const minutes = Math.floor(seconds / 60) % 60;
	const twelve = hours % 12 === 0 ? 12 : hours % 12;
	switch (letter) {
		case 't': {
			return `${two(hours)}:${two(minutes)}:${two(seconds % 60)}`;
		}

		case 'T': {
			return `${two(twelve)}:${two(minutes)}:${two(seconds % 60)}`;
		}

		case '@': {
			return `${two(twelve)}:${two(minutes)} ${hours < 12 ? 'AM' : 'PM'}`;
		}

		case 'A': {
			return `${two(hours)}:${two(minutes)}`;
		}

		default: {
			const days = Math.floor(seconds / 86_400);
			const {month, day} = civilDate(days);
			return `${weekdays[days % 7]} ${months[month - 1]} ${two(day)}`;
		}
	}
}

/** Month and day of a number of days since 1970-01-01. Source: H. Hinnant, chrono-compatible low-level date algorithms. */
function civilDate(days: number): {readonly month: number; readonly day: number} {
	const dayOfEra = (days + 719_468) % 146_097;
	const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
	const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
	const shifted = Math.floor((5 * dayOfYear + 2) / 153);
	return {month: shifted < 10 ? shifted + 3 : shifted - 9, day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1};
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
