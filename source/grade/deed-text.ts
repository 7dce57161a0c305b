// An action as a person would tell it, on one line.

import type {Action} from '../session/action.js';

const nsPerSecond = 1e9;

/** The command for a line; what else was done in words. */
export function deedText(action: Action): string {
	switch (action.type) {
		case 'line': {
			return action.text;
		}

		case 'interrupt': {
			return '^C';
		}

		case 'end-of-input': {
			return '^D';
		}

		case 'suspend': {
			return '^Z';
		}

		case 'advance': {
			return `wait ${action.ns / nsPerSecond} s`;
		}

		case 'resize': {
			return `resize to ${action.columns}x${action.rows}`;
		}

		case 'answer': {
			return `answer ${action.step}: ${action.text}`;
		}

		case 'hint': {
			return `hint for ${action.step}`;
		}

		case 'client': {
			return `client ${action.connection}: ${action.does}`;
		}

		case 'client-bytes': {
			return `client ${action.connection}: sends ${action.data.length} characters`;
		}

		case 'undo':
		case 'redo': {
			return action.type;
		}

		default: {
			return action satisfies never;
		}
	}
}
