// What differs between the shells this interpreter stands for: their names, their words, and what their language has.

export type Personality = {
	readonly kind: 'bash' | 'dash' | 'busybox';
	/** As error messages call it where there is no script. */
	readonly name: string;
	/** Arrays, `[[ ]]`, brace expansion, process substitution and the other things POSIX does not have. */
	readonly hasBashSyntax: boolean;
};

export const bashPersonality: Personality = {kind: 'bash', name: 'bash', hasBashSyntax: true};
export const dashPersonality: Personality = {kind: 'dash', name: 'sh', hasBashSyntax: false};
/** BusyBox ash understands a good part of bash: `[[ ]]`, `local`, `source`, `$'...'`, `${x//a/b}`, `${x:1:2}`, `pipefail`. */
export const busyboxPersonality: Personality = {kind: 'busybox', name: 'sh', hasBashSyntax: false};
