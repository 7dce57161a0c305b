// The options of `set` and `shopt`. Source: bash manual 4.3.

/** Names of `set -o` with their letters, in the order in which `set -o` lists them. */
export const setOptions = {
	allexport: 'a', braceexpand: 'B', emacs: undefined, errexit: 'e', errtrace: 'E', functrace: 'T', hashall: 'h', histexpand: 'H',
	history: undefined, ignoreeof: undefined, 'interactive-comments': undefined, keyword: 'k', monitor: 'm', noclobber: 'C', noexec: 'n',
	noglob: 'f', nolog: undefined, notify: 'b', nounset: 'u', onecmd: 't', physical: 'P', pipefail: undefined, posix: undefined,
	privileged: 'p', verbose: 'v', vi: undefined, xtrace: 'x',
} as const;

export type SetOption = keyof typeof setOptions;

/** Those of the list that this shell acts on, or that describe it; turning on another one is refused. */
export const supportedSetOptions: ReadonlySet<SetOption> = new Set([
	'allexport', 'braceexpand', 'errexit', 'errtrace', 'functrace', 'hashall', 'history', 'ignoreeof', 'interactive-comments', 'monitor', 'noclobber', 'noexec',
	'noglob', 'notify', 'nounset', 'physical', 'pipefail', 'posix', 'verbose', 'xtrace', 'emacs',
]);

/** The options of `shopt` that this shell acts on, with their first values in a script. */
export const shoptDefaults = {
	dotglob: false, expand_aliases: false, extglob: false, failglob: false, globstar: false, inherit_errexit: false,
	nocaseglob: false, nocasematch: false, nullglob: false, patsub_replacement: true, sourcepath: true, xpg_echo: false,
} as const;

export type ShoptOption = keyof typeof shoptDefaults;

export type Options = {
	readonly set: Set<SetOption>;
	readonly shopt: Map<ShoptOption, boolean>;
};

export function newOptions(): Options {
	return {
		set: new Set(['braceexpand', 'hashall', 'interactive-comments']),
		shopt: new Map(Object.entries(shoptDefaults) as [ShoptOption, boolean][]),
	};
}

export function cloneOptions(options: Options): Options {
	return {set: new Set(options.set), shopt: new Map(options.shopt)};
}

export function optionOfLetter(letter: string): SetOption | undefined {
	return (Object.keys(setOptions) as SetOption[]).find(name => setOptions[name] === letter);
}

/** The letters of `$-`: options, `i` if interactive, and at last `c` or `s` for where commands come from. */
export function optionLetters(options: Options, source: string, isInteractive: boolean): string {
	const letters = (Object.keys(setOptions) as SetOption[]).filter(name => options.set.has(name)).map(name => setOptions[name] ?? '');
	const order = 'abefhiklmnprtuvxBCEHPT';
	return [...letters.join(''), ...isInteractive ? ['i'] : []].sort((a, b) => order.indexOf(a) - order.indexOf(b)).join('') + source;
}
