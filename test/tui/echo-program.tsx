// The interface over echo-session.ts, as a program of its own for screen.test.ts: `lab`, `sandbox` or `menu`.

import {appendFileSync} from 'node:fs';
import {localeOf} from '../../source/i18n/message.js';
import {openMenu, playLab, type Play, type SavedProgress, type ScreenOptions} from '../../source/tui/start.js';
import {applyEcho, echoSession} from './echo-session.js';
import {testLab} from './test-lab.js';

const [mode = 'sandbox', recordFile] = process.argv.slice(2);

const screen: ScreenOptions = {
	stdin: process.stdin, stdout: process.stdout, locale: localeOf(process.env['LANG']), environment: process.env, ascii: process.env['ASCII'] === '1',
};

function play(withLab: boolean): Play {
	return {
		...echoSession(withLab ? {lab: testLab()} : {}),
		apply: applyEcho,
		record: entry => {
			if (recordFile !== undefined) {
				appendFileSync(recordFile, JSON.stringify(entry.action) + '\n');
			}

			return undefined;
		},
	};
}

let learner: string | undefined;
const saved: SavedProgress = {
	learner: () => learner,
	setLearner: name => {
		learner = name;
	},
	setLocale: () => undefined,
	lab: id => id === 'echo-lab' ? {stepsPassed: 1, isFinished: false, resumableActions: 7} : undefined,
};

const labs = [
	{id: 'echo-lab', titles: {en: 'Hear an echo', 'zh-CN': '听回声'}, stepCount: 2},
	{id: 'other', titles: {en: 'Another lab'}, stepCount: 3},
];

process.exitCode = mode === 'menu'
	? await openMenu({...screen, labs, saved, defaultLearner: 'somebody', open: choice => play(choice.kind === 'lab')})
	: await playLab({...screen, ...play(mode === 'lab')});
