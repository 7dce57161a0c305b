// What a sed script is made of after it was parsed.

import type {PosixRegex} from '../../base/posix-regex.js';

export type Regex = PosixRegex | 'last';

export type Address =
	| {readonly kind: 'line'; readonly line: number}
	| {readonly kind: 'step'; readonly first: number; readonly step: number}
	| {readonly kind: 'last'}
	| {readonly kind: 'regex'; readonly regex: Regex}
	/** Only as the second: `addr,+N` and `addr,~N`. */
	| {readonly kind: 'count' | 'multiple'; readonly number: number};

/** Parts of the right side of `s`: text, groups, and changes of case. */
export type ReplacementPart =
	| {readonly kind: 'text'; readonly text: string}
	| {readonly kind: 'group'; readonly group: number}
	| {readonly kind: 'case'; readonly how: 'U' | 'L' | 'E' | 'u' | 'l'};

export type Action =
	| {readonly kind: '{'; end: number}
	| {readonly kind: '}'}
	| {readonly kind: '=' | 'F' | 'p' | 'P'}
	| {readonly kind: 'd' | 'D' | 'n' | 'N'}
	| {readonly kind: 'g' | 'G' | 'h' | 'H' | 'x' | 'z'}
	| {readonly kind: ':'; readonly label: string}
	| {readonly kind: 'b' | 't' | 'T'; readonly label: string; target: number}
	| {readonly kind: 'a' | 'i'; readonly text: string}
	| {readonly kind: 'c'; readonly text: string}
	| {readonly kind: 'q' | 'Q'; readonly number: number | undefined}
	| {readonly kind: 'l'; readonly number: number | undefined}
	| {readonly kind: 'r' | 'R' | 'w' | 'W'; readonly path: string}
	| {readonly kind: 's'; readonly regex: Regex; readonly replacement: readonly ReplacementPart[]; readonly global: boolean; readonly occurrence: number; readonly print: boolean; readonly path: string | undefined}
	| {readonly kind: 'y'; readonly mapping: ReadonlyMap<string, string>};

export type SedCommand = {readonly first: Address | undefined; readonly second: Address | undefined; readonly negated: boolean; readonly action: Action};

export type SedProgram = {readonly commands: readonly SedCommand[]; readonly quiet: boolean};
