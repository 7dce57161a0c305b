// Transcripts of sessions in the lab of file-lab.ts.

import {encodeText} from '../../source/base/bytes.js';
import type {Action} from '../../source/session/action.js';
import {apply, startSession} from '../../source/session/apply.js';
import type {Origin} from '../../source/session/session.js';
import {encodeHappening, encodeHeader, headerOf} from '../../source/transcript/encode.js';
import {fileLab} from './file-lab.js';

export const solution: readonly Action[] = [
	{type: 'hint', step: 'write'},
	{type: 'line', text: 'echo hello > notes'},
	{type: 'answer', step: 'version', text: '13'},
	{type: 'answer', step: 'version', text: '12.11'},
	{type: 'line', text: 'rm notes'},
];

/** What a recorded session differs in from the usual one. */
export type Circumstances = {
	readonly learner?: string;
	/** Changes what is recorded before it is sealed. */
	readonly forge?: (text: string) => string;
	readonly isSandbox?: boolean;
	readonly timestampSeconds?: number;
};

const lab = fileLab();

/** The transcript that a session of these actions writes. */
export function record(actions: readonly Action[], {learner = 'han.meimei', forge = text => text, isSandbox = false, timestampSeconds = 0}: Circumstances = {}): Uint8Array {
	const origin: Origin = {lab: isSandbox ? undefined : lab, scenario: 'default', seed: 3, learner, interactive: true, columns: 80, rows: 24};
	let {lines, seal} = encodeHeader(headerOf(origin, {timestampSeconds, terminalType: undefined}));
	let applied = startSession(origin);
	const add = (action: Action | undefined): void => {
		const output = applied.output.map(({stream, bytes}) => ({stream, bytes: encodeText(forge(new TextDecoder().decode(bytes)))}));
		const encoded = encodeHappening({action, output, seconds: 1}, seal);
		lines = [...lines, ...encoded.lines];
		seal = encoded.seal;
	};

	add(undefined);
	for (const action of actions) {
		applied = apply(applied.session, action);
		add(action);
	}

	return encodeText(`${lines.join('\n')}\n`);
}
