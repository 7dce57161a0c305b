// Variables in an instruction's arguments, for the instructions that expand them. RUN, CMD and ENTRYPOINT leave theirs to the shell.

import type {Instruction, Pair} from './instruction.js';
import {expandWord} from './shell-word.js';

export type ExpandedInstruction<I extends Instruction> = {readonly instruction: I; readonly unset: readonly string[]};

type Environment = ReadonlyMap<string, string>;

export function expandInstruction<I extends Instruction>(instruction: I, environment: Environment, escape: string): ExpandedInstruction<I> | {readonly error: string} {
	const unset: string[] = [];
	try {
		return {instruction: {...instruction, ...expandedFields(instruction, new Words(environment, escape, unset))}, unset};
	} catch (error) {
		if (error instanceof RefusedWord) {
			return {error: error.message};
		}

		throw error;
	}
}

/** Leaves the nested mapping of one instruction; never leaves this file. */
class RefusedWord extends Error {}

class Words {
	readonly #environment: Environment;
	readonly #escape: string;
	readonly #unset: string[];

	constructor(environment: Environment, escape: string, unset: string[]) {
		this.#environment = environment;
		this.#escape = escape;
		this.#unset = unset;
	}

	readonly one = (word: string): string => this.#expand(word).text;
	readonly several = (word: string): readonly string[] => this.#expand(word).words;
	readonly pair = (pair: Pair): Pair => ({...pair, name: this.one(pair.name), value: this.one(pair.value)});

	#expand(word: string) {
		const expansion = expandWord(word, this.#environment, {escape: this.#escape});
		if ('error' in expansion) {
			throw new RefusedWord(`failed to process ${JSON.stringify(word)}: ${expansion.error}`);
		}

		this.#unset.push(...expansion.unset);
		return expansion;
	}
}

function expandedFields(instruction: Instruction, words: Words): object {
	switch (instruction.kind) {
		case 'env':
		case 'label': {
			return {pairs: instruction.pairs.map(words.pair)};
		}

		case 'copy':
		case 'add': {
			const flags = new Map([...instruction.flags].map(([name, values]) => [name, values.map(words.one)]));
			const heredocs = instruction.heredocs.map(heredoc => heredoc.isExpanded ? {...heredoc, content: words.one(heredoc.content.replaceAll(/['"]/gv, String.raw`\$&`))} : heredoc);
			const isHeredoc = (word: string) => instruction.heredocs.length > 0 && /^\d*<<-?/v.test(word);
			return {sources: instruction.sources.map(source => isHeredoc(source) ? source : words.one(source)), target: words.one(instruction.target), flags, heredocs};
		}

		case 'workdir': {
			return {path: words.one(instruction.path)};
		}

		case 'expose': {
			return {ports: instruction.ports.flatMap(words.several)};
		}

		case 'user': {
			return {user: words.one(instruction.user)};
		}

		case 'volume': {
			return {paths: instruction.paths.map(words.one)};
		}

		case 'stopsignal': {
			return {signal: words.one(instruction.signal)};
		}

		case 'arg': {
			return {args: instruction.args.map(({name, value}) => ({name, value: value === undefined ? undefined : words.one(value)}))};
		}

		case 'from': {
			return {image: words.one(instruction.image)};
		}

		case 'run':
		case 'cmd':
		case 'entrypoint':
		case 'shell':
		case 'healthcheck':
		case 'maintainer':
		case 'onbuild': {
			return {};
		}

		default: {
			return instruction satisfies never;
		}
	}
}
