// How each shell words a syntax error.

import type {SyntaxFailure} from './parse.js';
import type {Shell} from './shell.js';
import {baseName} from './shell.js';

/** The whole message, with its prefix and newlines. `within` names the builtin whose text it is (`eval`). */
export function syntaxMessage(shell: Shell, failure: SyntaxFailure, within?: string): string {
	switch (shell.personality.kind) {
		case 'bash': {
			return bashMessage(shell, failure, within);
		}

		case 'dash': {
			return `${shell.name}: ${failure.line}: ${within === undefined ? '' : `${within}: `}Syntax error: ${plainReason(failure, token => `"${token}" unexpected`)}\n`;
		}

		case 'busybox': {
			const place = shell.source === 'script' && !shell.belongsToPrompt ? `line ${failure.line}: ` : '';
			return `${shell.name}: ${place}syntax error: ${plainReason(failure, token => `unexpected "${token}"`)}\n`;
		}
	}
}

function bashMessage(shell: Shell, failure: SyntaxFailure, within: string | undefined): string {
	const isPrompt = shell.belongsToPrompt;
	const who = isPrompt ? baseName(shell.name) : shell.name;
	const middle = within === undefined ? (shell.source === 'text' && !isPrompt ? '-c: ' : '') : `${within}: `;
	const prefix = isPrompt ? `${who}: ${within === undefined ? '' : middle}` : `${who}: ${middle}line ${failure.line + (failure.isLineOpen ? 1 : 0)}: `;
	const {reason} = failure;
	switch (reason.kind) {
		case 'unexpected': {
			const first = `${prefix}syntax error near unexpected token \`${reason.near}'\n`;
			return isPrompt ? first : `${first}${prefix}\`${failure.lineText}'\n`;
		}

		case 'end-of-file': {
			return `${prefix}syntax error: unexpected end of file\n`;
		}

		case 'unclosed': {
			return `${prefix}unexpected EOF while looking for matching \`${reason.quote}'\n`;
		}

		case 'other': {
			return `${prefix}${reason.message}\n`;
		}
	}
}

function plainReason({reason}: SyntaxFailure, unexpected: (token: string) => string): string {
	switch (reason.kind) {
		case 'unexpected': {
			const text = isWord(reason.near) && unexpected('x').endsWith('unexpected') ? `${/^[a-z]+$/v.test(reason.near) && ['newline', 'redirection'].includes(reason.near) ? reason.near : 'word'} unexpected` : unexpected(reason.near);
			return text + expecting(reason.expected);
		}

		case 'end-of-file': {
			return (unexpected('x').startsWith('unexpected') ? 'unexpected end of file' : 'end of file unexpected') + expecting(reason.expected);
		}

		case 'unclosed': {
			return unexpected('x').startsWith('unexpected') ? 'unterminated quoted string' : (reason.quote === ')' || reason.quote === '}' ? `end of file unexpected (expecting "${reason.quote}")` : 'Unterminated quoted string');
		}

		case 'other': {
			return reason.message;
		}
	}
}

/** dash names reserved words and operators, and calls everything else `word`. */
function isWord(token: string): boolean {
	return /^[^;\&\|\(\)<>\{\}]+$/v.test(token) && !['then', 'else', 'elif', 'fi', 'do', 'done', 'esac', 'in', '!', '}'].includes(token);
}

function expecting(token: string | undefined): string {
	return token === undefined ? '' : ` (expecting "${token}")`;
}
