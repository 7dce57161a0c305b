// How builtins refuse options, and their usage lines. Source: bash 5.2's own `help -s`.

import {complain, writeText} from '../shell.js';
import type {Doing, Shell} from '../shell.js';

const usages: Readonly<Record<string, string>> = {
	'.': '. filename [arguments]',
	alias: 'alias [-p] [name[=value] ... ]',
	bg: 'bg [job_spec ...]',
	builtin: 'builtin [shell-builtin [arg ...]]',
	cd: 'cd [-L|[-P [-e]] [-@]] [dir]',
	command: 'command [-pVv] command [arg ...]',
	declare: 'declare [-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]',
	dirs: 'dirs [-clpv] [+N] [-N]',
	disown: 'disown [-h] [-ar] [jobspec ... | pid ...]',
	exec: 'exec [-cl] [-a name] [command [argument ...]] [redirection ...]',
	export: 'export [-fn] [name[=value] ...] or export -p',
	fg: 'fg [job_spec]',
	getopts: 'getopts optstring name [arg ...]',
	hash: 'hash [-lr] [-p pathname] [-dt] [name ...]',
	history: 'history [-c] [-d offset] [n] or history -anrw [filename] or history -ps arg [arg...]',
	jobs: 'jobs [-lnprs] [jobspec ...] or jobs -x command [args]',
	kill: 'kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]',
	local: 'local [option] name[=value] ...',
	mapfile: 'mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]',
	popd: 'popd [-n] [+N | -N]',
	printf: 'printf [-v var] format [arguments]',
	pushd: 'pushd [-n] [+N | -N | dir]',
	pwd: 'pwd [-LP]',
	read: 'read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]',
	readarray: 'readarray [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]',
	readonly: 'readonly [-aAf] [name[=value] ...] or readonly -p',
	set: 'set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]',
	shift: 'shift [n]',
	shopt: 'shopt [-pqsu] [-o] [optname ...]',
	source: 'source filename [arguments]',
	trap: 'trap [-lp] [[arg] signal_spec ...]',
	type: 'type [-afptP] name [name ...]',
	typeset: 'typeset [-aAfFgiIlnrtux] name[=value] ... or typeset -p [-aAfFilnrtux] [name ...]',
	ulimit: 'ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]',
	umask: 'umask [-p] [-S] [mode]',
	unalias: 'unalias [-a] name [name ...]',
	unset: 'unset [-f] [-v] [-n] [name ...]',
	wait: 'wait [-fn] [-p var] [id ...]',
};

/** A synopsis for each builtin, as `help` lists them. */
export function usageOf(name: string): string | undefined {
	return Object.hasOwn(usages, name) ? usages[name] : undefined;
}

export function * refuseOption(shell: Shell, option: string): Doing {
	const name = shell.command ?? '';
	if (shell.personality.kind === 'dash') {
		yield * complain(shell, `Illegal option ${option}`);
		return 2;
	}

	if (shell.personality.kind === 'busybox') {
		yield * complain(shell, `illegal option ${option}`);
		return 2;
	}

	yield * complain(shell, `${option}: invalid option`);
	yield * printUsage(shell, name);
	return 2;
}

export function * printUsage(shell: Shell, name: string): Doing {
	const usage = usageOf(name);
	if (usage !== undefined) {
		yield * writeText(shell, 2, `${name}: usage: ${usage}\n`);
	}

	return 2;
}

export type OptionsRead = {readonly flags: ReadonlySet<string>; readonly values: ReadonlyMap<string, string>; readonly rest: readonly string[]};

/**
 * Options before operands, as bash's internal_getopt reads them. `letters` as in getopt(3): `ab:` takes `-a` and `-b VALUE`.
 * Answers a status after a refusal, which has been printed.
 */
export function * readOptions(shell: Shell, args: readonly string[], letters: string): Doing<OptionsRead | number> {
	const flags = new Set<string>();
	const values = new Map<string, string>();
	let index = 0;
	for (; index < args.length; index++) {
		const arg = args[index]!;
		if (arg === '--') {
			index++;
			break;
		}

		if (!arg.startsWith('-') || arg === '-') {
			break;
		}

		for (let at = 1; at < arg.length; at++) {
			const letter = arg[at]!;
			const place = letter === ':' ? -1 : letters.indexOf(letter);
			if (place === -1) {
				return yield * refuseOption(shell, `-${letter}`);
			}

			if (letters[place + 1] !== ':') {
				flags.add(letter);
				continue;
			}

			const value = at + 1 < arg.length ? arg.slice(at + 1) : args[++index];
			if (value === undefined) {
				yield * complain(shell, `-${letter}: option requires an argument`);
				return yield * printUsage(shell, shell.command ?? '');
			}

			values.set(letter, value);
			break;
		}
	}

	return {flags, values, rest: args.slice(index)};
}
