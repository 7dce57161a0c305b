// What a Dockerfile's lines mean: one type per instruction, checked as far as can be without building.
// Source: moby/buildkit frontend/dockerfile/instructions/parse.go; errors in its words.

import {closestName} from './closest-name.js';
import type {DockerfileNode, Heredoc} from './dockerfile-lines.js';

export type Pair = {readonly name: string; readonly value: string; readonly isLegacy: boolean};
export type Command = {readonly words: readonly string[]; readonly isShell: boolean};
export type Flags = ReadonlyMap<string, readonly string[]>;

type Body =
	| {readonly kind: 'from'; readonly image: string; readonly stage: string | undefined}
	| {readonly kind: 'run'; readonly command: Command; readonly heredocs: readonly Heredoc[]}
	| {readonly kind: 'copy' | 'add'; readonly sources: readonly string[]; readonly target: string; readonly heredocs: readonly Heredoc[]}
	| {readonly kind: 'cmd' | 'entrypoint'; readonly command: Command}
	| {readonly kind: 'env'; readonly pairs: readonly Pair[]}
	| {readonly kind: 'label'; readonly pairs: readonly Pair[]}
	| {readonly kind: 'arg'; readonly args: readonly {readonly name: string; readonly value: string | undefined}[]}
	| {readonly kind: 'workdir'; readonly path: string}
	| {readonly kind: 'expose'; readonly ports: readonly string[]}
	| {readonly kind: 'user'; readonly user: string}
	| {readonly kind: 'volume'; readonly paths: readonly string[]}
	| {readonly kind: 'stopsignal'; readonly signal: string}
	| {readonly kind: 'shell'; readonly shell: readonly string[]}
	| {readonly kind: 'healthcheck'; readonly test: readonly string[]; readonly isShell: boolean}
	| {readonly kind: 'maintainer'; readonly maintainer: string}
	| {readonly kind: 'onbuild'; readonly trigger: string};

export type Instruction = Body & {readonly node: DockerfileNode; readonly flags: Flags};
export type Kind = Instruction['kind'];
export type Of<K extends Kind> = Extract<Instruction, {kind: K}>;

const allowedFlags: Readonly<Record<Kind, readonly string[]>> = {
	from: ['platform'], run: ['mount', 'network', 'security'], copy: ['chown', 'chmod', 'from', 'link', 'exclude'], add: ['chown', 'chmod', 'link', 'keep-git-dir', 'checksum', 'exclude'],
	healthcheck: ['interval', 'timeout', 'start-period', 'start-interval', 'retries'], cmd: [], entrypoint: [], env: [], label: [], arg: [], workdir: [], expose: [], user: [], volume: [], stopsignal: [], shell: [], maintainer: [], onbuild: [],
};
const booleanFlags = new Set(['link', 'keep-git-dir']);
const repeatableFlags = new Set(['mount', 'exclude']);

function isKind(text: string): text is Kind {
	return Object.hasOwn(allowedFlags, text);
}

/** The instruction of a node, or its refusal without the `dockerfile parse error on line N` before it. */
export function parseInstruction(node: DockerfileNode): Instruction | {readonly error: string} {
	const kind = node.keyword.toLowerCase();
	if (!isKind(kind)) {
		const closest = closestName(node.keyword.toLowerCase(), Object.keys(allowedFlags));
		return {error: `unknown instruction: ${node.keyword}${closest === undefined ? '' : ` (did you mean ${closest.toUpperCase()}?)`}`};
	}

	const flags = parseFlags(node.flags, kind);
	if ('error' in flags) {
		return flags;
	}

	const body = parseBody(kind, node);
	return 'error' in body ? body : {...body, node, flags: flags.flags};
}

function parseFlags(words: readonly string[], kind: Kind): {readonly flags: Flags} | {readonly error: string} {
	const flags = new Map<string, string[]>();
	for (const word of words) {
		const equals = word.indexOf('=');
		const name = word.slice(2, equals === -1 ? undefined : equals);
		if (!allowedFlags[kind].includes(name)) {
			const closest = closestName(name, allowedFlags[kind]);
			return {error: `unknown flag: --${name}${closest === undefined ? '' : ` (did you mean ${closest}?)`}`};
		}

		if (flags.has(name) && !repeatableFlags.has(name)) {
			return {error: `duplicate flag specified: ${name}`};
		}

		const value = equals === -1 ? (booleanFlags.has(name) ? 'true' : undefined) : word.slice(equals + 1);
		if (value === undefined) {
			return {error: `missing a value on flag: ${name}`};
		}

		if (booleanFlags.has(name) && value !== 'true' && value !== 'false') {
			return {error: `expecting boolean value for flag ${name}, not: ${value}`};
		}

		flags.set(name, [...flags.get(name) ?? [], value]);
	}

	return {flags};
}

type Result = Body | {readonly error: string};

function exactlyOne(node: DockerfileNode, make: (word: string) => Body): Result {
	const [word] = node.words;
	return word === undefined || node.words.length !== 1 ? {error: `${node.keyword.toUpperCase()} requires exactly one argument`} : make(word);
}

function atLeastOne(node: DockerfileNode, make: () => Result): Result {
	return node.words.length === 0 ? {error: `${node.keyword.toUpperCase()} requires at least one argument`} : make();
}

function parseBody(kind: Kind, node: DockerfileNode): Result {
	const {words, heredocs} = node;
	switch (kind) {
		case 'from': {
			return parseFrom(words);
		}

		case 'run': {
			return {kind, command: {words, isShell: !node.isJson}, heredocs};
		}

		case 'copy':
		case 'add': {
			return parseCopy(kind, node);
		}

		case 'cmd':
		case 'entrypoint': {
			return {kind, command: {words, isShell: !node.isJson && words.length > 0}};
		}

		case 'env':
		case 'label': {
			return atLeastOne(node, () => parsePairs(kind, words));
		}

		case 'arg': {
			return atLeastOne(node, () => parseArg(words));
		}

		case 'workdir': {
			return exactlyOne(node, path => ({kind, path}));
		}

		case 'expose': {
			return atLeastOne(node, () => ({kind, ports: [...words].sort()}));
		}

		case 'user': {
			return exactlyOne(node, user => ({kind, user}));
		}

		case 'volume': {
			return atLeastOne(node, () => words.some(path => path.trim() === '') ? {error: 'VOLUME specified can not be an empty string'} : {kind, paths: words});
		}

		case 'stopsignal': {
			return exactlyOne(node, signal => ({kind, signal}));
		}

		case 'shell': {
			return atLeastOne(node, () => node.isJson ? {kind, shell: words} : {error: 'SHELL requires the arguments to be in JSON form'});
		}

		case 'healthcheck': {
			return atLeastOne(node, () => parseHealthcheck(node));
		}

		case 'maintainer': {
			return exactlyOne(node, maintainer => ({kind, maintainer}));
		}

		case 'onbuild': {
			return atLeastOne(node, () => parseOnbuild(node));
		}

		default: {
			return kind satisfies never;
		}
	}
}

function parseFrom(words: readonly string[]): Result {
	const [image, as, stage] = words;
	if (image === undefined || words.length === 2 || words.length > 3 || (as !== undefined && as.toLowerCase() !== 'as')) {
		return {error: 'FROM requires either one or three arguments'};
	}

	if (stage !== undefined && !/^[a-z][a-z0-9\-_.]*$/v.test(stage.toLowerCase())) {
		return {error: `invalid name for build stage: ${JSON.stringify(stage)}, name can't start with a number or contain symbols`};
	}

	return {kind: 'from', image, stage: stage?.toLowerCase()};
}

function parseCopy(kind: 'copy' | 'add', {words, heredocs}: DockerfileNode): Result {
	const name = kind.toUpperCase();
	if (words.length < 2) {
		return {error: words.length === 0 ? `${name} requires at least one argument` : `${name} requires at least two arguments, but only one was provided. Destination could not be determined`};
	}

	return {kind, sources: words.slice(0, -1), target: words.at(-1)!, heredocs};
}

function parsePairs(kind: 'env' | 'label', words: readonly string[]): Result {
	const pairs: Pair[] = [];
	for (let at = 0; at < words.length; at += 3) {
		if (words[at] === '') {
			return {error: `${kind.toUpperCase()} names can not be blank`};
		}

		pairs.push({name: words[at]!, value: words[at + 1]!, isLegacy: words[at + 2] === ''});
	}

	return {kind, pairs};
}

function parseArg(words: readonly string[]): Result {
	const args = words.map(word => {
		const equals = word.indexOf('=');
		return equals === -1 ? {name: word, value: undefined} : {name: word.slice(0, equals), value: word.slice(equals + 1)};
	});
	return args.some(arg => arg.name === '') ? {error: 'ARG names can not be blank'} : {kind: 'arg', args};
}

function parseHealthcheck({words, isJson}: DockerfileNode): Result {
	const type = words[0]!.toUpperCase();
	const rest = words.slice(1);
	if (type === 'NONE') {
		return rest.length > 0 ? {error: 'HEALTHCHECK NONE takes no arguments'} : {kind: 'healthcheck', test: ['NONE'], isShell: false};
	}

	if (type !== 'CMD') {
		return {error: `Unknown type ${JSON.stringify(type)} in HEALTHCHECK (try CMD)`};
	}

	return rest.length === 0 ? {error: 'Missing command after HEALTHCHECK CMD'} : {kind: 'healthcheck', test: [isJson ? 'CMD' : 'CMD-SHELL', ...rest], isShell: !isJson};
}

function parseOnbuild(node: DockerfileNode): Result {
	const trigger = node.trigger?.keyword.toUpperCase();
	if (trigger === 'ONBUILD') {
		return {error: 'Chaining ONBUILD via `ONBUILD ONBUILD` isn\'t allowed'};
	}

	if (trigger === 'FROM' || trigger === 'MAINTAINER') {
		return {error: `${trigger} isn't allowed as an ONBUILD trigger`};
	}

	return {kind: 'onbuild', trigger: node.words[0]!};
}
