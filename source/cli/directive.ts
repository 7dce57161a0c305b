// What the full screen has keys for, as lines of line mode: to a shell they are comments, so that a script stays a script.
//
//     #: step                    the step to do now, in words
//     #: answer TEXT             an answer to its question (#: answer STEP TEXT for another step's)
//     #: hint                    the next hint
//     #: undo   #: redo          back and forth
//     #: interrupt   #: suspend  Ctrl-C, Ctrl-Z
//     #: advance SECONDS         time passes

import {currentStep} from '../lab/progress.js';
import type {Action} from '../session/action.js';
import type {Session} from '../session/session.js';

export const directivePrefix = '#:';

export type Directive = {readonly kind: 'action'; readonly action: Action} | {readonly kind: 'step'} | {readonly kind: 'wrong'; readonly message: string};

const known = 'step, answer, hint, undo, redo, interrupt, suspend, advance';

/** What a line that begins with `#:` asks for. */
export function parseDirective(line: string, session: Session): Directive {
	const [, name = '', rest = ''] = /^#:\s*(\S*)\s*(.*)$/v.exec(line.trim()) ?? [];
	const step = session.progress === undefined ? undefined : currentStep(session.progress)?.id;
	const action = (value: Action): Directive => ({kind: 'action', action: value});
	switch (name) {
		case 'step': {
			return {kind: 'step'};
		}

		case 'undo':
		case 'redo':
		case 'interrupt':
		case 'suspend': {
			return action({type: name});
		}

		case 'hint': {
			return step === undefined ? wrong('there is no step to give a hint for') : action({type: 'hint', step: rest === '' ? step : rest});
		}

		case 'answer': {
			const [first = '', ...words] = rest.split(' ');
			const isNamed = words.length > 0 && session.progress?.steps.some(({id}) => id === first) === true;
			return step === undefined && !isNamed ? wrong('there is no question to answer') : action({type: 'answer', step: isNamed ? first : step!, text: isNamed ? words.join(' ') : rest});
		}

		case 'advance': {
			const seconds = Number(rest.replace(/s$/v, ''));
			return rest !== '' && seconds >= 0 ? action({type: 'advance', ns: Math.round(seconds * 1e9)}) : wrong('advance by how many seconds?');
		}

		default: {
			return wrong(`unknown directive "${name}"; there are ${known}`);
		}
	}
}

function wrong(message: string): Directive {
	return {kind: 'wrong', message: `virtlab: ${message}`};
}
