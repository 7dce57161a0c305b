// File modes as text: `drwxr-xr-x` of listings, and the symbolic and octal modes that chmod(1), mkdir -m and install -m take.

import type {FileType, Mode} from '../model/kernel/file-types.js';

const typeLetters: Readonly<Record<FileType, string>> = {file: '-', directory: 'd', symlink: 'l', char: 'c', block: 'b', fifo: 'p', socket: 's'};

/** The ten characters of `ls -l`. */
export function modeText(type: FileType, mode: Mode): string {
	const triplet = (shift: number, special: boolean, letter: string): string => {
		const bits = (mode >> shift) & 7;
		const execute = (bits & 1) === 1;
		return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${special ? (execute ? letter : letter.toUpperCase()) : (execute ? 'x' : '-')}`;
	};

	return typeLetters[type] + triplet(6, (mode & 0o4000) !== 0, 's') + triplet(3, (mode & 0o2000) !== 0, 's') + triplet(0, (mode & 0o1000) !== 0, 't');
}

/** The type bits of st_mode. */
export const typeBits: Readonly<Record<FileType, number>> = {file: 0o10_0000, directory: 0o4_0000, symlink: 0o12_0000, char: 0o2_0000, block: 0o6_0000, fifo: 0o1_0000, socket: 0o14_0000};

/** A mode change, to be applied to a mode that is there. */
export type ModeChange = (mode: Mode, isDirectory: boolean) => Mode;

const whoBits: Readonly<Record<string, number>> = {u: 0o4700, g: 0o2070, o: 0o1007, a: 0o7777};

/** Reads `755`, `u+x,go-w`, `a=rX`; undefined if it is no mode. */
export function parseMode(text: string, umask: Mode): ModeChange | undefined {
	if (/^[0-7]{1,5}$/v.test(text)) {
		const bits = Number.parseInt(text, 8);
		// GNU keeps set-id bits of directories unless five digits name them.
		return bits > 0o7777 ? undefined : (mode, isDirectory) => isDirectory && text.length < 5 ? bits | (mode & 0o6000) : bits;
	}

	const changes: ModeChange[] = [];
	for (const clause of text.split(',')) {
		const match = /^([augo]*)((?:[+\-=](?:[rwxXst]*|[ugo]|[0-7]+))+)$/v.exec(clause);
		if (match === null) {
			return undefined;
		}

		for (const [, operator, permissions] of match[2]!.matchAll(/([+\-=])([rwxXstugo]*)/gv)) {
			changes.push(changeOf(match[1]!, operator!, permissions!, umask));
		}
	}

	return (mode, isDirectory) => changes.reduce((changed, change) => change(changed, isDirectory), mode);
}

function changeOf(who: string, operator: string, permissions: string, umask: Mode): ModeChange {
	// Without a `who` all are meant, but bits of the umask are left alone.
	const affected = who === '' ? 0o7777 & ~umask : [...who].reduce((bits, letter) => bits | whoBits[letter]!, 0);
	return (mode, isDirectory) => {
		const bits = bitsOf(permissions, mode, isDirectory) & affected;
		switch (operator) {
			case '+': return mode | bits;
			case '-': return mode & ~bits;
			default: {
				const cleared = who === '' ? 0o7777 : affected;
				const kept = isDirectory ? 0o6000 & ~(bits & 0o6000) : 0;
				return (mode & ~(cleared & ~kept)) | bits;
			}
		}
	};
}

function bitsOf(permissions: string, mode: Mode, isDirectory: boolean): Mode {
	let bits = 0;
	for (const letter of permissions) {
		switch (letter) {
			case 'r': bits |= 0o444; break;
			case 'w': bits |= 0o222; break;
			case 'x': bits |= 0o111; break;
			case 'X': bits |= isDirectory || (mode & 0o111) !== 0 ? 0o111 : 0; break;
			case 's': bits |= 0o6000; break;
			case 't': bits |= 0o1000; break;
			case 'u': bits |= ((mode >> 6) & 7) * 0o111; break;
			case 'g': bits |= ((mode >> 3) & 7) * 0o111; break;
			default: bits |= (mode & 7) * 0o111;
		}
	}

	return bits;
}
