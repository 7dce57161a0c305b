// What dash and ash call a syntax error although bash does not: the parser reads bash's language, so this looks for constructs that
// the smaller shells lack. Constructs that are ordinary words to them (`[[`, `{a,b}`) are dealt with where they are run.

import type {SyntaxFailure} from './parse.js';
import type {Personality} from './personality.js';
import {isArrayValue, isAssignment} from './syntax.js';
import type {Assignment, Command, List, Redirection, Word} from './syntax.js';

/** The token at which such a shell would stop, and its line; undefined if the commands are in its language. */
export function findForeignSyntax(list: List, {kind}: Personality): SyntaxFailure | undefined {
	const fail = (line: number, near: string): SyntaxFailure => ({kind: 'error', line, reason: {kind: 'unexpected', near, expected: undefined}, lineText: '', isLineOpen: false});
	if (kind === 'bash') {
		return undefined;
	}

	for (const {first, rest} of list) {
		for (const {commands} of [first, ...rest.map(link => link.pipeline)]) {
			for (const command of commands) {
				const found = inCommand(command, kind);
				if (found !== undefined) {
					return fail(found.line, found.near);
				}
			}
		}
	}

	return undefined;
}

type Found = {readonly line: number; readonly near: string};

function inCommand(command: Command, kind: 'dash' | 'busybox'): Found | undefined {
	if (command.kind === 'simple') {
		const parts = [...command.assignments, ...command.words];
		const hasArray = parts.some(part => isAssignment(part) && isArrayValue(part.value));
		const hasProcess = parts.some(part => !isArray(part) && /^[<>]\(/v.test(textOf(part)));
		if (hasArray || hasProcess) {
			return {line: command.line, near: '('};
		}

		return inRedirections(command.redirections, command.line, kind);
	}

	if (command.kind === 'function') {
		// dash takes `function` for a command's name, and stumbles over the brace.
		if (command.hasKeyword && kind === 'dash') {
			return {line: command.line, near: '}'};
		}

		return inCommand(command.body, kind);
	}

	if (command.kind === 'select' || command.kind === 'arithmetic-for') {
		return {line: command.line, near: command.kind === 'select' ? 'do' : '('};
	}

	return inRedirections(command.redirections, command.line, kind) ?? inLists(command, kind);
}

function isArray(part: Word | Assignment): boolean {
	return isAssignment(part) && isArrayValue(part.value);
}

function textOf(part: Word | Assignment): string {
	return isAssignment(part) ? (isArrayValue(part.value) ? '' : part.value.text) : part.text;
}

function inRedirections(redirections: readonly Redirection[], line: number, kind: 'dash' | 'busybox'): Found | undefined {
	return kind === 'dash' && redirections.some(redirection => redirection.kind === 'here-string') ? {line, near: 'redirection'} : undefined;
}

function inLists(command: Exclude<Command, {readonly kind: 'simple' | 'function'}>, kind: 'dash' | 'busybox'): Found | undefined {
	const failure = listsOf(command).map(list => findForeignSyntax(list, {kind, name: '', hasBashSyntax: false})).find(found => found !== undefined);
	return failure?.reason.kind === 'unexpected' ? {line: failure.line, near: failure.reason.near} : undefined;
}

function listsOf(command: Exclude<Command, {readonly kind: 'simple' | 'function'}>): readonly List[] {
	switch (command.kind) {
		case 'if': {
			return [...command.clauses.flatMap(({test, body}) => [test, body]), ...command.otherwise === undefined ? [] : [command.otherwise]];
		}

		case 'while': {
			return [command.test, command.body];
		}

		case 'case': {
			return command.items.map(item => item.body);
		}

		case 'conditional':
		case 'arithmetic': {
			return [];
		}

		default: {
			return [command.body];
		}
	}
}
