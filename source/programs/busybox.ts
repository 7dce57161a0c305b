// busybox(1): one executable that is many programs, by the name it is called.

import {textFromBytes} from '../base/byte-text.js';
import {compareText} from '../base/bytes.js';
import {applets as appletNames} from '../model/container/hub/program-names.js';
import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Process, Program, Running} from '../model/kernel/program.js';
import {printTo} from './standard-io.js';

/** `applets` finds a program by its name; it is handed in, because the table of programs contains this one too. */
export function busyboxOf(applets: (name: string) => Program | undefined): Program {
	return function * (process) {
		const calledAs = baseName(process.argv[0] ?? 'busybox').replace(/^-/v, '');
		if (calledAs !== 'busybox') {
			return yield * runApplet(process, calledAs, applets);
		}

		const [, name, ...rest] = process.argv;
		if (name === undefined || name === '--help') {
			yield * printTo(process, 1, banner());
			return 0;
		}

		if (name === '--list') {
			yield * printTo(process, 1, `${allNames().join('\n')}\n`);
			return 0;
		}

		return yield * name === '--install' ? installLinks(process, rest) : runApplet({...process, argv: [name, ...rest]}, name, applets);
	};
}

/** `--install [-s] [DIR]`: links to this executable for all applets, hard ones or (-s) symbolic ones, in DIR or where each belongs. */
function * installLinks(process: Process, args: readonly string[]): Running {
	const {sys} = process;
	const isSymbolic = args[0] === '-s';
	const folder = args[isSymbolic ? 1 : 0];
	const own = sys.readlink('/proc/self/exe');
	const target = failed(own) ? '/bin/busybox' : own.target;
	let status = 0;
	for (const [home, names] of Object.entries(appletNames)) {
		for (const name of names) {
			const path = `${folder ?? home}/${name}`;
			const refusal = isSymbolic ? sys.symlink(target, path) : sys.link(target, path);
			// What is there already stays, without a word.
			if (failed(refusal) && refusal.errno !== 'EEXIST') {
				status = 1;
				yield * printTo(process, 2, `busybox: ${path}: ${errorTextOf(refusal)}\n`);
			}
		}
	}

	return status;
}

/** The applets that images have links to, and `busybox` itself. */
function allNames(): readonly string[] {
	return ['busybox', ...Object.values(appletNames).flat()].sort(compareText);
}

/** Names in lines of at most 80 columns, a tab before each. */
function banner(): string {
	const lines: string[] = [];
	let line = '';
	for (const name of allNames()) {
		if (line !== '' && line.length + name.length + 2 > 71) {
			lines.push(`\t${line}`);
			line = '';
		}

		line += `${line === '' ? '' : ' '}${name},`;
	}

	return `${introduction}${[...lines, `\t${line.slice(0, -1)}`].join('\n')}\n`;
}

const introduction = `BusyBox v1.36.1 (2023-11-07 18:53:09 UTC) multi-call binary.
BusyBox is copyrighted by many authors between 1998-2015.
Licensed under GPLv2. See source distribution for detailed
copyright notices.

Usage: busybox [function [arguments]...]
   or: busybox --list
   or: function [arguments]...

\tBusyBox is a multi-call binary that combines many common Unix
\tutilities into a single executable.  Most people will create a
\tlink to busybox for each function they wish to use and BusyBox
\twill act like whatever it was invoked as.

Currently defined functions:
`;

function * runApplet(process: Process, name: string, applets: (name: string) => Program | undefined) {
	const applet = name === 'busybox' ? undefined : applets(name);
	if (applet === undefined) {
		yield * printTo(process, 2, `${name}: applet not found\n`);
		return 127;
	}

	process.sys.setProcessName(name);
	return yield * applet({...process, flavour: 'busybox'});
}

function baseName(path: string): string {
	return path.slice(path.lastIndexOf('/') + 1);
}

/** For programs that images have and the model has not: says so, whatever it is called with. */
export const unmodelled: Program = function * (process) {
	yield * printTo(process, 2, `virtlab: ${textFromBytes(new TextEncoder().encode(baseName(process.argv[0] ?? '')))} is not modelled\n`);
	return 126;
};
