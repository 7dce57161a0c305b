// A session whose "shell" only answers `echo`, `sleep`, `big`, `hostile` and `exit`: enough to see what the interface does with output, time and the end.
// It stands in for a world so that these tests are about the interface alone.

import {encodeText} from '../../source/base/bytes.js';
import {secondNs} from '../../source/base/clock.js';
import {emptyWorld} from '../../source/base/transaction.js';
import {startProgress} from '../../source/lab/progress.js';
import type {Lab} from '../../source/lab/schema.js';
import type {Action} from '../../source/session/action.js';
import type {Applied, Foreground, Origin, Output, Session} from '../../source/session/session.js';

const prompt = 'learner@lab:~$ ';

export function terminalOutput(text: string): readonly Output[] {
	return [{stream: 'terminal', bytes: encodeText(text)}];
}

export function echoSession(options: {readonly lab?: Lab; readonly columns?: number; readonly rows?: number} = {}): {readonly session: Session; readonly output: readonly Output[]} {
	const origin: Origin = {
		lab: options.lab, scenario: 'default', seed: 1, learner: 'ada', interactive: true, columns: options.columns ?? 80, rows: options.rows ?? 20,
	};
	const session: Session = {
		origin, start: emptyWorld, world: emptyWorld, history: [], line: [], undone: [], foreground: 'prompt', status: 0, dueNs: undefined, clientBytes: 0,
		progress: options.lab === undefined ? undefined : startProgress(options.lab),
	};
	return {session, output: terminalOutput(prompt)};
}

export function applyEcho(session: Session, action: Action): Applied {
	const {text, foreground} = answer(session, action);
	const output = terminalOutput(text);
	const world = {tables: new Map(session.world.tables)};
	const entry = {action, world, output, replies: [], trace: [], progress: session.progress};
	return {
		session: {...session, world, history: [...session.history, entry], foreground},
		output,
		replies: [],
		trace: [],
		elapsedNs: action.type === 'advance' ? action.ns : (foreground === 'busy' ? 2 * secondNs : 0),
		broken: undefined,
	};
}

function answer(session: Session, action: Action): {readonly text: string; readonly foreground: Foreground} {
	switch (action.type) {
		case 'line':
			return run(action.text);
		case 'interrupt':
			return {text: `^C\r\n${prompt}`, foreground: 'prompt'};
		case 'end-of-input':
			return {text: 'exit\r\n', foreground: 'ended'};
		case 'advance':
			return {text: 'tick\r\n', foreground: session.foreground};
		default:
			return {text: '', foreground: session.foreground};
	}
}

function run(line: string): {readonly text: string; readonly foreground: Foreground} {
	const [command, ...words] = line.split(' ');
	switch (command) {
		case 'echo':
			return {text: `${line}\r\n${words.join(' ')}\r\n${prompt}`, foreground: 'prompt'};
		case 'sleep':
			return {text: `${line}\r\n`, foreground: 'busy'};
		case 'big':
			return {text: `${line}\r\n${'0123456789abcde\r\n'.repeat(620_000)}${prompt}`, foreground: 'prompt'};
		case 'hostile':
			return {text: `${line}\r\n\u{1B}]0;pwned\u{7}\u{1B}[?1049l\u{1B}[2;2Hover\u{9B}31m\r\n${prompt}`, foreground: 'prompt'};
		case 'throw':
			throw new Error('a mistake of ours');
		default:
			return {text: `${line}\r\nbash: ${line}: command not found\r\n${prompt}`, foreground: 'prompt'};
	}
}
